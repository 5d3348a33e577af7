#!/bin/bash
# The scripts that make reports give the known text for known numbers: that of
# tests/golden, and the published runs. After an intended change of a report of the demo:
#	cp -r lab/tests/golden/demo /tmp/demo; LAB_RESULTS=/none lab/demo/report.sh /tmp/demo
#	cp /tmp/demo/report.* lab/tests/golden/demo/

. "$(dirname "$0")/tap.bash"
RESULTS=$LAB/../results
export LAB_BUILD=$WORK/build

# same_words FILE FILE: the same but for the width of columns, which may have changed since a
# run was published.
same_words() { diff <(tr -s ' ' <"$1") <(tr -s ' ' <"$2"); }
# newest WHAT FILE PATTERN: the newest published run of WHAT that has FILE, by its path.
newest() { find "$RESULTS/$1" -mindepth 2 -maxdepth 2 -path "*/$3" -name "$2" -printf '%h\n' | sort | tail -1; }
# copied WHAT FILE PATTERN: a copy of that run, without what the report script makes.
copied() {
	FROM=$(newest "$@")
	rm -rf "$WORK/run"
	cp -r "$FROM" "$WORK/run"
	rm -f "$WORK/run"/{table,report}.txt "$WORK/run"/*.{svg,png}
}

# The demo.
export LAB_RESULTS=$WORK/none
demo() { "$LAB/demo/report.sh" "$WORK/demo"; }
cp -r "$LAB/tests/golden/demo" "$WORK/demo"
rm "$WORK/demo"/report.*
check "the demo's report is made" demo
check "the demo's numbers are as known" diff "$LAB/tests/golden/demo/report.tsv" "$WORK/demo/report.tsv"
check "the demo's table is as known" diff "$LAB/tests/golden/demo/report.txt" "$WORK/demo/report.txt"
for plot in bars timeline latency; do
	check "the demo's plot $plot is drawn" test -s "$WORK/demo/$plot.svg" -a -s "$WORK/demo/$plot.png"
done
# bench_table NAME SECONDS: the table of a published run, as the bench makes it.
bench_table() {
	mkdir -p "$WORK/results/bench/$1"
	printf '%s\n' path,memory_mib,outcome,seconds "copy,256,finished,$2" zero_copy,256,finished,2.0 >"$WORK/headroom.csv"
	awk -f "$LAB/report/median.awk" -f "$LAB/bench/table.awk" "$WORK"/{empty,empty,empty,headroom}.csv \
		>"$WORK/results/bench/$1/table.txt"
}
echo header >"$WORK/empty.csv"
bench_table 2026-01-01 11.0
bench_table 2026-01-02 12.0
bench_table mine 13.0
LAB_RESULTS=$WORK/results
check "with a published bench the demo's report is made" demo
check 'and ends with the head-room of the newest' same "$(tail -2 "$WORK/demo/report.txt" | tr -s ' ')" \
	$' 256 12.0 (12.0-12.0) 2.0 (2.0-2.0)\n(make bench, 2026-01-02)'
check 'and with no more of it' fails grep 'What a page' "$WORK/demo/report.txt"
sed -i 's/^backup_ns\t.*/backup_ns\t30000000000/' "$WORK/demo/zero_copy.metrics"
demo
check 'a slower zero copy loses' grep -qE '^time in backup +10\.94 s +30\.00 s +lower +loses +x2\.74$' "$WORK/demo/report.txt"
rm "$WORK/demo/copy.samples.tsv"
check 'a run that left no samples is named' fails_saying 'copy.samples.tsv is missing: the copy run did not finish' demo

# The others, as they were published.
copied bench bench.csv '20*/*'
check "the bench's report is made" "$LAB/bench/report.sh" "$WORK/run"
# without_headroom TABLE: older runs have another table of it.
without_headroom() { sed '/^The least memory/,$d; /^Work with/,$d' "$1"; }
check "the bench's table is the published one" same_words <(without_headroom "$FROM/table.txt") <(without_headroom "$WORK/run/table.txt")
sed -i 's/^\(backup,zero_copy,9,cached,resident\),[0-9.]*,ns/\1,77.70,ns/' "$WORK/run/bench.csv"
"$LAB/bench/report.sh" "$WORK/run"
check 'with another number it is another' same "$(diff <(tr -s ' ' <"$FROM/table.txt") <(tr -s ' ' <"$WORK/run/table.txt") | grep -c '^>.* 77.7 ')" 1
copied bench time.csv 'time-20*/*'
check 'the report of real time is made' "$LAB/bench/report.sh" "$WORK/run"
check 'the table of real time is the published one' same_words "$FROM/table.txt" "$WORK/run/table.txt"
check 'a folder without a run of the bench' fails_saying 'wants the folder of a run' "$LAB/bench/report.sh" "$WORK/demo"

copied hibernate report.tsv '20*/*'
rm "$WORK/run/report.tsv"
check 'the report of hibernation is made' "$LAB/hibernate/report.sh" "$WORK/run"
check 'its numbers are the published ones' diff "$FROM/report.tsv" "$WORK/run/report.tsv"
check 'its table is the published one' same_words "$FROM/report.txt" "$WORK/run/report.txt"
check 'a folder without runs of hibernation' fails_saying 'there are no runs in' "$LAB/hibernate/report.sh" "$WORK/demo"

# rows TABLE: a published table without its head.
rows() { awk 'seen { print } !NF { seen = 1 }' "$1" >"$WORK/rows"; }
awk_report() { awk -f "$LAB/report/human.awk" "$@" >"$WORK/made"; }
copied owner table.tsv '20*/*'
rows "$FROM/table.txt"
awk_report -f "$LAB/owner/table.awk" "$FROM/table.tsv"
check "the table of owner is the published one" same_words "$WORK/rows" "$WORK/made"
# A run of each set-up; medians of several are for setups.sh.
copied setups table.tsv '20*-before/*'
rows "$FROM/table.txt"
awk_report -f "$LAB/report/pairs.awk" -f "$LAB/setups/table.awk" "$FROM/table.tsv"
check 'the table of the set-ups is the published one' same_words "$WORK/rows" "$WORK/made"
# Older runs have fewer metrics.
numbers() {
	cut -f1 "$FROM/table.tsv" | sed 1d | uniq | awk -v dir="$FROM" -f "$LAB/setups/tsv.awk" - |
		awk -F'\t' 'NR == FNR { known[$2]; next } $2 in known' "$FROM/table.tsv" -
}
check 'and its numbers are those of the runs' diff "$FROM/table.tsv" <(numbers)

# Numbers for people.
# shellcheck disable=SC2016 # awk expands it
human() { awk -f "$LAB/report/human.awk" -f <(echo '{ print human($1, $2) }') <<<"$1 $2"; }
for pair in '1234567 pages=1,234,567' '999 pages=999' '12474000000 ns=12.47 s' '575500 us=575.50 ms' '667 us=667.0 us' \
	'999 ns=999 ns' '93.94 %=93.9%' '- ns=-'; do
	# shellcheck disable=SC2086 # words
	check "${pair%=*} is shown as ${pair#*=}" same "$(human ${pair%=*})" "${pair#*=}"
done

# Progress, where the output is no terminal.
progress() { printf '%s\n' "$@" | "$LAB/demo/progress.sh"; }
check 'progress is a line for each tenth of the way' same \
	"$(progress '@progress copy fill 0 1000 0 0 0' '@progress copy fill 50 1000 0 0 10' '@progress copy fill 100 1000 256000 0 1000' | tr -s ' ')" \
	$'copy fill [........................] 0% out 0 MB/s in 0 MB/s 0 s\ncopy fill [##......................] 10% out 1059 MB/s in 0 MB/s 1 s'
check 'other lines pass' same "$(progress 'a line  of words')" 'a line  of words'
done_testing
