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

selftests() {
	for program in /tests/*; do
		[ -x "$program" ] || continue
		begin selftest "${program##*/}"
		"$program" 2>&1
		echo "# lab: end $?"
	done
}

"$(cat /run-tests)"
