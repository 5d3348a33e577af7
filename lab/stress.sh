#!/bin/bash
# stress.sh [option...]: run a stress campaign.
#
# Boots the patched kernel once. Many clients create, map, touch, shrink, swap out, purge
# and close buffers of all sizes and caching modes, some of them in VRAM. Together they
# have more than memory holds, and they verify every word. Disturbances strike in turns of
# a few seconds, from the second pass on two at once: failing slab and page allocations,
# fault points of TTM and the series, full swap, swapoff, memory cgroups that are at their
# limit or removed, compaction and drop_caches, memory failures, SIGKILL, a changing
# ttm.zero_copy, vttm unloaded, a low page limit of TTM, VRAM taken away, and hibernation
# to the image and back. After each pass all clients end, and the machine must have as
# much of everything as before.
#
#   --minutes N    how long (or MINUTES=; 5); 0 is one pass
#   --seed N       another order, other sizes and rates (or SEED=; the time)
#   --debug        on the debug kernel (or DEBUG=1)
#   KCSAN=1        on the kernel with KCSAN; data races without a function of ours in
#                  their stack traces are counted, but are no failure
#   --mem M        guest memory in MiB (or MEM=; 512)
#   --cpus N       virtual processors (or CPUS=; 2)
#   --setup 'A B'  the kind of machine (or SETUP=): words of lab/vm/setups.tsv
#   --clients N    the number of clients (one for each 85 MiB of memory)
#   --turns 'A B'  only these turns (or TURNS=); --turns list prints their names
#   --turn-ms N    the length of a turn in ms (5000, on the debug kernel 20000)
#   --break WHAT   corrupt, leak or hang: the campaign must notice
#   --kernel DIR   boot the build in DIR as it is
#   --publish      run nothing; copy the campaign to results/stress/NAME (NAME=; the date
#                  and the kernel), which must be new, and show its figures in
#                  docs/results.md. The code must have a commit
#
# Prints a line for each turn and a table at the end. Leaves both and the kernel's log in
# out/stress/. The same seed does the same things in the same order, but timing differs.
# Ends with 0 if no byte was wrong, nothing was lost, nothing hung and the kernel did not
# complain; with 1 if not; with 3 if the guest lacks something; with 124 (after TIMEOUT=
# seconds, by default 1.5 times MINUTES and half an hour) or 125 like lab/vm/run.sh.

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
	grep -qx -- "$turn" <<<"$known" || die "there is no turn '$turn'" "choose from: $(xargs <<<"$known")"
done
setup=$(setup_words "$setup")
case $break in
'' | corrupt | leak | hang) ;;
*) die "--break does not know '$break'" "choose corrupt, leak or hang" ;;
esac
[ "$seed" -lt $((1 << 32)) ] || die "the seed $seed is too large" "give a number below 2^32"
[ "$mem" -ge 256 ] || die "the campaign needs a machine of at least 256 MiB, not $mem" "MEM=512"

DIR=$OUT/stress

# describe: this campaign, as the file "run".
describe() {
	describe_run "lab/stress.sh --minutes $minutes --seed $seed${turns:+ --turns ${turns@Q}}"
	echo "guest    $mem MiB, $cpus processors, set-up ${setup:-plain}, $(basename "$kernel") kernel, seed $seed"
}

# figures: the table at the end of the campaign.
figures() {
	echo "code $(run_code "$DIR/run")"
	sed -n 's/^guest  *//p' "$DIR/run"
	sed -n '/^# ----$/,$s/^# //p' "$DIR/stress.txt"
}

# publish: copy the campaign to results/, and its figures to the docs.
publish() {
	local word

	[ -s "$DIR/run" ] || die "there is no campaign to publish" "make stress MINUTES=60"
	word=$(sed -n 's/^guest.*, set-up \([^,]*\), \([^ ]*\) kernel,.*/\1-\2/p' "$DIR/run")
	word=${word#plain-}
	word=${word// /-}
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

# The limit leaves time to finish the last pass and for the checks after it.
run_job() {
	run_shown keep --kernel "$kernel" --setup "$setup" --mem "$mem" --cpus "$cpus" --swap $((mem * 2)) "${hibernates[@]}" \
		--timeout "${TIMEOUT:-$((minutes * 90 + 1800))}" --console "$DIR/console" -- "$SCRATCH/job"
}

# Hibernation needs the default swap disk. On other set-ups that turn is skipped.
hibernates=()
[ -n "$setup" ] || hibernates=(--hibernates "$DIR/power")

# read_log: false if the kernel complained.
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
say "   seed $seed: repeat it with lab/stress.sh --seed $seed --minutes $minutes --mem $mem --cpus $cpus --setup '$setup'"
status=0
run_job || status=$?
read_log | tee -a "$DIR/stress.txt" || status=$((status > 0 ? status : 1))
say "All of it: ${DIR#"$TOP/"}"
exit "$status"
