#!/bin/bash
# time.sh [--quick] DIR: what a page costs in real time, on the kernel as a
# program (lab/um).
#
# In each of five boots, one after the other, buffers of every order go out and come
# back, through a driver's shrinker and swapped out by TTM, also at its limit, by copying and without, and memory's own limits are measured beside them: copying
# a page, and touching one cache line of it. Writes DIR/time.csv: op, path, order,
# caching, state, value, unit, low, high; the value is the median of the boots, low and
# high are the extremes. What describes the boots is in DIR/time/.
#
# ARCH=um has one processor and no caching modes but cached.

. "$(dirname "$0")/../lib.sh"
. "$LAB/bench/boot.sh"
usage_if_asked "$@"

BOOTS=5 ORDERS=0,1,2,3,4,5,6,7,8,9,10
if [ "${1-}" = --quick ]; then
	BOOTS=2 ORDERS=0,6,9
	shift
fi
[ -d "${1-}" ] || die "time.sh wants a folder for its results" "see $(self) --help"
DIR=$1

kernel=$(UM=1 "$LAB/kernel/build.sh" --quiet)
scratch
for ((boot = 1; boot <= BOOTS; boot++)); do
	say "   boot $boot of $BOOTS"
	bench_boot "um$boot" "$kernel" "limits
cost --cached --orders $ORDERS
at_limit --cached --orders $ORDERS" --mem 1024 --swap 256 2>"$SCRATCH/said" || {
		tail -20 "$SCRATCH/said" >&2
		die "boot $boot of the bench in real time ended with an error" "see above"
	}
	for part in limits cost at_limit; do rows "$SCRATCH/um$boot/$part.csv"; done
done | grep 'ns/page$' >"$SCRATCH/rows"
mkdir -p "$DIR/time"
cp "$SCRATCH/um1"/{config,cmdline,vmstat.before,vmstat.after,dmesg} "$DIR/time/"
# The program's command line names files of this host.
sed -i "s|$TOP/||g" "$DIR/time"/{cmdline,dmesg}
{
	echo 'op,path,order,caching,state,value,unit,low,high'
	awk -f "$LAB/report/median.awk" -f "$LAB/bench/medians.awk" "$SCRATCH/rows"
} >"$DIR/time.csv"
