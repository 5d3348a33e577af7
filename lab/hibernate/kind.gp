# kind.gp: one kind of buffers, by their share of memory.
# Needs data (the folder of the series), kind, a terminal and an output.

set multiplot layout 2,2 margins 0.08,0.98,0.09,0.86 spacing 0.09,0.17
set label 1 "Hibernation with GPU buffers (".kind."): Linux's copy path and zero copy" \
	at screen 0.5,0.965 center font ",15"
set grid ytics linetype 1 linecolor "#e4e4e4"
set border 3 linecolor "#888888"
set tics nomirror font ",11" textcolor "#333333"
set xrange [0:100]
set yrange [0:*]
set xlabel "buffers, % of memory" font ",11" offset 0,0.6
set key top left Left reverse font ",10" samplen 2

do for [metric in "off_s first_s prepare_alloc_mib image_mib"] {
	set title metric eq "off_s" ? "seconds from request to power-off" : \
		metric eq "first_s" ? "seconds from power-on to the first buffer" : \
		metric eq "prepare_alloc_mib" ? "MiB allocated to prepare" : \
		"MiB: image, and written to swap before" font ",12" offset 0,-0.5
	if (metric eq "image_mib") {
		plot data."/image_mib.copy" with linespoints pt 7 lw 2 lc rgb copycolor title "image, copy", \
		     data."/image_mib.zero_copy" with linespoints pt 7 lw 2 lc rgb zerocolor title "image, zero copy", \
		     data."/written_mib.copy" with linespoints pt 6 dt 2 lw 2 lc rgb copycolor title "written, copy", \
		     data."/written_mib.zero_copy" with linespoints pt 6 dt 2 lw 2 lc rgb zerocolor title "written, zero copy"
	} else {
		plot data."/".metric.".copy" with linespoints pt 7 lw 2 lc rgb copycolor title "copy", \
		     data."/".metric.".zero_copy" with linespoints pt 7 lw 2 lc rgb zerocolor title "zero copy"
	}
	unset label 1
}
unset multiplot
