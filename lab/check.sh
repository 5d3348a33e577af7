#!/bin/bash
# check.sh [PART...]: run every test. Ends with "N passed, N failed, N skipped" and a status
# that says the same.
#
# Parts, by default all of them but stock:
#   um      every KUnit suite that runs on the kernel as a program (lab/um); runs first
#   host    the lab's own tests (lab/tests), with shellcheck
#   normal  on the normal kernel: every KUnit suite, every selftest, drivers of emulated
#           cards, a short stress campaign, suspend and hibernation with buffers
#   mglru   the selftests and a short stress campaign on the normal kernel again, with the
#           multi-generational LRU
#   numa    the same with two nodes
#   debug   as normal, but on the debug kernel (KASAN, lockdep, DEBUG_VM, page_owner), without
#           suspend and hibernation, and with kmemleak after most selftests
#   cost    the instructions that a page costs, compared with lab/check/floors.tsv
#   stock   measures the cost of copying on the stock kernel again and compares it with
#           floors.tsv; runs if it is named, or with ALL=1
#   matrix  builds the changed code with SHMEM, SWAP, MEMCG or THP off, with TTM as a module,
#           and for other machines
#
# At the end it checks that everything in lab/check/expected-cases ran, and that nothing was
# skipped except what is in lab/check/expected-skips. See lab/check/complete.sh.
#
# The parts consist of jobs. Once the normal kernel is built, several jobs run in parallel:
# as many as there are processors and memory for, but at most four (or LANES=).
#
# ONLY='glob' runs only the suites, selftests and drivers with such names, in seconds: on the
# kernel as a program if they can run there, else in QEMU.
#
# SETUP=, MEM= and TIMEOUT= (1800) apply to each guest. By default memory differs by job.
# Prints one line for each suite and each failing case. Everything else is in out/check/.

. "$(dirname "$0")/lib.sh"
. "$LAB/bench/boot.sh"
. "$LAB/check/boot.sh"
. "$LAB/vm/setup-words.sh"
usage_if_asked "$@"

DIR=$OUT/check
TALLY=$DIR/tally

# The part that each job belongs to, and its command. Jobs that boot the normal kernel run
# while the debug kernel is built. host and matrix come later, because they build something
# as well and would wait for it. Long jobs come before short ones, so that no lane is idle at
# the end.
JOBS='
um      um
debug   kernel debug
normal  guest normal selftests
normal  guest normal kunit
normal  guest normal crowd
normal  guest normal stress
normal  guest normal sleep
normal  guest normal drivers
cost    cost
stock   stock
mglru   guest normal selftests mglru
numa    guest normal selftests numa
mglru   guest normal stress mglru
numa    guest normal stress numa
debug   guest debug selftests
debug   guest debug crowd
debug   guest debug drivers
host    host
matrix  matrix
debug   guest debug stress
debug   guest debug kunit
'

# count WHERE < marked results: print the results and add them up.
count() { tally "$TALLY" "$1"; }

host() {
	local test

	for test in "$LAB"/tests/*.sh; do
		as_unit lab "$(basename "$test" .sh)" "$test" 2>"$DIR/host-$(basename "$test" .sh).err"
	done | tee "$DIR/host.tap" | count host
}

# guest KERNEL WHAT [SETUP]: boot and test. The results count for the kernel's part, or for
# the set-up's.
guest() {
	local kernel where=${3:-$1}

	kernel=$(built "$1")
	[ -z "$kernel" ] || SETUP=${3-${SETUP-}} check_boot "$kernel" "$2" "$DIR/$where-$2" | count "$where"
}

# This runs first, because it takes only a minute.
um() {
	kernel um
	guest um kunit
}

# Counts instructions, not time, so it is the same on every machine.
cost() {
	local kernel

	kernel=$(built normal)
	[ -n "$kernel" ] || return 0
	{
		cost_boot cost "$kernel"
		cat "$DIR"/cost/{cost,at_limit,io}.csv >"$DIR/cost.csv" || true
		as_unit cost floors awk -f "$LAB/check/floors.awk" "$LAB/check/floors.tsv" "$DIR/cost.csv"
	} | tee "$DIR/cost.tap" | count cost
}

# What copying costs on the stock kernel, which has to be built for this.
stock() {
	{
		cost_boot stock "$(STOCK=1 "$LAB/kernel/build.sh" --quiet)"
		cat "$DIR"/stock/{cost,at_limit,io}.csv >"$DIR/stock.csv" || true
		as_unit stock floors awk -v stock=1 -f "$LAB/check/floors.awk" "$LAB/check/floors.tsv" "$DIR/stock.csv"
	} | tee "$DIR/stock.tap" | count stock
}

# cost_boot WHAT KERNEL: measure, and leave the rows in $DIR/WHAT.
cost_boot() {
	local status=0

	bench_boot "$1" "$2" 'cost --orders 0,3,6,9
at_limit --orders 0,9
io --orders 0,3,6,9' --icount 2>"$DIR/$1.err" || status=$?
	[ "$status" -eq 0 ] || tail -40 "$DIR/$1.err" >&2
	mv "$SCRATCH/$1" "$DIR/"
	as_unit boot "$1" guest_ended "$status" "$DIR/$1/dmesg"
}

matrix() {
	{ "$LAB/check/matrix.sh" || as_unit build all false; } | tee "$DIR/matrix.tap" | count matrix
}

# kernel NAME: build it for the jobs. A failed build is a failed test.
kernel() {
	local debug='' um=''

	echo "$BASHPID" >"$KERNELS/$1.by"
	[ "$1" != debug ] || debug=1
	[ "$1" != um ] || um=1
	DEBUG=$debug UM=$um "$LAB/kernel/build.sh" >"$KERNELS/$1.new" || {
		as_unit kernel "$1" build_failed | count "$1"
		: >"$KERNELS/$1.new"
	}
	mv "$KERNELS/$1.new" "$KERNELS/$1"
}
build_failed() { printf '1..1\nnot ok 1 the kernel is built\n'; }

# built NAME: wait for that kernel and print its folder, or nothing if the build failed.
built() {
	until [ -e "$KERNELS/$1" ]; do
		! gone "$(cat "$KERNELS/$1.by" 2>/dev/null)" || return 0
		sleep 1
	done
	cat "$KERNELS/$1"
}
gone() { [ -n "$1" ] && ! kill -0 "$1" 2>/dev/null; }

# jobs_of PART...: print the jobs of these parts.
jobs_of() { awk -v parts=" $* " 'NF && index(parts, " " $1 " ")' <<<"$JOBS"; }

# run_job COMMAND...: run it with a scratch folder of its own; this needs an own process.
run_job() {
	local start=$SECONDS

	scratch
	"$@"
	say "   $* took $((SECONDS - start)) s"
}

# run_jobs FILE: run the jobs in order, in lanes; false if a job ended early. When it is
# terminated, it waits for the end of the jobs.
run_jobs() {
	local command running=0 status=0

	trap 'wait; exit 143' TERM
	while read -r _ command; do
		if [ "$running" -lt "$LANES" ]; then
			running=$((running + 1))
		else
			wait -n || status=1
		fi
		# Without the terminal a build does not rewrite its line.
		# shellcheck disable=SC2086 # words
		run_job $command </dev/null 2> >(cat >&2) &
	done <"$1"
	while [ "$running" -gt 0 ]; do
		wait -n || status=1
		running=$((running - 1))
	done
	return "$status"
}

# lanes: the number of jobs that this machine has processors and memory for. A build, or a
# guest with 1 GiB, takes up to 2 GiB.
lanes() {
	local memory

	memory=$(awk '$1 == "MemAvailable:" { print int($2 / 2 / 1024 / 1024) }' /proc/meminfo)
	printf '%s\n' "$(nproc)" 4 $((memory > 1 ? memory : 1)) | sort -n | sed -n 1p
}

if [ -n "${ONLY-}" ]; then
	[ $# -eq 0 ] || die "ONLY= and parts of the tests are both given" "give only one of them"
	exec "$LAB/check/only.sh" "$ONLY"
fi
setup_words "${SETUP-}" >/dev/null
# Every job has its own kernel.
unset DEBUG KCSAN
[ -z "${GDB-}${LLVM-}" ] || die "make check takes neither GDB=1 nor LLVM=1" "make check ONLY=... takes LLVM=1, make shell takes both"
mapfile -t parts < <(awk 'NF && !seen[$1]++ { print $1 }' <<<"$JOBS")
for part; do
	[[ " ${parts[*]} " == *" $part "* ]] || die "check.sh has no part '$part'" "choose from: ${parts[*]}"
done
if [ $# -eq 0 ]; then
	for part in "${parts[@]}"; do
		if [ "$part" != stock ] || [ -n "${ALL-}" ]; then set -- "$@" "$part"; fi
	done
fi
LANES=${LANES:-$(lanes)}
[[ $LANES =~ ^[1-9][0-9]*$ ]] || die "LANES=$LANES is not a number of jobs" "give a number: LANES=1 runs one job at a time"
# The lab's test of lint.sh needs its packages.
"$LAB/deps.sh" lint
scratch
rm -rf "$DIR"
mkdir -p "$DIR"
: >"$TALLY"
KERNELS=$SCRATCH/kernels
mkdir "$KERNELS"
jobs_of "$@" | grep -v '^um ' >"$SCRATCH/jobs" || true
[[ " $* " != *" um "* ]] || (run_job um)
echo "$@" >"$DIR/parts"
! grep -qvE "^(host|debug)" "$SCRATCH/jobs" || kernel normal
step "the tests, $LANES at once"
start_group run_jobs "$SCRATCH/jobs"
await_child || die "a part of the tests ended early" "see its messages above"
"$LAB/check/complete.sh" | count complete
close_tally "$TALLY"
