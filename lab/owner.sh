#!/bin/bash
# owner.sh [option...]: show which cgroup is charged for a buffer that another one has backed
# up, and which is killed for it, as one table.
#
# Uses real memory cgroups. A has a limit and a buffer of 16 MiB. B, in another cgroup, has
# the buffer backed up in one of three ways: it asks for it, it asks for it with no room in
# its own cgroup, or it allocates memory until the buffer has to go. Then A uses its buffer
# again. Runs each kind of limit on the stock kernel with only vttm, and on ours with
# ttm.zero_copy=0 and 1. Leaves table.txt and table.tsv in out/owner/, with the numbers of
# each run and the kernels' logs.
#
#   --mem M          guest memory in MiB (or MEM=; 256)
#   --kernel DIR     our kernel: boot the build in DIR as it is
#   --stock DIR      the stock kernel: boot the build in DIR as it is
#   --publish        measure nothing; copy the table to results/owner/NAME (NAME=; the
#                    date), which must be new, and show it in docs/results.md. The code must
#                    have a commit
#
# Ends with 1 if content was wrong or a kernel complained.

. "$(dirname "$0")/lib.sh"
. "$LAB/vm/kernel-log.sh"
. "$LAB/report/publish.sh"
usage_if_asked "$@"

mem=${MEM:-256} kernel='' stock='' publish=''
while [ $# -gt 0 ]; do
	case $1 in
	--mem) assign "$@"; shift ;;
	--kernel) value "$@"; kernel=$(realpath -- "$2"); shift ;;
	--stock) value "$@"; stock=$(realpath -- "$2"); shift ;;
	--publish) publish=1 ;;
	*) unknown "$1" ;;
	esac
	shift
done
numbers "$mem"

DIR=$OUT/owner

# boot NAME KERNEL
boot() {
	step "the $1 kernel"
	"$LAB/vm/run.sh" --kernel "$2" --mem "$mem" --files "$DIR" --console "$DIR/$1.console" -- "$LAB/owner/job.sh" ||
		die "the scenarios did not end on the $1 kernel" "see the lines above"
	log_tap "$DIR/$1.console" >"$DIR/$1.tap"
}

table() {
	awk -f "$LAB/owner/tsv.awk" "$DIR"/{stock,copy,zero_copy}.tsv >"$DIR/table.tsv"
	{
		echo 'Who pays for a buffer of A that is backed up because of B, and who is killed'
		echo "$mem MiB of memory; pages of 4 KiB"
		echo "code $(run_code "$DIR/run")"
		echo
		awk -f "$LAB/report/human.awk" -f "$LAB/owner/table.awk" "$DIR/table.tsv"
	} >"$DIR/table.txt"
}

# faults: wrong content and complaints, one a line.
faults() {
	awk -F'\t' '$3 == "wrong_pages" && $4 + $5 + $6 { printf "%s, B %s: wrong content\n", $1, $2 }' "$DIR/table.tsv"
	cat "$DIR/stock.tap" "$DIR/patched.tap" | first_failed
}

if [ -n "$publish" ]; then
	publish_run owner table.txt "lab/owner.sh" "$DIR"/table.{txt,tsv}
	exit 0
fi
"$LAB/deps.sh"
[ -n "$kernel" ] || kernel=$("$LAB/kernel/build.sh" --quiet)
[ -n "$stock" ] || stock=$(STOCK=1 "$LAB/kernel/build.sh" --quiet)
rm -rf "$DIR"
mkdir -p "$DIR"
describe_run "$COMMAND" >"$DIR/run"
boot patched "$kernel"
boot stock "$stock"
table
cat "$DIR/table.txt"
say "All of it: ${DIR#"$TOP/"}"
faults=$(faults)
[ -z "$faults" ] || die "$(sed -n 1p <<<"$faults")" "the kernels' logs are in ${DIR#"$TOP/"}"
