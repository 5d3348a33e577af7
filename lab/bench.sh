#!/bin/bash
# bench.sh [option...]: measure what copying costs and what zero copy saves.
#
# Boots the patched kernel and, as a reference, a stock kernel with the same configuration
# and only vttm added. Measures backup and restore on both, in instructions instead of time
# (-icount, one processor), so that numbers repeat. Measures parallel shrinkers and head-room
# in time, on two processors. Then runs the same kernel as a program (lab/um), where seconds
# are real. Prints the comparison and leaves the run in out/bench/NAME/: bench.csv,
# growth.csv, parallel.csv, headroom.csv, time.csv, table.txt, plots (SVG, PNG), and for each
# kernel its configuration, command line, log and vmstat before and after.
#
#   --name NAME  the name of the run (or NAME=; the date). A run of this name is replaced
#   --quick      three orders and small sizes: takes two minutes and shows that the bench
#                works; the name is "quick"
#   --time       only the part in real time: takes a minute once that kernel is built
#   --publish    run nothing; copy the run to results/bench/NAME, which must be new, show
#                its table in docs/results.md, and real time in README.md. The code that was
#                measured must have a commit
#
# The swap device is null_blk in the guest. A request takes 80 microseconds of the guest's
# clock, four at a time, so this repeats as well. A boot ends after TIMEOUT= (1500) seconds.

. "$(dirname "$0")/lib.sh"
. "$LAB/bench/boot.sh"
. "$LAB/report/publish.sh"
usage_if_asked "$@"

[ -z "${SETUP-}" ] || die "the bench has machines of its own" "leave out SETUP=: it is for demo, shell, stress, hibernate, frames and check"
name=${NAME-} quick='' only_time='' publish=''
while [ $# -gt 0 ]; do
	case $1 in
	--name) assign "$@"; shift ;;
	--quick) quick=1 ;;
	--time) only_time=1 ;;
	--publish) publish=1 ;;
	*) unknown "$1" ;;
	esac
	shift
done
name=${name:-${quick:+quick}}
name=${name:-$(date +%Y-%m-%d)}
[[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || die "'$name' is not a good name for a run" "use letters, digits, '-', '_' and '.'"

DIR=$OUT/bench/$name

# boot WHAT KERNEL PARTS OPTION...: boot once, and keep what describes the boot.
boot() {
	local what=$1

	step "$what"
	bench_boot "$@" || die "the run '$what' ended with an error" "see the lines above"
	mkdir -p "$SCRATCH/run/$what"
	cp "$SCRATCH/$what"/{config,cmdline,vmstat.before,vmstat.after} "$SCRATCH/run/$what/"
	tr -d '\r' <"$SCRATCH/$what/dmesg" >"$SCRATCH/run/$what/dmesg"
}

# counted: measure everything except the part in real time.
counted() {
	local orders='0,2,3,4,6,8,9,10' most=1024 patched stock

	[ -z "$quick" ] || orders='0,6,9' most=64
	patched=$("$LAB/kernel/build.sh" --quiet)
	stock=$(STOCK=1 "$LAB/kernel/build.sh" --quiet)
	boot patched "$patched" "cost --orders $orders
at_limit --orders $orders
io --orders $orders
floor" --icount
	boot stock "$stock" "cost --orders $orders
at_limit --orders $orders
io --orders $orders" --icount
	boot growth "$patched" "growth --mib $most" --icount --mem 3072
	boot parallel "$patched" "parallel --orders 0,3,6,9" --cpus 2
	all_rows >"$SCRATCH/run/bench.csv"
	step headroom
	"$LAB/bench/headroom.sh" ${quick:+--quick} "$patched" "$SCRATCH/run"
	cp "$SCRATCH/growth/growth.csv" "$SCRATCH/parallel/parallel.csv" "$SCRATCH/run/"
}

all_rows() {
	local boot part

	echo 'op,path,order,caching,state,value,unit'
	rows "$SCRATCH/patched/device.csv"
	cat "$SCRATCH/patched/floor.csv"
	for boot in patched stock; do
		for part in cost at_limit io; do rows "$SCRATCH/$boot/$part.csv"; done
	done
}

# publish: copy the whole run to results/bench. It never replaces one.
publish() {
	local to mark=bench

	[ -s "$DIR/table.txt" ] || die "there is no run '$name' to publish" "make one: make bench NAME=$name"
	[ -s "$DIR/bench.csv" ] || mark='time'
	to=$(NAME=$name published_as bench "$DIR/run")
	cp -R "$DIR/." "$to/"
	show_in_docs "$mark" "$to" table.txt
	[ ! -s "$to/time.csv" ] || put_between "${LAB_DOCS:-$TOP/docs}/../README.md" 'time' "$(time_text "$to")"
	say "published: ${to#"$TOP/"}"
	exit
}

[ -z "$publish" ] || publish
start=$SECONDS
"$LAB/deps.sh"
scratch
mkdir "$SCRATCH/run"
describe_run "$COMMAND" >"$SCRATCH/run/run"
[ -n "$only_time" ] || counted
step 'in real time'
"$LAB/bench/time.sh" ${quick:+--quick} "$SCRATCH/run"
"$LAB/bench/report.sh" "$SCRATCH/run"
mkdir -p "${DIR%/*}"
rm -rf "$DIR"
mv "$SCRATCH/run" "$DIR"
cat "$DIR/table.txt"
say "all of it: ${DIR#"$TOP/"} ($((SECONDS - start)) s)"
