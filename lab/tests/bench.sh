#!/bin/bash
# The bench's table and bench-compare show the measured numbers.

. "$(dirname "$0")/tap.bash"

export LAB_RESULTS=$WORK/results LAB_DOCS=$WORK/docs
# run NAME ZERO-COPY-COST: a run of two measurements.
run() {
	mkdir -p "$LAB_RESULTS/$1"
	printf '%s\n' op,path,order,caching,state,value,unit \
		device,stock,9,cached,written,4096.00,ns/page insert_floor,stock,9,cached,resident,3.00,ns/page \
		backup,copy,9,cached,resident,8000.00,ns/page "backup,zero_copy,9,cached,resident,$2,ns/page" \
		backup,copy,9,cached,resident,16384,pages backup,zero_copy,9,cached,resident,0,pages \
		backup,zero_copy,9,cached,written,8192.00,ns/page \
		restore,zero_copy,0,cached,healed,60.00,ns/page \
		swapout,copy,9,wc,resident,9000.00,ns/page swapout,zero_copy,9,wc,resident,750.00,ns/page \
		swapout,copy,9,cached,resident,4000.00,ns/page swapout,zero_copy,9,cached,resident,8.00,ns/page \
		swapout,copy,9,cached,resident,100,pages swapout,zero_copy,9,cached,resident,1,pages \
		swapin,copy,9,cached,resident,20,pages swapin,zero_copy,9,cached,resident,2,pages \
		round_trip,copy,9,wc,at_limit,12000.00,ns/page round_trip,zero_copy,9,wc,at_limit,3000.00,ns/page \
		>"$LAB_RESULTS/$1/bench.csv"
	printf '%s\n' axis,x,op,path,value,unit size_mib,4,backup,copy,7000.00,ns/page \
		size_mib,4,backup,zero_copy,14.00,ns/page >"$LAB_RESULTS/$1/growth.csv"
	printf '%s\n' axis,x,op,path,value,unit >"$LAB_RESULTS/$1/parallel.csv"
	printf '%s\n' path,memory_mib,outcome,seconds copy,384,finished,3 copy,384,finished,5 copy,384,finished,4 zero_copy,384,finished,2 \
		copy,160,killed, copy,160,finished,90 copy,160,killed, zero_copy,160,stalled, >"$LAB_RESULTS/$1/headroom.csv"
}
table() { awk -f "$LAB/report/median.awk" -f "$LAB/bench/table.awk" "$LAB_RESULTS/$1"/{bench,growth,parallel,headroom}.csv; }
compare() { (cd "$LAB_RESULTS" && A=$1 B=$2 "$LAB/bench-compare.sh"); }

run base 10.00
run other 9.00
table base >"$WORK/table"
check 'the ratio, the floor and what is above it' grep -qE '^ +9 +- +8000 +10\.0 +x800 +3\.0 +7\.0$' "$WORK/table"
check 'the rate, and its share of the raw one' grep -qE '^ +9 +- +- +500 +- +50%$' "$WORK/table"
check 'what TTM swaps out, and its floor' grep -qE '^ +9 +- +4000 +8\.0 +x500 +3\.0 +5\.0$' "$WORK/table"
section() { awk -v title="$1" 'index($0, title) == 1 { on = 1 } !NF { on = 0 } on && $1 ~ /^[0-9]+$/ { gsub(/ +/, " "); print }' "$WORK/table"; }
check 'the section of swapout has its row' same "$(section 'swapout, in memory, wc pages')" ' 9 - 9000 750 x12 3.0 747'
check 'the round trip at the limit' same "$(section 'round_trip, ')" ' 9 - 12000 3000 x4 '
check 'restores into larger blocks are in a section of their own' same "$(section 'restore, in memory, into larger blocks')" ' 0 - - 60.0 - '
check 'pages that swapout and swap-in take' grep -qE '^ 9 120 3 ' <(section 'Pages allocated for one buffer, swapout')
check 'growth' grep -qE '^ +4 +7000 +14\.0 ' "$WORK/table"
check 'head-room: the median of the seconds, and their spread' grep -qE '^ +384  4\.0 \(3\.0-5\.0\) +2\.0 \(2\.0-2\.0\)$' "$WORK/table"
check 'and how runs ended that did not finish' grep -qE '^ +160  90\.0 \(90\.0-90\.0\), killed 2 of 3 +stalled 1 of 1$' "$WORK/table"
compare base other >"$WORK/compared"
check 'the difference is signed' grep -qE 'zero_copy +9 cached +resident +ns/page +10\.0 +9\.0 +-10\.0%$' "$WORK/compared"
check '0 and 0 are no difference' grep -qE 'zero_copy .* pages +0\.0 +0\.0 +\+0\.0%$' "$WORK/compared"
check 'a run that does not exist is named' fails_saying "there is no run 'third'" compare base third
check 'a name that is missing' fails_saying 'B= is missing' compare base ''
check 'a bad name for a run' fails_saying "'../x' is not a good name" "$LAB/bench.sh" --name ../x

floor() { printf 'round_trip\tat_limit\t9\t%s\twc\nswap_pages\tresident\t9\t%s\n' "$1" "$2" >"$WORK/floors.tsv"; awk -f "$LAB/check/floors.awk" "$WORK/floors.tsv" "$LAB_RESULTS/base/bench.csv"; }
check 'a floor of write-combined buffers, and of the pages that swapout takes' same "$(floor 4 3 | grep -c '^ok')" 2
check 'a higher cost or more pages is a failure' same "$(floor 4.1 2 | grep -c '^not ok')" 2

# timed NAME COPY-COST LOW HIGH: a run of the part in real time alone.
timed() {
	mkdir -p "$LAB_RESULTS/$1"
	printf '%s\n' op,path,order,caching,state,value,unit,low,high \
		limit,copy_page,0,cached,resident,500.00,ns/page,490.00,520.00 \
		limit,touch_line,0,cached,resident,3.00,ns/page,2.90,3.10 \
		"backup,copy,9,cached,resident,$2,ns/page,$3,$4" backup,zero_copy,9,cached,resident,10.00,ns/page,9.00,11.00 \
		restore,copy,9,cached,resident,900.00,ns/page,800.00,1000.00 restore,zero_copy,9,cached,resident,4.50,ns/page,4.00,5.00 \
		restore,zero_copy,9,cached,healed,700.00,ns/page,600.00,800.00 \
		swapout,copy,9,cached,resident,600.00,ns/page,500.00,700.00 swapout,zero_copy,9,cached,resident,20.00,ns/page,19.00,21.00 \
		round_trip,copy,9,cached,at_limit,900.00,ns/page,890.00,910.00 round_trip,zero_copy,9,cached,at_limit,30.00,ns/page,29.00,31.00 \
		>"$LAB_RESULTS/$1/time.csv"
}
medians() { printf 'backup,copy,9,cached,resident,%s,ns/page\n' "$@" | awk -f "$LAB/report/median.awk" -f "$LAB/bench/medians.awk"; }
check 'the median of five, and the extremes' same "$(medians 900 1000 80 950 1100)" backup,copy,9,cached,resident,950.00,ns/page,80.00,1100.00
check 'the median of two' same "$(medians 20 10)" backup,copy,9,cached,resident,15.00,ns/page,10.00,20.00
timed slow 1000.00 900.00 1200.00
timed slower 1100.00 1000.00 1300.00
timed slowest 2000.00 1900.00 2100.00
awk -f "$LAB/bench/time.awk" "$LAB_RESULTS/slow/time.csv" >"$WORK/table"
check 'both paths in time, with their spread and ratio' \
	grep -qE '^ +9 +1000 \(900 to 1200\) +10\.0 \(9\.0 to 11\.0\) +x100 +900 \(800 to 1000\) +4\.5 \(4\.0 to 5\.0\) +x200$' "$WORK/table"
check 'swapout in time' grep -qE '^ +9 +600 \(500 to 700\) +20\.0 \(19\.0 to 21\.0\) +x30 ' "$WORK/table"
check 'the round trip at the limit in time' grep -qE '^ +9 +900 \(890 to 910\) +30\.0 \(29\.0 to 31\.0\) +x30$' "$WORK/table"
check 'the limits of memory' grep -qE 'copying a page 500 \(490 to 520\), touching one line of it 3\.0 ' "$WORK/table"
check 'a difference within the spread is marked' grep -qE 'um copy .* ~\+10\.0%$' <(compare slow slower)
check 'a difference outside the spread is not marked' grep -qE 'um copy .* \+100\.0%$' <(compare slow slowest)
check 'the plots are drawn from time alone' "$LAB/bench/report.sh" "$LAB_RESULTS/slow"
run both 10.00
for axis in size_mib buffers; do
	for x in 4 64; do
		for op in backup restore; do printf '%s\n' "$axis,$x,$op,copy,7000.00,ns/page" "$axis,$x,$op,zero_copy,14.00,ns/page"; done
	done
done >>"$LAB_RESULTS/both/growth.csv"
cp "$LAB_RESULTS/slow/time.csv" "$LAB_RESULTS/both/"
check 'the plots are drawn from counts and time' "$LAB/bench/report.sh" "$LAB_RESULTS/both"
check 'one table has counts and time' same "$(grep -cE '^In real time|^backup, in memory' "$LAB_RESULTS/both/table.txt")" 2

# Publishing is a step of its own, and replaces nothing.
export LAB_OUT=$WORK/out NAME=mine
check 'without a run nothing is published' fails_saying "no run 'mine'" "$LAB/bench.sh" --publish
mkdir -p "$LAB_OUT/bench/mine/patched"
touch "$LAB_OUT/bench/mine/"{table.txt,patched/config}
echo table >"$LAB_OUT/bench/mine/table.txt"
echo 'code     abc, with changes that have no commit' >"$LAB_OUT/bench/mine/run"
check 'code without a commit is not published' fails_saying 'has no commit' "$LAB/bench.sh" --publish
echo 'code     abc, clean' >"$LAB_OUT/bench/mine/run"
mkdir -p "$LAB_DOCS"
printf '%s\n' '<!-- time -->' '<!-- /time -->' >"$LAB_DOCS/results.md"
check 'a run is published' "$LAB/bench.sh" --publish
check 'the whole run is published' test -e "$LAB_RESULTS/bench/mine/patched/config"
check 'its table is shown in the docs' grep -q 'results/bench/mine' "$LAB_DOCS/results.md"
check 'a published run is not replaced' fails_saying 'is there already' "$LAB/bench.sh" --publish
done_testing
