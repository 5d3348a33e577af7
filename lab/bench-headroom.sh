#!/bin/bash
# bench-headroom.sh [--quick] KERNEL DIR: how much memory a machine must have to swap
# buffers out at all, by copying and without.
#
# The same work (four clients, 256 MiB of buffers, every page verified) is done
# on ever smaller machines, a boot each, until the least memory is known in which
# it ends well. Writes DIR/headroom.csv: path, memory_mib, outcome; the outcome is
# "finished", "killed" (the kernel ran out of memory) or "stalled" (not done in
# ten times the time that it takes).

. "$(dirname "$0")/lib.sh"
usage_if_asked "$@"

# MiB. Sizes are multiples of STEP; all is well at MOST, and nothing works at LEAST.
STEP=8 MOST=192 LEAST=56
SECONDS_EACH=100
if [ "${1-}" = --quick ]; then
	STEP=64
	shift
fi
kernel=$1
dir=$2

job() {
	cat <<-END
		echo $1 >/sys/module/ttm/parameters/zero_copy
		demo --label headroom --out /tmp --total 256 --clients 4 --rounds 1 --timeout $SECONDS_EACH
	END
}

# attempt PATH MIB: one boot. Its outcome is a row, and the status says if it ended well.
attempt() {
	local status=0 outcome

	"$LAB/run.sh" --kernel "$kernel" --mem "$2" --swap 768 --timeout $((SECONDS_EACH + 30)) \
		--console "$SCRATCH/console" -- "$SCRATCH/$1" >"$SCRATCH/said" 2>&1 &
	CHILD=$!
	wait "$CHILD" || status=$?
	CHILD=
	case $status in
	0) outcome=finished ;;
	3 | 4 | 124 | 125)
		outcome=stalled
		! grep -qE 'Out of memory|Kernel panic' "$SCRATCH/console" || outcome=killed ;;
	*)	# Damaged content, or no guest at all: nothing that memory explains.
		tail -20 "$SCRATCH/said" >&2
		die "the run on $2 MiB ended with status $status" "see above" ;;
	esac
	echo "$1,$2,$outcome" >>"$dir/headroom.csv"
	say "   $1 with $2 MiB: $outcome"
	[ "$status" -eq 0 ]
}

# bisect PATH: between a size that works and one that does not.
bisect() {
	local good=$((MOST / STEP)) bad=$((LEAST / STEP)) middle

	attempt "$1" "$MOST" || {
		tail -20 "$SCRATCH/said" >&2
		die "256 MiB of buffers cannot be worked with in $MOST MiB of memory" "see above"
	}
	while [ $((good - bad)) -gt 1 ]; do
		middle=$(((good + bad) / 2))
		if attempt "$1" $((middle * STEP)); then good=$middle; else bad=$middle; fi
	done
}

scratch
job 0 >"$SCRATCH/copy"
job 1 >"$SCRATCH/zero_copy"
echo 'path,memory_mib,outcome' >"$dir/headroom.csv"
bisect copy
bisect zero_copy
