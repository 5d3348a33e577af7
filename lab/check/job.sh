#!/bin/sh
# In the guest, for check.sh: runs every KUnit suite, the programs in /tests, the drivers of
# the cards in /cards.tsv, a short stress campaign, or suspend and hibernation. Prints results
# in the form that ktap.awk reads. Suites run here and not at boot because some need swap.
# /run-tests has the word (kunit, selftests, crowd, programs, drivers, stress or sleep) and
# optionally names: only these suites, programs or drivers run. /cannot lists those that this
# machine cannot run.

# The more memory there is, the more time these take.
CROWD='clients pressure'
# For /bin/hibernate: a state, and how far to go into it.
SUSPENDS='freeze:freezer freeze:devices freeze:platform disk:devices disk:platform disk:core'
# These suspend the machine. Only in the boot for sleep do the ports for results survive that.
ASLEEP=pm
# This loads vttm again, so that its counters begin at 0.
RELOADING=vram
# These run on the normal kernel only. On a debug kernel they take minutes: devices repeats
# what others run six times, zswap empties swap.
LONG='devices zswap'
KMEMLEAK=/sys/kernel/debug/kmemleak

# wanted NAME: true if this suite or program is to be run.
wanted() {
	case " $ONLY " in "  " | *" $1 "*) ;; *) return 1 ;; esac
	! grep -q "^$1	" /cannot 2>/dev/null
}

begin() {
	echo "# lab: begin $1 $2"
	echo "lab: begin $1 $2" >/dev/kmsg
}

run_suite() {
	wanted "$1" || return 0
	begin kunit "$1"
	if echo 1 >"/sys/kernel/debug/kunit/$1/run"; then code=0; else code=1; fi
	cat "/sys/kernel/debug/kunit/$1/results"
	echo "# lab: end $code"
}

kunit() {
	# The suites charge to this cgroup, but cannot make it.
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p /sys/fs/cgroup/kunit
	for suite in /sys/kernel/debug/kunit/*/; do
		suite=${suite%/}
		suite=${suite##*/}
		case $suite in
		shmem_transfer_no_swap | ttm_bo) ;;
		*) run_suite "$suite" ;;
		esac
	done
	# Without swap from the start: KUnit does not run a suite again that it has skipped.
	if [ -d /sys/kernel/debug/kunit/shmem_transfer_no_swap ]; then
		swaps off >/tmp/swaps
		run_suite shmem_transfer_no_swap
		swaps on </tmp/swaps
	fi
	# This one is last: one of its cases makes lockdep complain on purpose, and lockdep
	# checks nothing after its first complaint.
	run_suite ttm_bo
}

run_program() {
	wanted "$1" || return 0
	begin selftest "$1"
	"/tests/$1" 2>&1
	echo "# lab: end $?"
}

selftests() {
	# Without scans of its own, which would take time from the tests.
	[ ! -e $KMEMLEAK ] || echo scan=off >$KMEMLEAK
	for program in /tests/*; do
		program=${program##*/}
		case " $CROWD $ASLEEP $RELOADING $LONG " in *" $program "*) continue ;; esac
		[ ! -x "/tests/$program" ] || run_program "$program"
	done
	ttmstat_tells
	run_program $RELOADING
	[ -e /proc/lockdep ] || for program in $LONG; do run_program "$program"; done
	leaks selftests
}

# Runs all programs that are wanted, without regard to the memory they need.
programs() {
	for program in /tests/*; do
		[ ! -x "$program" ] || run_program "${program##*/}"
	done
}

crowd() {
	for program in $CROWD; do run_program "$program"; done
}

# Runs the drivers one after the other. Loading the module is enough: the card is there.
drivers() {
	[ ! -e $KMEMLEAK ] || echo scan=off >$KMEMLEAK
	sed 1d /cards.tsv | cut -f 1 >/tmp/drivers
	while read -r driver; do
		wanted "$driver" || continue
		begin selftest "$driver"
		modprobe "$driver"
		/bin/drivers -v "$driver" 2>&1
		echo "# lab: end $?"
	done </tmp/drivers
	leaks drivers
}

# One pass through all turns, always the same. Rare events are for 'make stress'. A debug
# kernel skips the turns that would take it minutes, with full swap and with images of the
# machine. Not every set-up can make images.
stress() {
	turns=$(/bin/stress --list | tr '\n' ' ')
	[ ! -e /proc/lockdep ] || turns=$(echo "$turns" | sed 's/\<swap-full //; s/\<test-resume //')
	grep -q ' resume=' /proc/cmdline || turns=$(echo "$turns" | sed 's/\<test-resume //')
	begin selftest stress
	/bin/stress --tap --seed 1 --seconds 0 --turn-ms 3000 --turns "$turns" 2>&1
	echo "# lab: end $?"
}

# Suspend and hibernation up to a stage and back, with more buffers than memory holds. Then
# one real hibernation.
sleeps() {
	memory=$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo)
	for module in suspend hibernate; do
		echo 1 >/sys/module/$module/parameters/pm_test_delay
	done
	echo shutdown >/sys/power/disk
	begin selftest suspend
	# shellcheck disable=SC2086 # words
	hibernate --tap --mib $((memory * 6 / 5)) $SUSPENDS
	echo "# lab: end $?"
	begin selftest hibernate
	hibernate --tap --mib $((memory * 6 / 10)) disk
	echo "# lab: end $?"
	run_program pm
}

# After the selftests ttmstat has something to show. Its output stays in the log.
# shellcheck disable=SC2016 # awk expands it
ttmstat_tells() {
	begin selftest ttmstat
	echo 1..6
	ttmstat_case 1 'table' '$1 == "all" && $2 != "0" && $5 != "0" { ok = 1 }'
	ttmstat_case 2 'json' '/"inserted":."pages":[1-9].*"taken":."pages":[1-9]/ { ok = 1 }' --json
	ttmstat_case 3 'rows' 'NR == 3 { ok = $1 == "on" }' 1 2
	ttmstat_case 4 'block sizes' '/BLOCKS OF/ { sizes = 1 } sizes && $2 == "64K" && $5 != "0" { ok = 1 }'
	ttmstat_case 5 'clients' '$3 == "vttm" { ok = 1 }' --clients 5</dev/dri/renderD128
	ttmstat_case 6 'devices' '$1 == "vttm" && /backs up/ { ok = 1 }' --devices
	echo "# lab: end 0"
}

# ttmstat_case NUMBER NAME AWK-PROGRAM ARGUMENT...: the program sets ok.
ttmstat_case() {
	number=$1 name=$2 holds=$3
	shift 3
	ttmstat "$@" >/tmp/ttmstat 2>&1
	result="ok $number $name"
	awk "$holds END { exit !ok }" /tmp/ttmstat || result="not $result"
	cat /tmp/ttmstat
	echo "$result"
}

# leaks BY: a case for memory that has been allocated since boot and that nothing points to
# any more, if the kernel tracks that (kmemleak=on). Not after TTM's KUnit suites: some of
# their cases leave objects behind. kmemleak reports an object if two scans find it
# unchanged, and if it is five seconds old.
leaks() {
	[ -e $KMEMLEAK ] || return 0
	begin kmemleak "$1"
	echo 1..1
	sleep 6
	if echo scan >$KMEMLEAK && echo scan >$KMEMLEAK; then
		sed 's/^/# /' $KMEMLEAK >/tmp/leaks
	else
		echo '# kmemleak is off' >/tmp/leaks
	fi
	cat /tmp/leaks
	if [ -s /tmp/leaks ]; then echo "not ok 1 memory leaked"; else echo "ok 1 no memory leaked"; fi
	echo "# lab: end 0"
}

read -r WHAT ONLY </run-tests
case $WHAT in
sleep) sleeps ;;
*) "$WHAT" ;;
esac
