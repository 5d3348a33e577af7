#!/bin/bash
# stress.sh [option...]: a stress campaign, and its figures.
#
# Boots the patched kernel once. Many clients create, map, touch, shrink, swap out,
# purge and close buffers of all sizes and caching modes, some of them in VRAM, more
# than memory holds, and verify every word. In turns of a few seconds, one disturbance after another,
# from the second pass on two at once: slab and page allocations that fail,
# TTM's and our own fault points, full swap, swapoff, memory cgroups at their
# limit and removed, compaction and drop_caches, memory failures, SIGKILL, the
# switch flipped, vttm reloaded, TTM's page limit lowered, VRAM taken away, and
# hibernation up to the image and back from it. After each pass all clients end, and the machine
# must have as much of everything as before.
#
#   --minutes N    how long (or MINUTES=; 5); 0 is one pass
#   --seed N       another order, other sizes and rates (or SEED=; by the clock)
#   --debug        on the debug kernel (or DEBUG=1)
#   KCSAN=1        on the kernel that looks for data races; those whose stack traces name
#                  no function of ours are counted and no failure
#   --mem M        guest memory in MiB (or MEM=; 512)
#   --cpus N       virtual processors (or CPUS=; 2)
#   --setup 'A B'  what the machine is like (or SETUP=): words of lab/vm/setups.tsv
#   --clients N    processes (one for each 85 MiB of memory)
#   --turns 'A B'  only these (or TURNS=); --turns list names them
#   --turn-ms N    how long one turn is (5000, on the debug kernel 20000)
#   --break WHAT   corrupt, leak or hang: the campaign must notice
#   --kernel DIR   the build in DIR as it is
#   --publish      run nothing; copy the campaign to results/stress/NAME (NAME=; the date
#                  and the kernel), which must not be there yet, if the code has a commit,
#                  and show its figures in docs/results.md
#
# Prints one line a turn and a table in the end, and leaves both, and the
# kernel's log, in out/stress/. The same seed does the same things in the same
# order; what meets what in time, no seed decides. Ends with 0 if no byte was
# wrong, nothing was lost, nobody hung and the kernel had nothing to complain
# about; with 1 if not; with 3 if the guest has not what it takes; with 124 (after
# TIMEOUT=, by default half as much again as MINUTES and half an hour) or 125 as
# lab/vm/run.sh does.

. "$(dirname "$0")/lib.sh"
. "$LAB/vm/shown.sh"
. "$LAB/vm/setup-words.sh"
. "$LAB/vm/kernel-log.sh"
. "$LAB/report/publish.sh"
usage_if_asked "$@"

minutes=${MINUTES:-5} seed=${SEED:-$(date +%s)} mem=${MEM:-512} cpus=${CPUS:-2} turns=${TURNS-} setup=${SETUP-}
clients=0 turn_ms=0 break='' kernel='' publish=''
while [ $# -gt 0 ]; do
	case $1 in
	--mem | --cpus | --setup | --minutes | --seed | --clients | --turns | --turn-ms | --break | --kernel)
		assign "$@"; shift ;;
	--debug) export DEBUG=1 ;;
	--publish) publish=1 ;;
	*) unknown "$1" ;;
	esac
	shift
done
numbers "$minutes" "$seed" "$mem" "$cpus" "$clients" "$turn_ms"
known=$(sed -n 's/^\t\.name = "\([a-z-]*\)".*/\1/p' "$GUEST"/stress/turn-*.c | sort)
if [ "$turns" = list ]; then
	echo "$known"
	exit 0
fi
for turn in $turns; do
	grep -qx -- "$turn" <<<"$known" || die "there is no turn '$turn'" "one of: $(xargs <<<"$known")"
done
setup=$(setup_words "$setup")
case $break in
'' | corrupt | leak | hang) ;;
*) die "--break does not know '$break'" "corrupt, leak or hang" ;;
esac
[ "$seed" -lt $((1 << 32)) ] || die "the seed $seed is too large" "less than 2^32"
[ "$mem" -ge 256 ] || die "the campaign needs a machine of at least 256 MiB, not $mem" "MEM=512"

DIR=$OUT/stress

# describe: this campaign, as the file "run".
describe() {
	describe_run "lab/stress.sh --minutes $minutes --seed $seed${turns:+ --turns ${turns@Q}}"
	echo "guest    $mem MiB, $cpus processors, set-up ${setup:-plain}, $(basename "$kernel") kernel, seed $seed"
}

# figures: what the campaign ends with.
figures() {
	echo "code $(run_code "$DIR/run")"
	sed -n 's/^guest  *//p' "$DIR/run"
	sed -n '/^# ----$/,$s/^# //p' "$DIR/stress.txt"
}

# publish: the campaign, and its figures in the docs.
publish() {
	local word

	[ -s "$DIR/run" ] || die "there is no campaign to publish" "make stress MINUTES=60"
	word=$(sed -n 's/^guest.*, \([^ ]*\) kernel,.*/\1/p' "$DIR/run")
	figures >"$DIR/figures.txt"
	MARK=stress-$word NAME=${NAME:-$(sed -n 's/^date  *//p' "$DIR/run")-$word} publish_run stress figures.txt 'make stress MINUTES=60' \
		"$DIR"/{figures.txt,stress.txt}
}

make_job() {
	printf 'stress --seed %d --seconds %d --turn-ms %d --clients %d' \
		"$seed" $((minutes * 60)) "$turn_ms" "$clients"
	[ -z "$turns" ] || printf " --turns '%s'" "$turns"
	[ -z "$break" ] || printf ' --%s' "$break"
	echo
}

# shellcheck disable=SC2317 # run_shown calls it
keep() { tee "$DIR/stress.txt"; }

# A pass ends when it is through, and the last look takes its time.
run_job() {
	run_shown keep --kernel "$kernel" --setup "$setup" --mem "$mem" --cpus "$cpus" --swap $((mem * 2)) "${hibernates[@]}" \
		--timeout "${TIMEOUT:-$((minutes * 90 + 1800))}" --console "$DIR/console" -- "$SCRATCH/job"
}

# What hibernates needs the swap disk as it is by default; elsewhere that turn is skipped.
hibernates=()
[ -n "$setup" ] || hibernates=(--hibernates "$DIR/power")

# The kernel's own view of it.
read_log() {
	[ -s "$DIR/console" ] || return 0
	kernel_log "$kernel" "$DIR/console" >"$DIR/log.tap"
	! grep -q '^not ok' "$DIR/log.tap" || {
		cat "$DIR/log.tap"
		return 1
	}
	grep 'data races' "$DIR/log.tap" || true
	echo '# the kernel log is clean'
}

if [ -n "$publish" ]; then
	publish
	exit
fi
scratch
rm -rf "$DIR"
mkdir -p "$DIR"
[ -n "$kernel" ] || kernel=$("$LAB/kernel/build.sh" --quiet)
describe >"$DIR/run"
make_job >"$SCRATCH/job"
say "   seed $seed: the same again with lab/stress.sh --seed $seed --minutes $minutes --mem $mem --cpus $cpus --setup '$setup'"
status=0
run_job || status=$?
read_log | tee -a "$DIR/stress.txt" || status=$((status > 0 ? status : 1))
say "All of it: ${DIR#"$TOP/"}"
exit "$status"
