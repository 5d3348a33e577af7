# bars.gp: a panel for each metric, a bar for each path, the number on top.
# Needs the variables of bars.awk, a terminal and an output.

set multiplot layout 2,3 margins 0.02,0.98,0.125,0.785 spacing 0.045,0.23
set label 1 "GPU buffer memory swapped out: Linux's copy path and zero copy" \
	at screen 0.5,0.955 center font ",17"
set label 2 setup.". Same boot, same work." at screen 0.5,0.025 center \
	font ",11" textcolor "#555555"
unset key
unset ytics
set border 1 linecolor "#888888"
set xtics ("copy" 0, "zero copy" 1) scale 0 font ",12" \
	textcolor "#333333"
set xrange [-0.75:1.75]
set boxwidth 0.72
set style fill solid 1.0 noborder

do for [n = 1:6] {
	copy = value("copy".n)
	zero = value("zero".n)
	top = copy > zero ? copy : zero
	set yrange [0:(top > 0 ? top : 1) * 1.2]
	set title value("title".n)."\n{/*0.75 ".value("better".n)."}" \
		font ",13" offset 0,-0.4
	set label 3 value("copytext".n) at 0,copy center offset 0,0.7 font ",13"
	set label 4 value("zerotext".n) at 1,zero center offset 0,0.7 font ",13"
	plot "+" using (0):(copy) every ::0::0 with boxes linecolor rgb copycolor, \
	     "+" using (1):(zero) every ::0::0 with boxes linecolor rgb zerocolor
	unset label 1
	unset label 2
}
unset multiplot
