# shellcheck shell=dash
# job.sh: one boot of the bench, with busybox. lab/bench/boot.sh puts in front of it:
#   PARTS       calls of /bin/bench, one a line, and "floor"
#
# Leaves /out/PART.csv, device.csv, and files that describe the run.

set -eu
# Room for one buffer, but small enough that all of it is warm.
SWAP_MIB=160

fail() {
	echo "error: $1" >&2
	exit 3
}

# A device that takes 80 us of the guest's clock for a request, four at a time.
swap_device() {
	modprobe null_blk nr_devices=1 gb=2 memory_backed=1 irqmode=2 \
		completion_nsec=80000 hw_queue_depth=4 || fail "null_blk cannot be loaded"
	device=/dev/nullb0
}

floor() {
	suite=/sys/kernel/debug/kunit/shmem_transfer_cost
	echo 1 >$suite/run
	awk '/ cost: order / {
		for (i = 1; i <= NF; i++) {
			if ($i == "order") name = order = $(i + 1)
			if ($i == "floor") ns = $(i + 1)
		}
		for (pages = 1; order > 0; order--)
			pages *= 2
		printf "insert_floor,stock,%s,cached,resident,%.2f,ns/page\n", name, ns / pages
	}' $suite/results
}

mkdir -p /out
zcat /proc/config.gz >/out/config
cat /proc/cmdline >/out/cmdline
# A machine in real time has swap already.
grep -q '^/dev/' /proc/swaps || {
	swap_device
	bench device --device $device --mib $SWAP_MIB >/out/device.csv || fail "the swap device cannot be measured"
	# "growth" writes nothing, but TTM backs nothing up without room in swap for all of it.
	case $PARTS in growth*) SWAP_MIB=2000 ;; esac
	mkswap $device $((SWAP_MIB * 1024)) >/dev/null
	swapon $device || fail "no swap"
}
cat /proc/vmstat >/out/vmstat.before
echo "$PARTS" | while read -r part options; do
	echo "   $part" >&2
	if [ "$part" = floor ]; then
		floor >/out/floor.csv
	else
		# shellcheck disable=SC2086 # words
		bench "$part" $options >/out/"$part".csv || fail "bench $part failed"
	fi
done
cat /proc/vmstat >/out/vmstat.after
