# bench-cost.gp: instructions a page, by order, on a logarithmic scale.
# Wants data (the folder of the series), a terminal and an output.

copycolor = "#e69f00"
zerocolor = "#0072b2"
floorcolor = "#999999"

set multiplot layout 1,2 margins 0.08,0.98,0.13,0.86 spacing 0.08,0
set logscale y
set grid ytics linetype 1 linecolor "#e4e4e4"
set border 3 linecolor "#888888"
set tics nomirror font ",11" textcolor "#333333"
set xrange [-0.4:10.4]
set yrange [1:30000]
set format y "%g"
set xtics (0, 2, 3, 4, 6, 8, 9, 10)
set xlabel "order of the block" font ",11"
set key at graph 0.98,0.86 right font ",12" samplen 2
set label 1 "instructions a page (emulated: no caches, no memory bandwidth)" at screen 0.5,0.965 center font ",13"

do for [op in "backup restore"] {
	set title op.", in memory" font ",13" offset 0,-0.5
	if (op eq "backup") {
		plot data."/backup.copy" with linespoints pt 7 lw 2 lc rgb copycolor title "copy", \
		     data."/backup.zero_copy" with linespoints pt 7 lw 2 lc rgb zerocolor title "zero copy", \
		     data."/floor" using 1:2 with linespoints pt 6 dt 2 lc rgb floorcolor title "page-cache insertion alone"
	} else {
		plot data."/restore.copy" with linespoints pt 7 lw 2 lc rgb copycolor title "copy", \
		     data."/restore.zero_copy" with linespoints pt 7 lw 2 lc rgb zerocolor title "zero copy"
	}
	unset label 1
}
unset multiplot
