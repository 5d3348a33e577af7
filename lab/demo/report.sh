#!/bin/bash
# report.sh DIR: make the report from the files of the demo's two runs.
#
# Reads  DIR/{copy,zero_copy}.{metrics,samples.tsv,faults.tsv}
# Writes DIR/report.tsv            metric, copy, zero_copy, ratio, unit
#        DIR/report.txt            the same as a table for people
#        DIR/{bars,timeline,latency}.{svg,png}
#
# The rows of the report, their units and which way is better are in
# lab/demo/metrics.tsv.

. "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
. "$LAB/report/publish.sh"
. "$LAB/report/plot.sh"
usage_if_asked "$@"

[ $# -eq 1 ] || die "$(self) wants the folder of the runs" "see $(self) --help"
DIR=$1
METRICS=$LAB/demo/metrics.tsv
for run in copy zero_copy; do
	for file in metrics samples.tsv faults.tsv; do
		[ -s "$DIR/$run.$file" ] ||
			die "$DIR/$run.$file is missing: the $run run did not finish" "run the demo again: make demo"
	done
done

make_table() {
	awk -f "$LAB/demo/tsv.awk" "$METRICS" \
		"$DIR"/{copy,zero_copy}.{metrics,samples.tsv} >"$DIR/report.tsv"
	awk -f "$LAB/report/human.awk" -f "$LAB/demo/table.awk" \
		"$METRICS" "$DIR/copy.metrics" "$DIR/report.tsv" >"$DIR/report.txt"
	headroom >>"$DIR/report.txt"
}

# Numbers that take many boots come from the newest run of the bench with a date as its
# name.
headroom() {
	local table

	table=$(published_table)
	[ -z "$table" ] || { echo; sed -nE '/^(Work with|The least memory)/,$p' "$table"; echo "(make bench, $(basename "$(dirname "$table")"))"; }
}

# has_faults RUN: false for a run that ended too early for any.
has_faults() { [ "$(wc -l <"$DIR/$1.faults.tsv")" -gt 1 ]; }

make_plots() {
	local bars

	bars=$(awk -f "$LAB/report/human.awk" -f "$LAB/demo/bars.awk" \
		"$METRICS" "$DIR/copy.metrics" "$DIR/report.tsv" | tr '\n' ';')
	plot "$LAB/demo/bars.gp" "$DIR/bars" 1000 560 "$bars"
	plot "$LAB/demo/timeline.gp" "$DIR/timeline" 1000 860 "dir = '$DIR'"
	if has_faults copy && has_faults zero_copy; then
		plot "$LAB/demo/latency.gp" "$DIR/latency" 1000 460 "dir = '$DIR'"
	fi
}

make_table
make_plots
