# shellcheck shell=bash
# One boot of the bench. bench.sh and check.sh source this and set SCRATCH.

# bench_boot WHAT KERNEL PARTS OPTION...: run the lines of PARTS, which are calls of
# /bin/bench, with these options for lab/vm/run.sh. Leaves the guest's files and its console
# in $SCRATCH/WHAT/. vttm prefers no order of blocks, because the bench chooses the order.
bench_boot() {
	local dir=$SCRATCH/$1 kernel=$2 parts=$3

	mkdir -p "$dir"
	{ printf "PARTS='%s'\n" "$parts"; cat "$LAB/bench/job.sh"; } >"$dir/job"
	start_group "$LAB/vm/run.sh" --kernel "$kernel" --setup '' --swap 0 --append vttm.beneficial_order=0 \
		--timeout "${TIMEOUT:-1500}" --files "$dir" \
		--console "$dir/dmesg" "${@:4}" -- "$dir/job"
	await_child
}

# rows FILE: print a CSV's rows without its header.
rows() { tail -n +2 "$1"; }
