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
done_testing
