#!/bin/bash
# report.sh DIR: make the report of 'make hibernate' from the files of its runs.
#
# Reads  DIR/KIND-SHARE-RUN.metrics and DIR/machine
# Writes DIR/report.tsv            kind, share, metric, copy, zero_copy, unit
#        DIR/report.txt            the same as a table for people
#        DIR/KIND.{svg,png}        by share; DIR/plot/KIND has the series

. "$(dirname "$0")/../lib.sh"
. "$LAB/report/plot.sh"
usage_if_asked "$@"

[ $# -eq 1 ] || die "$(self) wants the folder of the runs" "see $(self) --help"
DIR=$1

# pairs: print kind and share of all runs, in order.
pairs() {
	find "$DIR" -maxdepth 1 -name '*.metrics' -printf '%f\n' |
		sed -n 's/^\(.*\)-\([0-9]*\)-\(copy\|zero_copy\)\.metrics$/\1\t\2/p' | sort -t$'\t' -k1,1 -k2,2n -u
}

make_table() {
	{
		echo "Hibernation with GPU buffers: the copy path and zero copy, every byte verified"
		cat "$DIR/machine"
		echo
		awk -f "$LAB/report/human.awk" -f "$LAB/report/pairs.awk" -f "$LAB/hibernate/table.awk" "$DIR/report.tsv"
	} >"$DIR/report.txt"
}

# series KIND METRIC NAME PAGES-A-UNIT: make files for the plot, from the runs that resumed.
series() {
	awk -F'\t' -v kind="$1" -v metric="$2" -v per="$4" -v to="$DIR/plot/$1/$3" '
		BEGIN { printf "" >(to ".copy"); printf "" >(to ".zero_copy") }
		$1 != kind { next }
		$3 == "outcome" { copied = $4 == "resumed"; handed = $5 == "resumed" }
		$3 != metric { next }
		copied && $4 != "-" { print $2, $4 / per >(to ".copy") }
		handed && $5 != "-" { print $2, $5 / per >(to ".zero_copy") }' "$DIR/report.tsv"
}

# plot_kind KIND: make the plot, if a line has two points.
plot_kind() {
	local kind=$1

	mkdir -p "$DIR/plot/$kind"
	series "$kind" off_s off_s 1
	series "$kind" first_s first_s 1
	series "$kind" prepare_alloc_pages prepare_alloc_mib 256
	series "$kind" image_pages image_mib 256
	series "$kind" pages_written written_mib 256
	[ "$(cat "$DIR/plot/$kind"/off_s.* | wc -l)" -gt 1 ] || return 0
	# gnuplot would stop at an empty series.
	find "$DIR/plot/$kind" -type f -empty -exec sh -c 'echo "NaN NaN" >"$1"' sh {} \;
	plot "$LAB/hibernate/kind.gp" "$DIR/$kind" 1000 720 "data = '$DIR/plot/$kind'; kind = '$kind'"
}

pairs=$(pairs)
[ -n "$pairs" ] || die "there are no runs in $DIR" "make some: make hibernate"
awk -v dir="$DIR" -f "$LAB/hibernate/tsv.awk" <<<"$pairs" >"$DIR/report.tsv"
make_table
while read -r kind; do
	plot_kind "$kind"
done < <(cut -f1 <<<"$pairs" | uniq)
