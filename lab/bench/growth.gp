# growth.gp: instructions a page, by size and by number of buffers.
# Needs data (the folder of the series), a terminal and an output.

set multiplot layout 1,2 margins 0.08,0.98,0.13,0.86 spacing 0.08,0
set logscale xy
set grid ytics linetype 1 linecolor "#e4e4e4"
set border 3 linecolor "#888888"
set tics nomirror font ",11" textcolor "#333333"
set yrange [1:30000]
set format y "%g"
set key at graph 0.98,0.84 right font ",12" samplen 2
set label 1 "instructions a page (emulated: no caches, no memory bandwidth)" at screen 0.5,0.965 center font ",13"

do for [axis in "size buffers"] {
	set title axis eq "size" ? "one buffer, by size in MiB" : "256 MiB, by number of buffers" font ",13" offset 0,-0.5
	plot data."/".axis.".backup.copy" with linespoints pt 7 lw 2 lc rgb copycolor title "backup, copy", \
	     data."/".axis.".restore.copy" with linespoints pt 6 dt 2 lw 2 lc rgb copycolor title "restore, copy", \
	     data."/".axis.".backup.zero_copy" with linespoints pt 7 lw 2 lc rgb zerocolor title "backup, zero copy", \
	     data."/".axis.".restore.zero_copy" with linespoints pt 6 dt 2 lw 2 lc rgb zerocolor title "restore, zero copy"
	unset label 1
}
unset multiplot
