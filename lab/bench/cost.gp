# cost.gp: what a page costs, by order, on logarithmic scales.
# Needs data (the folder of the series), plots (words SCALE-WAY, with "instructions" or
# "time", and "backup" or "swapout"), a terminal and an output. A series of time has the
# value, the lowest and the highest.

floorcolor = "#999999"

# A row of two plots for each word. The lower left corner is free for the legend.
rows = words(plots)
top(row) = 1 - (row - 1.0) / rows
set multiplot
set logscale y
set grid ytics linetype 1 linecolor "#e4e4e4"
set border 3 linecolor "#888888"
set tics nomirror font ",11" textcolor "#333333"
set xrange [-0.4:10.4]
set format y "%g"
set xtics 0,1,10
set xlabel "order of the block" font ",11" offset 0,0.5

do for [row = 1:rows] {
	scale = word(plots, row)[1:strstrt(word(plots, row), "-") - 1]
	way = word(plots, row)[strstrt(word(plots, row), "-") + 1:*]
	set yrange [scale eq "time" ? 0.5 : 1:30000]
	set tmargin at screen top(row) - 0.09 / rows
	set bmargin at screen top(row) - 0.86 / rows
	do for [op in way eq "backup" ? "backup restore" : "swapout swapin"] {
		out = op eq way
		left = out ? 0.09 : 0.57
		set lmargin at screen left
		set rmargin at screen left + 0.41
		set title op.", in memory" font ",12" offset 0,-0.5
		if (out) {
			set ylabel (scale eq "time" ? "nanoseconds a page" : "instructions a page") font ",11"
			set key bottom left Left reverse font ",10" samplen 2 spacing 0.95
		} else {
			unset ylabel
			unset key
		}
		if (scale eq "time") {
			plot data."/time.".op.".copy" with yerrorlines pt 7 lw 2 lc rgb copycolor title "copy", \
			     data."/time.".op.".zero_copy" with yerrorlines pt 7 lw 2 lc rgb zerocolor title "zero copy", \
			     data."/time.copy_page" with lines dt 2 lc rgb copycolor title "copying 4 KiB", \
			     data."/time.touch_line" with lines dt 2 lc rgb floorcolor title "touching a line of 4 KiB"
		}
		if (scale ne "time" && out) {
			plot data."/".op.".copy" with linespoints pt 7 lw 2 lc rgb copycolor title "copy", \
			     data."/".op.".zero_copy" with linespoints pt 7 lw 2 lc rgb zerocolor title "zero copy", \
			     data."/floor" with linespoints pt 6 dt 2 lc rgb floorcolor title "page-cache insertion alone"
		}
		if (scale ne "time" && !out) {
			plot data."/".op.".copy" with linespoints pt 7 lw 2 lc rgb copycolor, \
			     data."/".op.".zero_copy" with linespoints pt 7 lw 2 lc rgb zerocolor
		}
	}
}
unset multiplot
