#!/bin/sh
# In the guest, for mutants.sh: the KUnit suites that /suites names, one after the other,
# up to the first that fails. Prints what it was, "not ok SUITE: CASE". What was left over
# in the end counts as well. With /reach there, tells after each suite which mutants it
# has come by: "reached SUITE NUMBER...".

KUNIT=/sys/kernel/debug/kunit
MUTANTS=/sys/kernel/debug/mutants

reached() {
	[ -e /reach ] || return 0
	echo "reached $1 $(tr '\n' ' ' <$MUTANTS)"
	echo 0 >$MUTANTS
}

# What is as it was before, to the page, when all tests are over.
left() {
	swaps off >/tmp/swaps
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^nr_(gpu_active|shmem|writeback|isolated_file|mlock) / { print }' /proc/vmstat
	awk '$1 == "Committed_AS:" { print }' /proc/meminfo
	awk '$1 == "MemFree:" { print }' /proc/meminfo >>/tmp/free
	swaps on </tmp/swaps
}

run() {
	echo "lab: begin kunit $1" >/dev/kmsg
	[ "$1" != shmem_transfer_no_swap ] || swaps off >/tmp/swaps
	echo 1 >$KUNIT/"$1"/run
	cat $KUNIT/"$1"/results >/tmp/results
	[ "$1" != shmem_transfer_no_swap ] || swaps on </tmp/swaps
	reached "$1"
	! grep -m 1 '^ *not ok ' /tmp/results | sed "s/^ *not ok [0-9]* */not ok $1: /" | grep . || exit 1
}

# A test that waits for ever leaves the processor idle, which a busy host's does not.
idle() { awk '$1 == "cpu" { print int($5 / 100) }' /proc/stat; }
watch() {
	begun=$(idle)
	while [ $(($(idle) - begun)) -lt 15 ]; do sleep 1; done
	echo "not ok hang: it waits"
	echo c >/proc/sysrq-trigger
}

watch &
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir -p /sys/fs/cgroup/kunit
reached boot
left >/tmp/before
read -r suites </suites
for suite in $suites; do run "$suite"; done
left >/tmp/after
sed 's/^/# /' /tmp/after /tmp/free
cmp -s /tmp/before /tmp/after || {
	echo "not ok left over: $(diff /tmp/before /tmp/after | sed -n 's/^[<>] //p' | tr '\n' ' ')"
	exit 1
}
