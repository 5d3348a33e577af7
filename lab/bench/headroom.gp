# headroom.gp: how long the same work takes, by memory. Each run that finished is a point,
# and the line joins the medians.
# Wants data (the folder of headroom.PATH and headroom.PATH.median), a terminal and an output.

set border 3 linecolor "#888888"
set tics nomirror textcolor "#333333"
set grid linetype 1 linecolor "#e4e4e4"
set logscale y
set xrange [400:48] reverse
set xlabel "memory of the machine (MiB)"
set ylabel "seconds for 256 MiB of buffers"
set key top left Left reverse samplen 2
set title "Work with less and less memory"
plot data."/headroom.copy.median" with lines linewidth 2 linecolor rgb copycolor title "copy", \
     data."/headroom.copy" with points pointtype 7 linecolor rgb copycolor notitle, \
     data."/headroom.zero_copy.median" with lines linewidth 2 linecolor rgb zerocolor title "zero copy", \
     data."/headroom.zero_copy" with points pointtype 7 linecolor rgb zerocolor notitle
