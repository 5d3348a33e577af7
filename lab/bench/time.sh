#!/bin/bash
# time.sh [--quick] DIR: measure what a page costs in real time, on the kernel as a program
# (lab/um).
#
# Each of five boots, one after the other, takes buffers of every order out and back, by
# copying and without: through a driver's shrinker, swapped out by TTM, and at TTM's page
# limit. It also measures the limits of memory: copying a page, and touching one cache line of
# it. Writes DIR/time.csv: op, path, order, caching, state, value, unit, low, high. The value is
# the median of the boots; low and high are the extremes. DIR/time/ has files that describe the
# boots.
#
# ARCH=um has one processor, and all pages are cached.

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
		die "boot $boot of the bench in real time ended with an error" "see the lines above"
	}
	for part in limits cost at_limit; do rows "$SCRATCH/um$boot/$part.csv"; done
done | grep 'ns/page$' >"$SCRATCH/rows"
mkdir -p "$DIR/time"
cp "$SCRATCH/um1"/{config,cmdline,vmstat.before,vmstat.after,dmesg} "$DIR/time/"
# The program's command line has paths of this host.
sed -i "s|$TOP/||g" "$DIR/time"/{cmdline,dmesg}
{
	echo 'op,path,order,caching,state,value,unit,low,high'
	awk -f "$LAB/report/median.awk" -f "$LAB/bench/medians.awk" "$SCRATCH/rows"
} >"$DIR/time.csv"
