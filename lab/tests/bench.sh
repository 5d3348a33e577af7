#!/bin/bash
# The bench's numbers arrive in its table and in the comparison unchanged.

. "$(dirname "$0")/tap.bash"

export LAB_RESULTS=$WORK/results
# run NAME ZERO-COPY-COST: a run of two measurements.
run() {
	mkdir -p "$LAB_RESULTS/$1"
	printf '%s\n' op,path,order,caching,state,value,unit \
		device,stock,9,cached,written,4096.00,ns/page insert_floor,stock,9,cached,resident,3.00,ns/page \
		backup,copy,9,cached,resident,8000.00,ns/page "backup,zero_copy,9,cached,resident,$2,ns/page" \
		backup,copy,9,cached,resident,16384,pages backup,zero_copy,9,cached,resident,0,pages \
		backup,zero_copy,9,cached,written,8192.00,ns/page \
		>"$LAB_RESULTS/$1/bench.csv"
	printf '%s\n' axis,x,op,path,value,unit size_mib,4,backup,copy,7000.00,ns/page \
		size_mib,4,backup,zero_copy,14.00,ns/page >"$LAB_RESULTS/$1/growth.csv"
	printf '%s\n' axis,x,op,path,value,unit >"$LAB_RESULTS/$1/parallel.csv"
	printf '%s\n' path,memory_mib,outcome copy,384,finished copy,160,killed copy,240,finished copy,200,killed \
		zero_copy,384,finished zero_copy,96,stalled >"$LAB_RESULTS/$1/headroom.csv"
}
table() { awk -f "$LAB/bench-table.awk" "$LAB_RESULTS/$1"/{bench,growth,parallel,headroom}.csv; }
compare() { A=$1 B=$2 "$LAB/bench-compare.sh"; }

run base 10.00
run other 9.00
table base >"$WORK/table"
check 'the ratio, the floor and what is above it' grep -qE '^ +9 +- +8000 +10\.0 +x800 +3\.0 +7\.0$' "$WORK/table"
check 'the rate, and its share of the raw one' grep -qE '^ +9 +- +- +500 +- +50%$' "$WORK/table"
check 'growth' grep -qE '^ +4 +7000 +14\.0 ' "$WORK/table"
check 'head-room' grep -qx ' *copy   240 MiB; with 200 MiB: killed' "$WORK/table"
compare base other >"$WORK/compared"
check 'the difference is signed' grep -qE 'zero_copy +9 cached +resident +ns/page +10\.0 +9\.0 +-10\.0%$' "$WORK/compared"
check 'nothing from nothing is no difference' grep -qE 'zero_copy .* pages +0\.0 +0\.0 +\+0\.0%$' "$WORK/compared"
check 'a run that is not there is named' fails_saying "there is no run 'third'" compare base third
check 'a name that is missing' fails_saying 'B= is missing' compare base ''
check 'a bad name for a run' fails_saying "'../x' is not a good name" "$LAB/bench.sh" --name ../x

# timed NAME COPY-COST LOW HIGH: a run of the part in real time alone.
timed() {
	mkdir -p "$LAB_RESULTS/$1"
	printf '%s\n' op,path,order,caching,state,value,unit,low,high \
		limit,copy_page,0,cached,resident,500.00,ns/page,490.00,520.00 \
		limit,touch_line,0,cached,resident,3.00,ns/page,2.90,3.10 \
		"backup,copy,9,cached,resident,$2,ns/page,$3,$4" backup,zero_copy,9,cached,resident,10.00,ns/page,9.00,11.00 \
		restore,copy,9,cached,resident,900.00,ns/page,800.00,1000.00 restore,zero_copy,9,cached,resident,4.50,ns/page,4.00,5.00 \
		>"$LAB_RESULTS/$1/time.csv"
}
medians() { printf 'backup,copy,9,cached,resident,%s,ns/page\n' "$@" | awk -f "$LAB/bench-medians.awk"; }
check 'the median of five, and the extremes' same "$(medians 900 1000 80 950 1100)" backup,copy,9,cached,resident,950.00,ns/page,80.00,1100.00
check 'the median of two' same "$(medians 20 10)" backup,copy,9,cached,resident,15.00,ns/page,10.00,20.00
timed slow 1000.00 900.00 1200.00
timed slower 1100.00 1000.00 1300.00
timed slowest 2000.00 1900.00 2100.00
awk -f "$LAB/bench-time.awk" "$LAB_RESULTS/slow/time.csv" >"$WORK/table"
check 'both paths in time, with their spread and ratio' \
	grep -qE '^ +9 +1000 \(900 to 1200\) +10\.0 \(9\.0 to 11\.0\) +x100 +900 \(800 to 1000\) +4\.5 \(4\.0 to 5\.0\) +x200$' "$WORK/table"
check 'and the limits of memory' grep -qE 'copying a page 500 \(490 to 520\), touching one line of it 3\.0 ' "$WORK/table"
check 'a difference within the spread is marked' grep -qE 'um copy .* ~\+10\.0%$' <(compare slow slower)
check 'one outside it is not' grep -qE 'um copy .* \+100\.0%$' <(compare slow slowest)
check 'the plots are drawn from time alone' "$LAB/bench-report.sh" "$LAB_RESULTS/slow"
run both 10.00
for axis in size_mib buffers; do
	for x in 4 64; do
		for op in backup restore; do printf '%s\n' "$axis,$x,$op,copy,7000.00,ns/page" "$axis,$x,$op,zero_copy,14.00,ns/page"; done
	done
done >>"$LAB_RESULTS/both/growth.csv"
cp "$LAB_RESULTS/slow/time.csv" "$LAB_RESULTS/both/"
check 'and from both' "$LAB/bench-report.sh" "$LAB_RESULTS/both"
check 'with one table for both' same "$(grep -cE '^In real time|^backup, in memory' "$LAB_RESULTS/both/table.txt")" 2
done_testing
