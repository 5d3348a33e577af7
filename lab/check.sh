#!/bin/bash
# check.sh [PART...]: everything that tests. Ends with
# "N passed, N failed, N skipped" and a status that says the same.
#
# Parts, by default all of them, host, cost and matrix beside debug:
#   host    the lab's own tests (lab/tests), shellcheck among them
#   normal  the normal kernel: every KUnit suite, every selftest, a short stress
#           campaign in the guest
#   debug   the same on the debug kernel (KASAN, lockdep, DEBUG_VM, page_owner),
#           and kmemleak's word on most selftests
#   cost    instructions a page costs, against the floors in cost-floors.tsv
#   matrix  what we touch, built with SHMEM, SWAP, MEMCG or THP off, TTM as module
#
# One line a suite and one a failing case; everything else is in out/check/.

. "$(dirname "$0")/lib.sh"
. "$LAB/bench-boot.sh"
usage_if_asked "$@"

DIR=$OUT/check
TALLY=$DIR/tally

# count WHERE < marked results: print them and add them up.
count() { tally "$TALLY" "$1: "; }

part_host() {
	local test

	for test in "$LAB"/tests/*.sh; do
		as_unit lab "$(basename "$test" .sh)" "$test" 2>"$DIR/host-$(basename "$test" .sh).err"
	done | tee "$DIR/host.tap" | count host
}

# guest_run NAME WHAT KERNEL: one boot that runs WHAT. TTM's suites count the TTM
# devices there are, so vttm is not loaded for them. Little swap is soon full, and
# little memory is soon too little; kmemleak wants some of its own.
guest_run() {
	local name=$1-$2 status=0 append='' mem=512 swap=2048

	case $2 in
	kunit) append=lab.novttm mem=1024 swap=256 ;;
	selftests) append=kmemleak=on mem=640 ;;
	esac
	echo "$2" >"$SCRATCH/run-tests"
	"$LAB/run.sh" --kernel "$3" --mem "${MEM:-$mem}" --swap "$swap" --timeout "${TIMEOUT:-1200}" \
		--append "$append" --add "$SCRATCH/run-tests:/run-tests" --console "$DIR/$name.console" -- "$LAB/check-job.sh" \
		2>"$DIR/$name.err" | tee "$DIR/$name.tap" | count "$1" || status=$?
	[ "$status" -eq 0 ] || tail -40 "$DIR/$name.err" >&2
	{
		as_unit boot "$2" guest_ended "$status"
		as_unit log "$2" awk -f "$LAB/kernel-log.awk" "$LAB/expected-warnings" "$DIR/$name.console"
	} | tee "$DIR/$name-log.tap" | count "$1"
}

guest_ended() {
	echo 1..1
	if [ "$1" -eq 0 ]; then echo "ok 1 the guest ran to its end"
	else echo "not ok 1 the guest ended with status $1"; fi
}

part_kernel() {
	local kernel what

	kernel=$(DEBUG=$2 "$LAB/build.sh") || {
		as_unit kernel "$1" build_failed | count "$1"
		return 0
	}
	for what in kunit selftests crowd stress; do
		guest_run "$1" "$what" "$kernel"
	done
}
build_failed() { printf '1..1\nnot ok 1 the kernel is built\n'; }

part_normal() { part_kernel normal ''; }
part_debug() { part_kernel debug 1; }

# Instructions, not time: the same on every machine.
part_cost() {
	local kernel

	kernel=$("$LAB/build.sh") || {
		as_unit kernel cost build_failed | count cost
		return 0
	}
	bench_boot cost "$kernel" 'cost --orders 0,3,6,9 --cached
io --orders 0,3,6,9' --icount 2>"$DIR/cost.err" || tail -40 "$DIR/cost.err" >&2
	cat "$SCRATCH"/cost/{cost,io}.csv >"$DIR/cost.csv" || true
	as_unit cost floors awk -f "$LAB/cost.awk" "$LAB/cost-floors.tsv" "$DIR/cost.csv" |
		tee "$DIR/cost.tap" | count cost
}

part_matrix() {
	{ "$LAB/matrix.sh" || as_unit build all false; } | tee "$DIR/matrix.tap" | count matrix
}

run_part() {
	local start=$SECONDS

	step "$1"
	"part_$1"
	say "   $1 took $((SECONDS - start)) s"
}

run_parts() {
	local part

	for part; do run_part "$part"; done
}

# beside PART...: in the background, as a process group of its own. They keep one
# processor busy, guests less than two. finish_beside has their words.
beside() {
	say "   (and beside it: $*)"
	start_group run_parts "$@" >"$DIR/beside.log" 2>&1
}

finish_beside() {
	local status=0

	await_child || status=$?
	cat "$DIR/beside.log"
	[ "$status" -eq 0 ] || die "a part of the tests ended with status $status" "its last words are above"
}

# Every part picks its own kernel.
unset DEBUG
for part; do
	case $part in
	host | normal | debug | cost | matrix) ;;
	*) die "check.sh has no part '$part'" "host, normal, debug, cost, matrix" ;;
	esac
done
# The test of lint.sh needs what lint.sh needs.
"$LAB/deps.sh" lint
scratch
rm -rf "$DIR"
mkdir -p "$DIR"
: >"$TALLY"
if [ $# -gt 0 ]; then
	run_parts "$@"
else
	run_part normal
	beside host cost matrix
	run_part debug
	finish_beside
fi
close_tally "$TALLY"
