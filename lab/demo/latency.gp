# latency.gp: the share of fault-ins that took no longer than a time.
# Needs dir (the folder of *.faults.tsv), a terminal and an output.

set datafile separator "\t"
set border 3 linecolor "#888888"
set tics nomirror textcolor "#333333"
set grid linetype 1 linecolor "#e4e4e4"
set logscale x
set format x "%g"
set xlabel "latency of the first touch of a swapped-out surface (ms)"
set ylabel "share of all such touches (%)"
set yrange [0:100]
set key left top Left reverse samplen 2
set title "Fault-in latency"
# The files are sorted: the share is the position.
share(file) = 100.0 / (system("wc -l < ".file) - 1)
copy = dir."/copy.faults.tsv"
zero = dir."/zero_copy.faults.tsv"
copyshare = share(copy)
zeroshare = share(zero)
plot copy skip 1 using ($1 / 1000):(($0 + 1) * copyshare) with lines \
	title "copy" linewidth 2.5 linecolor rgb copycolor, \
     zero skip 1 using ($1 / 1000):(($0 + 1) * zeroshare) with lines \
	title "zero copy" linewidth 2.5 linecolor rgb zerocolor
