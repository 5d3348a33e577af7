#!/bin/bash
# headroom.sh [--quick] KERNEL DIR: measure how long work with swapped-out buffers takes on
# machines with less and less memory, by copying and without.
#
# Does the same work (four clients, 256 MiB of buffers, every page verified) three times for
# each size of memory and each path, one boot each. Writes DIR/headroom.csv: path, memory_mib,
# outcome, seconds. The outcome is "finished", "killed" (the kernel ran out of memory),
# "failed" (a call of a client was refused: vttm limits the size of a buffer by memory) or
# "stalled": not done in LIMIT seconds.
#
#   --quick   three sizes, once

. "$(dirname "$0")/../lib.sh"
usage_if_asked "$@"

# In MiB: from memory for everything to hardly any.
SIZES='384 320 256 224 192 160 128 96 64' RUNS=3
# Many times the seconds that copying takes with memory for everything.
LIMIT=120
if [ "${1-}" = --quick ]; then
	SIZES='384 192 96' RUNS=1
	shift
fi
kernel=$1
dir=$2

# job SWITCH
job() {
	cat <<-END
		echo $1 >/sys/module/ttm/parameters/zero_copy
		demo --label headroom --out /tmp --total 256 --clients 4 --rounds 1 --timeout $LIMIT
		status=\$?
		sed -n 's/^wall_s\t/took /p' /tmp/headroom.metrics
		exit \$status
	END
}

# attempt PATH MIB: boot once and add a row.
attempt() {
	local status=0 outcome switch=0 took

	[ "$1" = copy ] || switch=1
	job "$switch" >"$SCRATCH/job"
	start_child "$LAB/vm/run.sh" --kernel "$kernel" --setup '' --mem "$2" --swap 768 --timeout $((LIMIT + 60)) \
		--console "$SCRATCH/console" -- "$SCRATCH/job" >"$SCRATCH/said" 2>&1
	await_child || status=$?
	took=$(sed -n 's/^took //p' "$SCRATCH/said")
	case $status in
	0) outcome=finished ;;
	3 | 4 | 124 | 125)
		outcome=stalled
		[ "$status" -ne 3 ] || outcome=failed
		! grep -qE 'Out of memory|Kernel panic' "$SCRATCH/console" || outcome=killed ;;
	*)	# Damaged content, or no guest at all: lack of memory does not explain this.
		tail -20 "$SCRATCH/said" >&2
		die "the run with $2 MiB ended with status $status" "see the lines above" ;;
	esac
	[ "$outcome" = finished ] || took=''
	echo "$1,$2,$outcome,$took" >>"$dir/headroom.csv"
	say "   $1 with $2 MiB: $outcome${took:+ ($took s)}"
}

scratch
echo 'path,memory_mib,outcome,seconds' >"$dir/headroom.csv"
for size in $SIZES; do
	for _ in $(seq "$RUNS"); do
		attempt copy "$size"
		attempt zero_copy "$size"
	done
done
