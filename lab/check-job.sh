#!/bin/sh
# In the guest, for check.sh: every KUnit suite, or every program in /tests, as
# ktap.awk reads them. Suites run here and not at boot because some need
# swap. /run-tests holds the word: kunit or selftests.

begin() {
	echo "# lab: begin $1 $2"
	echo "lab: begin $1 $2" >/dev/kmsg
}

run_suite() {
	begin kunit "$1"
	if echo 1 >"/sys/kernel/debug/kunit/$1/run"; then code=0; else code=1; fi
	cat "/sys/kernel/debug/kunit/$1/results"
	echo "# lab: end $code"
}

kunit() {
	# A suite cannot make the cgroup it charges to.
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p /sys/fs/cgroup/kunit
	for suite in /sys/kernel/debug/kunit/*/; do
		suite=${suite%/}
		[ "${suite##*/}" = ttm_bo ] || run_suite "${suite##*/}"
	done
	# Once more, for its cases that want no swap.
	swapoff /dev/vda
	run_suite shmem_transfer_swap
	swapon /dev/vda
	# Last: one of its cases makes lockdep complain on purpose, and lockdep
	# watches nothing after its first complaint.
	run_suite ttm_bo
}

# Thousands of round trips: the debug kernel does not get through them in time.
too_slow() {
	[ -e /proc/lockdep ] || return 1
	case $1 in
	pingpong | restore_race) return 0 ;;
	esac
	return 1
}

selftests() {
	for program in /tests/*; do
		[ -x "$program" ] || continue
		begin selftest "${program##*/}"
		if too_slow "${program##*/}"; then
			printf '1..1\nok 1 %s # SKIP over its time limit on the debug kernel\n' "${program##*/}"
			echo "# lab: end 0"
			continue
		fi
		"$program" 2>&1
		echo "# lab: end $?"
	done
	ttmstat_tells
}

# After all of these it has something to tell. Its words stay in the log.
# shellcheck disable=SC2016 # awk expands it
ttmstat_tells() {
	begin selftest ttmstat
	echo 1..4
	ttmstat_case 1 'table' '$1 == "all" && $2 != "0" && $5 != "0" { ok = 1 }'
	ttmstat_case 2 'json' '/"inserted":."pages":[1-9].*"taken":."pages":[1-9]/ { ok = 1 }' --json
	ttmstat_case 3 'rows' 'NR == 3 { ok = $1 == "on" }' 1 2
	ttmstat_case 4 'clients' '$3 == "vttm" { ok = 1 }' --clients 5</dev/dri/renderD128
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

"$(cat /run-tests)"
