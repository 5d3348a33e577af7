# shellcheck shell=dash
# job.sh: the demo inside the VM, with busybox. lab/demo.sh puts in front of it:
#   RUNS        which runs, in order: copy zero_copy
#   WARMUP      options for a first run that is not measured
#   WORKLOAD    options for the program that are the same in both runs
#   BREAK       options for the zero-copy run only
#
# Leaves /out/RUN.{metrics,samples.tsv,faults.tsv}. Ends with the worst status
# of a run; /bin/demo --help says what they mean.

set -eu
SWITCH=/sys/module/ttm/parameters/zero_copy

fail() {
	echo "error: $1" >&2
	exit 3
}

# begin RUN: write to the kernel's log which run begins.
begin() { echo "lab: begin demo $1" >/dev/kmsg; }

# Every run begins without swap in use, without caches and spare slab pages, and with
# compacted memory.
clean_start() {
	local cache

	swaps off >/tmp/swaps
	echo 3 >/proc/sys/vm/drop_caches
	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 >"$cache"
	done
	echo 1 >/proc/sys/vm/compact_memory
	swaps on </tmp/swaps
}

# run LABEL: the workload, on the path that LABEL names.
run() {
	local options=$WORKLOAD

	begin "$1"
	case $1 in
	copy) echo 0 >$SWITCH ;;
	zero_copy)
		echo 1 >$SWITCH
		options="$options $BREAK"
		;;
	esac
	clean_start
	# Options are words.
	# shellcheck disable=SC2086
	demo --label "$1" $options
}

grep -q '^/' /proc/swaps || fail "this VM has no swap device"
[ -w $SWITCH ] || fail "this kernel has no ttm.zero_copy: it is not patched"
# Write-combined pages split the 2 MiB entries of the kernel's own mapping, and
# the page tables that takes end up all over the place for good: without a run
# that splits them all, the second run would pay for the first.
echo 0 >$SWITCH
begin warmup
# Options are words.
# shellcheck disable=SC2086
demo --label warmup --out /tmp $WARMUP || fail "the warm-up run failed"
worst=0
for label in $RUNS; do
	status=0
	run "$label" || status=$?
	[ "$status" -le "$worst" ] || worst=$status
done
exit "$worst"
