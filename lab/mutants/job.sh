#!/bin/sh
# In the guest, for mutants.sh: the KUnit suites and programs that /suites names, one after
# the other, up to the first that fails. Prints "not ok SUITE: CASE" for that, and in the end
# "left all TTM SHMEM": so many more pages than before are TTM's and shmem's. With /learn
# there, it goes on after a failure and prints for each suite "left SUITE TTM SHMEM",
# "took SUITE SECONDS", and which mutants it has come by: "reached SUITE NUMBER...".

KUNIT=/sys/kernel/debug/kunit
MUTANTS=/sys/kernel/debug/mutants

# TTM's pages, in use or in pools (7.3 moves those of the DMA API from one counter to the
# other, and counts them in neither), and shmem's. awk here has no such large numbers as a
# counter is that is less than 0.
pages() {
	swaps off >/tmp/swaps
	rm -f /tmp/results
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^nr_gpu_(active|reclaim) / { gpu += length($2) > 18 ? substr($2, 12) - 709551616 : $2 }
	     /^nr_shmem / { shmem = $2 }
	     END { print gpu, shmem }' /proc/vmstat
	swaps on </tmp/swaps
}

# left WHAT: since the last time.
left() {
	now=$(pages)
	echo "left $1 $(echo "$before $now" | awk '{ print $3 - $1, $4 - $2 }')"
	before=$now
}

learn() {
	left "$1"
	echo "took $1 $(echo "$begun $(cat /proc/uptime)" | awk '{ print $2 - $1 }')"
	echo "reached $1 $(tr '\n' ' ' <$MUTANTS)"
	echo 0 >$MUTANTS
}

suite() {
	[ "$1" != shmem_transfer_no_swap ] || swaps off >/tmp/swaps
	echo 1 >$KUNIT/"$1"/run
	cat $KUNIT/"$1"/results >/tmp/results
	[ "$1" != shmem_transfer_no_swap ] || swaps on </tmp/swaps
}

# 4 is for what it has skipped.
program() {
	status=0
	"/tests/$1" >/tmp/results 2>&1 || status=$?
	[ $status -eq 0 ] || [ $status -eq 4 ] || echo "not ok status $status" >>/tmp/results
}

run() {
	echo "lab: begin kunit $1" >/dev/kmsg
	read -r begun _ </proc/uptime
	if [ -x "/tests/$1" ]; then program "$1"; else suite "$1"; fi
	grep -m 1 '^ *not ok ' /tmp/results | sed "s/^ *not ok [0-9]* */not ok $1: /" | grep . && [ ! -e /learn ] && exit 1
	if [ -e /learn ]; then
		! grep -q '^ *not ok ' /tmp/results || sed 's/^/# /' /tmp/results
		learn "$1"
	fi
}

# A suite that waits for ever leaves the processor idle, which a busy host's does not. Only
# where there is one. It starts no process: suites count the memory that is committed.
watch() {
	read -r _ _ _ _ from _ </proc/stat
	now=$from
	while [ $((now - from)) -lt 1500 ]; do
		# shellcheck disable=SC3045 # of busybox
		read -r -t 1 _ <>/tmp/never
		read -r _ _ _ _ now _ </proc/stat
	done
	echo "not ok hang: it waits"
	echo c >/proc/sysrq-trigger
}

echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir -p /sys/fs/cgroup/kunit
mkfifo /tmp/never
before=$(pages)
begun=0
[ ! -e /learn ] || learn boot
read -r suites </suites
if [ ! -x "/tests/${suites%% *}" ] && grep -q lab.um /proc/cmdline; then watch & fi
for suite in $suites; do run "$suite"; done
left all
