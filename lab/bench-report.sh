#!/bin/bash
# bench-report.sh DIR: make the table and the plots of a run of the bench.
#
# Reads  DIR/{bench,growth,parallel,headroom}.csv
# Writes DIR/table.txt, DIR/{cost,growth}.{svg,png}

. "$(dirname "$0")/lib.sh"
usage_if_asked "$@"

[ -s "${1-}/bench.csv" ] ||
	die "bench-report.sh wants the folder of a run, with bench.csv in it" "see lab/bench.sh"
DIR=$1

# series PATH OP: "order value" lines for gnuplot, in memory, cached.
series() { awk -F, -v path="$1" -v op="$2" '$1 == op && $2 == path && $4 == "cached" && $5 == "resident" && $7 == "ns/page" { print $3, $6 }' "$DIR/bench.csv"; }
# growing AXIS OP PATH
growing() { awk -F, -v axis="$1" -v op="$2" -v path="$3" '$1 == axis && $3 == op && $4 == path { print $2, $5 }' "$DIR/growth.csv"; }

# plot NAME WIDTH HEIGHT
plot() {
	gnuplot -e "data = '$SCRATCH'" -e "set terminal svg size $2,$3 font 'sans-serif,13' background 'white'" \
		-e "set output '$DIR/$1.svg'" "$LAB/bench-$1.gp"
	gnuplot -e "data = '$SCRATCH'" -e "set terminal pngcairo size $2,$3 font 'Sans,13'" \
		-e "set output '$DIR/$1.png'" "$LAB/bench-$1.gp"
}

scratch
awk -f "$LAB/bench-table.awk" "$DIR"/{bench,growth,parallel,headroom}.csv >"$DIR/table.txt"
for op in backup restore; do
	for path in copy zero_copy stock; do
		series "$path" "$op" >"$SCRATCH/$op.$path"
		growing size_mib "$op" "$path" >"$SCRATCH/size.$op.$path"
		growing buffers "$op" "$path" >"$SCRATCH/buffers.$op.$path"
	done
done
series stock insert_floor >"$SCRATCH/floor"
plot cost 1000 460
plot growth 1000 460
