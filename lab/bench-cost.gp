# bench-cost.gp: what a page costs, by order, on logarithmic scales.
# Wants data (the folder of the series), scales ("instructions time" or one of them), a
# terminal and an output. A series of time has the value, the lowest and the highest.

copycolor = "#e69f00"
zerocolor = "#0072b2"
floorcolor = "#999999"

set multiplot layout words(scales),2 margins 0.08,0.98,0.08,0.93 spacing 0.08,0.13
set logscale y
set grid ytics linetype 1 linecolor "#e4e4e4"
set border 3 linecolor "#888888"
set tics nomirror font ",11" textcolor "#333333"
set xrange [-0.4:10.4]
set format y "%g"
set xtics 0,1,10
set xlabel "order of the block" font ",11" offset 0,0.5
set key at graph 0.99,0.84 right font ",12" samplen 2

do for [scale in scales] {
	unit = scale eq "time" ? "nanoseconds a page (ARCH=um: real caches)" : "instructions a page (counted by QEMU)"
	set yrange [scale eq "time" ? 0.5 : 1:30000]
	do for [op in "backup restore"] {
		set title op.", in memory: ".unit font ",12" offset 0,-0.5
		if (scale eq "time") {
			plot data."/time.".op.".copy" with yerrorlines pt 7 lw 2 lc rgb copycolor title "copy", \
			     data."/time.".op.".zero_copy" with yerrorlines pt 7 lw 2 lc rgb zerocolor title "zero copy", \
			     data."/time.copy_page" with lines dt 2 lc rgb copycolor title "copying 4 KiB, no more", \
			     data."/time.touch_line" with lines dt 2 lc rgb floorcolor title "touching one line of 4 KiB"
		} else {
			plot data."/".op.".copy" with linespoints pt 7 lw 2 lc rgb copycolor title "copy", \
			     data."/".op.".zero_copy" with linespoints pt 7 lw 2 lc rgb zerocolor title "zero copy", \
			     data."/".(op eq "backup" ? "floor" : "none") with linespoints pt 6 dt 2 lc rgb floorcolor \
				title op eq "backup" ? "page-cache insertion alone" : ""
		}
	}
}
unset multiplot
