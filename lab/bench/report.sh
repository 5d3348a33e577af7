#!/bin/bash
# report.sh DIR: make the table and the plots of a run of the bench.
#
# Reads  DIR/{bench,growth,parallel,headroom}.csv, or DIR/time.csv, or both
# Writes DIR/table.txt, DIR/{cost,growth,headroom}.{svg,png}

. "$(dirname "$0")/../lib.sh"
. "$LAB/report/plot.sh"
usage_if_asked "$@"

[ -s "${1-}/bench.csv" ] || [ -s "${1-}/time.csv" ] ||
	die "report.sh wants the folder of a run, with bench.csv or time.csv in it" "see lab/bench.sh"
DIR=$1

# series PATH OP: "order value" lines for gnuplot, in memory, cached.
series() { awk -F, -v path="$1" -v op="$2" '$1 == op && $2 == path && $4 == "cached" && $5 == "resident" && $7 == "ns/page" { print $3, $6 }' "$DIR/bench.csv"; }
# timed PATH OP: "order value low high", in memory.
timed() { awk -F, -v path="$1" -v op="$2" '$1 == op && $2 == path && $5 == "resident" { print $3, $6, $8, $9 }' "$DIR/time.csv"; }
# limit PATH: the points of a line across the plot.
limit() { awk -F, -v path="$1" '$1 == "limit" && $2 == path { print -0.4, $6; print 10.4, $6 }' "$DIR/time.csv"; }
# growing AXIS OP PATH
growing() { awk -F, -v axis="$1" -v op="$2" -v path="$3" '$1 == axis && $3 == op && $4 == path { print $2, $5 }' "$DIR/growth.csv"; }

# finished PATH: memory and seconds of every run that did.
finished() { awk -F, -v path="$1" '$1 == path && $3 == "finished" { print $2, $4 }' "$DIR/headroom.csv"; }

# plot_run NAME WIDTH HEIGHT [SETTING]
plot_run() { plot "$LAB/bench/$1.gp" "$DIR/$1" "$2" "$3" "data = '$SCRATCH'; ${4-}"; }

counted() {
	awk -f "$LAB/report/median.awk" -f "$LAB/bench/table.awk" "$DIR"/{bench,growth,parallel,headroom}.csv
	for op in backup restore swapout swapin; do
		for path in copy zero_copy stock; do
			series "$path" "$op" >"$SCRATCH/$op.$path"
			growing size_mib "$op" "$path" >"$SCRATCH/size.$op.$path"
			growing buffers "$op" "$path" >"$SCRATCH/buffers.$op.$path"
		done
	done
	series stock insert_floor >"$SCRATCH/floor"
	plot_run growth 1000 460
	for path in copy zero_copy; do
		finished "$path" >"$SCRATCH/headroom.$path"
		finished "$path" | awk -f "$LAB/report/median.awk" -f "$LAB/report/medians.awk" >"$SCRATCH/headroom.$path.median"
	done
	plot_run headroom 700 420
}

in_time() {
	awk -f "$LAB/bench/time.awk" "$DIR/time.csv"
	for op in backup restore swapout swapin; do
		for path in copy zero_copy; do timed "$path" "$op" >"$SCRATCH/time.$op.$path"; done
	done
	for path in copy_page touch_line; do limit "$path" >"$SCRATCH/time.$path"; done
}

# rows_of SCALE FILE: add a row of plots for each way out in the file. Older runs have no
# swapout.
rows_of() {
	local way

	for way in backup swapout; do
		! grep -q "^$way," "$2" || rows+=" $1-$way"
	done
}

scratch
rows=''
{
	if [ -s "$DIR/bench.csv" ]; then
		counted
		rows_of instructions "$DIR/bench.csv"
	fi
	if [ -s "$DIR/time.csv" ]; then
		[ -z "$rows" ] || echo
		in_time
		rows_of time "$DIR/time.csv"
	fi
} >"$DIR/table.txt"
plot_run cost 1000 $(($(wc -w <<<"$rows") * 430)) "plots = '${rows# }'"
