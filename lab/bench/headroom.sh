#!/bin/bash
# headroom.sh [--quick] KERNEL DIR: how much memory a machine must have to swap
# buffers out at all, by copying and without.
#
# The same work (four clients, 256 MiB of buffers, every page verified) is done
# on ever smaller machines, a boot each, until the least memory is known in which
# it ends well. Writes DIR/headroom.csv: path, memory_mib, outcome, seconds. The
# outcome is "finished", "killed" (the kernel ran out of memory), "failed" (a client
# was refused something: vttm has a limit for a buffer, by memory) or "stalled": not
# done in PATIENCE times the seconds that copying takes with memory for everything.

. "$(dirname "$0")/../lib.sh"
usage_if_asked "$@"

# MiB. Sizes are multiples of STEP; with MOST there is memory for all, with
# LEAST hardly any for anybody.
STEP=16 MOST=384 LEAST=64
PATIENCE=5
if [ "${1-}" = --quick ]; then
	STEP=64
	shift
fi
kernel=$1
dir=$2

job() {
	cat <<-END
		echo $1 >/sys/module/ttm/parameters/zero_copy
		demo --label headroom --out /tmp --total 256 --clients 4 --rounds 1 --timeout $2
		status=\$?
		sed -n 's/^wall_s\t/took /p' /tmp/headroom.metrics
		exit \$status
	END
}

# attempt PATH MIB SECONDS: one boot. Its outcome is a row, and the status says if
# it ended well. TOOK is how long it took.
attempt() {
	local status=0 outcome switch=0

	[ "$1" = copy ] || switch=1
	job "$switch" "$3" >"$SCRATCH/job"
	start_child "$LAB/vm/run.sh" --kernel "$kernel" --setup '' --mem "$2" --swap 768 --timeout $(($3 + 60)) \
		--console "$SCRATCH/console" -- "$SCRATCH/job" >"$SCRATCH/said" 2>&1
	await_child || status=$?
	TOOK=$(sed -n 's/^took //p' "$SCRATCH/said")
	case $status in
	0) outcome=finished ;;
	3 | 4 | 124 | 125)
		outcome=stalled
		[ "$status" -ne 3 ] || outcome=failed
		! grep -qE 'Out of memory|Kernel panic' "$SCRATCH/console" || outcome=killed ;;
	*)	# Damaged content, or no guest at all: nothing that memory explains.
		tail -20 "$SCRATCH/said" >&2
		die "the run on $2 MiB ended with status $status" "see above" ;;
	esac
	echo "$1,$2,$outcome,$TOOK" >>"$dir/headroom.csv"
	say "   $1 with $2 MiB: $outcome${TOOK:+ ($TOOK s)}"
	[ "$status" -eq 0 ]
}

# with_room PATH: the work with memory for everything.
with_room() {
	attempt "$1" "$MOST" 100 || {
		tail -20 "$SCRATCH/said" >&2
		die "256 MiB of buffers cannot be worked with in $MOST MiB of memory" "see above"
	}
}

# bisect PATH: between a size that works and one that does not.
bisect() {
	local good=$((MOST / STEP)) bad=$((LEAST / STEP)) middle

	while [ $((good - bad)) -gt 1 ]; do
		middle=$(((good + bad) / 2))
		if attempt "$1" $((middle * STEP)) "$limit"; then good=$middle; else bad=$middle; fi
	done
	[ "$bad" -gt $((LEAST / STEP)) ] || attempt "$1" "$LEAST" "$limit" || true
}

scratch
echo 'path,memory_mib,outcome,seconds' >"$dir/headroom.csv"
with_room zero_copy
with_room copy
limit=$(awk -v took="$TOOK" -v times="$PATIENCE" 'BEGIN { print int(took * times) + 1 }')
bisect copy
bisect zero_copy
