#!/bin/bash
# frames.sh [option...]: a client that draws frames, while memory is free but in pieces.
#
# On a machine with SETUP=fragmented one client draws 30 frames a second, another has
# surfaces that it does not use, and two make buffers and free them. Memory is free for all
# of it, but not in blocks of 2 MiB, so that the kernel asks the shrinker again and again.
# A boot for each seed runs that by copying (ttm.zero_copy=0) and without (1). Leaves
# report.txt and report.tsv, medians of the seeds, in out/frames/, with the numbers of each
# run, the kernel's log and /proc/buddyinfo from before and after memory was fragmented.
#
#   --mem M        guest memory in MiB (or MEM=; 512)
#   --cpus N       virtual processors (or CPUS=; 2)
#   --setup 'A B'  what else the machine is like (or SETUP=): words of lab/vm/setups.tsv
#   --seeds 'A B'  a boot for each: sizes and order of buffers (1 2 3 4 5). Odd ones copy
#                  first, even ones last
#   --seconds N    of frames in each run (20)
#   --icount       count instructions, a nanosecond each, instead of time: what else the
#                  host does makes no difference. One processor, and swap on zram
#   --kernel DIR   the build in DIR as it is
#   --publish      run nothing; copy the report to results/frames/NAME (NAME=; the date),
#                  which must not be there yet, if the code has a commit, and show it in
#                  docs/results.md
#
# Ends with 0 if every page was right, the kernel did not complain, memory was free and in
# pieces, and zero copy neither backs up more than copying nor draws later frames: within
# 10 %, in the median. With 1 and the reason if not.

. "$(dirname "$0")/lib.sh"
. "$LAB/vm/shown.sh"
. "$LAB/vm/setup-words.sh"
. "$LAB/vm/kernel-log.sh"
. "$LAB/report/publish.sh"
usage_if_asked "$@"

mem=${MEM:-512} cpus=${CPUS:-2} setup=${SETUP-} seeds='1 2 3 4 5' secs=20 icount='' kernel='' publish=''
while [ $# -gt 0 ]; do
	case $1 in
	--mem) value "$@"; mem=$2; shift ;;
	--cpus) value "$@"; cpus=$2; shift ;;
	--setup) value "$@"; setup=$2; shift ;;
	--seeds) value "$@"; seeds=$2; shift ;;
	--seconds) value "$@"; secs=$2; shift ;;
	--icount) icount=1 cpus=1 setup="$setup zram" ;;
	--kernel) value "$@"; kernel=$(realpath -- "$2"); shift ;;
	--publish) publish=1 ;;
	*) unknown "$1" ;;
	esac
	shift
done
for n in "$mem" "$cpus" "$secs" $seeds "${TIMEOUT:-0}"; do
	[[ $n =~ ^[0-9]+$ ]] || die "'$n' is not a number" "see $(self) --help"
done
[ -n "$seeds" ] || die "there is no seed to run" "--seeds '1 2 3'"
[ "$secs" -gt 0 ] || die "frames need a second at least" "--seconds 20"
[ "$mem" -ge 256 ] || die "frames need a machine of at least 256 MiB, not $mem" "MEM=512"
setup=$(setup_words "$setup fragmented")

DIR=$OUT/frames
# MiB of surfaces. Copying has what it backs up twice for a while, and there shall be free
# memory nevertheless.
TOTAL=$((mem * 30 / 100))
RUN_SECONDS=$((200 + 4 * secs))
LIMIT=${TIMEOUT:-$((90 + 3 * RUN_SECONDS))}

# make_job SEED: the demo's, with other options.
make_job() {
	local runs='copy zero_copy'

	[ $(($1 % 2)) -eq 1 ] || runs='zero_copy copy'
	printf "RUNS='%s'\nBREAK=''\n" "$runs"
	printf "WARMUP='--total %d --rounds 0 --wc 100 --timeout %d'\n" "$TOTAL" "$RUN_SECONDS"
	printf "WORKLOAD='--total %d --clients 4 --rounds 0 --frames %d --seed %d --timeout %d'\n" \
		"$TOTAL" "$secs" "$1" "$RUN_SECONDS"
	echo 'cp /tmp/buddyinfo.* /out/'
	cat "$LAB/demo/job.sh"
}

# What the guest says, without how far it is.
words_only() { grep -v '^@progress ' || true; }

# run_seed SEED
run_seed() {
	local status=0

	step "seed $1"
	make_job "$1" >"$SCRATCH/job"
	rm -f "$SCRATCH/lines"
	run_shown words_only ${icount:+--icount} --kernel "$kernel" --setup "$setup" --mem "$mem" --cpus "$cpus" --swap $((mem * 2)) \
		--timeout "$LIMIT" --files "$DIR/$1" --console "$DIR/$1/console" -- "$SCRATCH/job" || status=$?
	[ -s "$DIR/$1/copy.metrics" ] && [ -s "$DIR/$1/zero_copy.metrics" ] && return
	[ "$status" -eq 0 ] || exit "$status"
	die "seed $1 did not get as far as a result" "what it printed last says how far it got"
}

# metric SEED RUN NAME
metric() { awk -F'\t' -v name="$3" '$1 == name { print $2 }' "$DIR/$1/$2.metrics"; }

# seed_faults SEED: what must not be, as lines.
seed_faults() {
	local run

	for run in copy zero_copy; do
		[ "$(metric "$1" $run checksum_errors)" = 0 ] || echo "seed $1: pages came back with wrong content in the $run run"
		[ "$(metric "$1" $run verdict)" = 0 ] || echo "seed $1: the $run run did not finish"
		[ "$(metric "$1" $run oom_kills)" = 0 ] || echo "seed $1: the kernel ran out of memory in the $run run"
	done
	log_tap "$DIR/$1/console" | sed -n "s/^not ok [0-9]* /seed $1: /p"
}

# report SEED...
report() {
	local first=${1-}

	printf '%s\n' "$@" | awk -v dir="$DIR" -f "$LAB/frames/tsv.awk" >"$DIR/runs.tsv"
	awk -f "$LAB/report/median.awk" -f "$LAB/frames/medians.awk" "$DIR/runs.tsv" >"$DIR/report.tsv"
	{
		echo 'Frames drawn while memory is free, but in pieces: the copy path and zero copy, same boot'
		echo "Linux $(metric "$first" copy kernel), $mem MiB of memory, $cpus CPUs, $(metric "$first" copy emulator)${icount:+, instructions counted}; set-up: $setup"
		echo "code $(run_code "$DIR/run")"
		echo "$TOTAL MiB of surfaces, a quarter of it drawn; $secs s at 30 frames a second; medians of $# seeds, lowest and highest"
		echo
		awk -f "$LAB/frames/table.awk" "$DIR/report.tsv"
	} >"$DIR/report.txt"
}

# losses: where the medians are not what they shall be, as lines.
losses() { awk -f "$LAB/frames/losses.awk" "$DIR/report.tsv"; }

if [ -n "$publish" ]; then
	publish_run frames report.txt "make frames" "$DIR"/{report.txt,report.tsv,runs.tsv,buddyinfo.before,buddyinfo.after}
	exit 0
fi
"$LAB/deps.sh"
[ -n "$kernel" ] || kernel=$("$LAB/kernel/build.sh" --quiet)
scratch
rm -rf "$DIR"
mkdir -p "$DIR"
describe_run "$COMMAND" >"$DIR/run"
read -r -a all <<<"$seeds"
for seed in "${all[@]}"; do
	mkdir -p "$DIR/$seed"
	run_seed "$seed"
done
cp "$DIR/${all[0]}"/buddyinfo.* "$DIR/"
report "${all[@]}"
cat "$DIR/report.txt"
say "All of it: ${DIR#"$TOP/"}"
mapfile -t faults < <(for seed in "${all[@]}"; do seed_faults "$seed"; done; losses)
[ "${#faults[@]}" -eq 0 ] || {
	for fault in "${faults[@]:1}"; do say "   also: $fault"; done
	die "${faults[0]}" "the kernels' logs are in ${DIR#"$TOP/"}"
}
