# shellcheck shell=bash
# One boot of the bench; bench.sh and check.sh source this. They have a SCRATCH.

# bench_boot WHAT KERNEL PARTS OPTION...: run the lines of PARTS, calls of
# /bin/bench, with the options for lab/vm/run.sh. Leaves what the guest left, and
# its console, in $SCRATCH/WHAT/. No order of blocks is worth more to vttm than
# another: the bench chooses them itself.
bench_boot() {
	local dir=$SCRATCH/$1 kernel=$2 parts=$3

	mkdir -p "$dir"
	{ printf "PARTS='%s'\n" "$parts"; cat "$LAB/bench/job.sh"; } >"$dir/job"
	start_group "$LAB/vm/run.sh" --kernel "$kernel" --setup '' --swap 0 --append vttm.beneficial_order=0 \
		--timeout "${TIMEOUT:-1500}" --files "$dir" \
		--console "$dir/dmesg" "${@:4}" -- "$dir/job"
	await_child
}

# rows FILE: a CSV's rows without its header.
rows() { tail -n +2 "$1"; }
