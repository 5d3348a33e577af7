# bars.awk: report.tsv as gnuplot variables for bars.gp.
#
# awk -f human.awk -f bars.awk metrics.tsv \
#     copy.metrics report.tsv
#
# The metric of panel N becomes titleN, betterN, copyN, copytextN, zeroN and
# zerotextN.

BEGIN { FS = "\t" }

FNR == 1 { file++ }

file == 1 && $5 ~ /^[0-9]/ { panel[$1] = $5; better[$1] = $3; title[$1] = $6 }
file == 2 { setup[$1] = $2 }

file == 3 && $1 in panel {
	n = panel[$1]
	printf "title%d = \"%s\"\nbetter%d = \"%s is better\"\n", n, title[$1],
		n, better[$1]
	printf "copy%d = %.6g\ncopytext%d = \"%s\"\n", n, $2, n, human($2, $5)
	printf "zero%d = %.6g\nzerotext%d = \"%s\"\n", n, $3, n, human($3, $5)
}

END {
	printf "setup = \"Linux %s, %d MiB of memory, %d CPUs, %s\"\n",
		setup["kernel"], setup["memory_mib"], setup["cpus"],
		setup["emulator"]
}
