# timeline.gp: both runs over time, sampled ten times a second.
# Needs dir (the folder of *.samples.tsv), a terminal and an output.

copy = dir."/copy.samples.tsv"
zero = dir."/zero_copy.samples.tsv"

set datafile separator "\t"
set multiplot layout 4,1 margins 0.09,0.98,0.08,0.94 spacing 0,0.06
set grid ytics linetype 1 linecolor "#e4e4e4"
set border 3 linecolor "#888888"
set tics nomirror
set xtics font ",11" textcolor "#333333" format ""
set ytics font ",11" textcolor "#333333"
set xrange [0:*]
set yrange [0:*]
set style data lines
set key at graph 0.01,0.97 left top Left reverse samplen 2 font ",12"

# The columns of the samples, and the panels made of them.
array name[4] = ["GPU memory swapped out so far (MiB)", \
	"time spent in backup so far (s)", \
	"memory the kernel allocated in backup so far (MiB)", \
	"free 2 MiB blocks"]
array column_of[4] = [6, 7, 8, 5]
array scale[4] = [1 / 256.0, 1e-9, 1 / 256.0, 1]

do for [n = 1:4] {
	set label 1 name[n] at graph 0,1.07 left font ",13"
	if (n == 2) { unset key }
	if (n == 4) {
		set xtics format "%g"
		set xlabel "seconds since the start of the run" font ",11" \
			offset 0,0.5
	}
	c = column_of[n]
	k = scale[n]
	plot copy using ($1 / 1000):(column(c) * k) title "copy" \
			linewidth 2 linecolor rgb copycolor, \
	     zero using ($1 / 1000):(column(c) * k) title "zero copy" \
			linewidth 2 linecolor rgb zerocolor
}
unset multiplot
