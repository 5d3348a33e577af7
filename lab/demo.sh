#!/bin/bash
# demo.sh [option...]: swap GPU buffers out with and without copying them.
#
# Boots the lab's machine once and runs the same work twice on the same kernel: with
# ttm.zero_copy=0, then with 1. Several clients have buffers of 150 % of the machine's
# memory. They use them in turns and verify every page each time. Prints the comparison
# and leaves it in out/demo/: report.txt, report.tsv, the plots bars, timeline and latency
# as .svg and .png, and the numbers behind them.
#
#   --mem M      guest memory in MiB (or MEM=; 512)
#   --cpus N     virtual processors (or CPUS=; 2)
#   --setup 'A B'  the kind of machine (or SETUP=): words of lab/vm/setups.tsv, which
#                also has the size of the buffers on it
#   --rounds N   the number of turns of every client (2)
#   --seed N     another sequence of sizes, turns and content (1)
#   --incompressible
#                surfaces that do not compress; by default they compress 2 to 1, like
#                textures
#   --reverse    zero copy first, to see whether the order matters
#   --corrupt    damage one page during the zero-copy run: the demo must fail
#   --kernel DIR  boot the build in DIR as it is
#   --publish    run nothing; copy out/demo to docs/demo, which README and the cover
#                letter show. The code that was measured must have a commit
#
# Ends with 0 if both runs finished with every page intact, zero copy took part and the
# kernel did not complain. The copy run alone may run out of memory. Ends with 1 and the
# reason if not. If there is no result, ends with the status of lab/vm/run.sh (124: over
# TIMEOUT seconds, 125: the guest died).

. "$(dirname "$0")/lib.sh"
. "$LAB/vm/shown.sh"
. "$LAB/vm/setup-words.sh"
. "$LAB/vm/kernel-log.sh"
. "$LAB/report/publish.sh"
usage_if_asked "$@"

mem=${MEM:-512} cpus=${CPUS:-2} rounds=2 seed=1 runs='copy zero_copy' content='' corrupt='' kernel='' setup=${SETUP-} publish=''
while [ $# -gt 0 ]; do
	case $1 in
	--mem | --cpus | --setup | --rounds | --seed | --kernel) assign "$@"; shift ;;
	--incompressible) content=' --incompressible' ;;
	--reverse) runs='zero_copy copy' ;;
	--corrupt) corrupt=--corrupt ;;
	--publish) publish=1 ;;
	*) unknown "$1" ;;
	esac
	shift
done
numbers "$mem" "$cpus" "$rounds" "$seed" "${TIMEOUT:-0}"
[ "$mem" -ge 256 ] || die "the demo needs a machine of at least 256 MiB, not $mem" "MEM=512"

setup=$(setup_words "$setup")
# MiB of all surfaces together, and of the surfaces in the warm-up.
TOTAL=$((mem * $(setup_surfaces "$setup") / 100))
WARM=$((TOTAL < mem ? TOTAL : mem))

DIR=$OUT/demo
# A minute for the boot, the rest for a warm-up and two runs. An emulated run takes half
# a minute for 512 MiB, so this limit is generous.
LIMIT=${TIMEOUT:-$((60 + 3 * (120 + mem / 2)))}
RUN_SECONDS=$((LIMIT > 90 ? (LIMIT - 60) / 3 : 10))

make_job() {
	printf "RUNS='%s'\nBREAK='%s'\n" "$runs" "$corrupt"
	printf "WARMUP='--total %d --rounds 0 --wc 100 --timeout %d%s'\n" \
		"$WARM" "$RUN_SECONDS" "$content"
	printf "WORKLOAD='--total %d --rounds %d --seed %d --timeout %d%s'\n" \
		"$TOTAL" "$rounds" "$seed" "$RUN_SECONDS" "$content"
	cat "$LAB/demo/job.sh"
}

run_job() {
	run_shown "$LAB/demo/progress.sh" ${kernel:+--kernel "$kernel"} --setup "$setup" --mem "$mem" --cpus "$cpus" \
		--swap $((mem * 2)) --timeout "$LIMIT" --files "$DIR" --console "$DIR/console" -- "$SCRATCH/job"
}

# Emulated processors share the host's with all other programs.
warn_if_busy() {
	local load

	read -r load _ </proc/loadavg
	[ "${load%.*}" -lt $(($(nproc) / 2)) ] ||
		warn "this machine is busy (load $load): do not trust the times"
}

# metric RUN NAME
metric() { awk -F'\t' -v name="$2" '$1 == name { print $2 }' "$DIR/$1.metrics"; }

# alloc_failures RUN: the number of failed allocations in the kernel's log.
alloc_failures() {
	tr -d '\r' <"$DIR/console" | awk -v run="$1" '
		sub(/^.*lab: begin demo /, "") { here = ($1 == run) }
		here && /page allocation failure: / { n++ }
		END { print n + 0 }'
}

# add_alloc_failures: to the metrics of the runs that have metrics.
add_alloc_failures() {
	local run

	for run in copy zero_copy; do
		[ ! -s "$DIR/$run.metrics" ] || printf 'alloc_failures\t%d\n' "$(alloc_failures "$run")" >>"$DIR/$run.metrics"
	done
}

# judge_log: die if the kernel complained.
judge_log() {
	local run n complaint

	for run in copy zero_copy; do
		n=$(metric "$run" alloc_failures)
		[ "$n" = 0 ] || warn "the kernel failed $n allocations in the $run run: the traces are in ${DIR#"$TOP/"}/console"
	done
	complaint=$(log_tap "$DIR/console" | first_failed)
	[ -z "$complaint" ] || die "$complaint" "the whole log is ${DIR#"$TOP/"}/console"
}

# judge: die unless the runs are fine. A copy run that ran out of memory is a result, too.
judge() {
	local run bad

	for run in copy zero_copy; do
		bad=$(metric "$run" checksum_errors)
		[ "$bad" = 0 ] || die "$bad pages came back with wrong content in the $run run"
		[ "$(metric "$run" verdict)" != 0 ] || continue
		if [ "$run" = copy ] && [ "$(metric copy oom_kills)" -gt 0 ]; then
			warn "the copy run did not finish: the kernel ran out of memory"
		else
			die "the $run run did not finish: the reason is further up"
		fi
	done
	[ "$(metric zero_copy oom_kills)" = 0 ] || die "the kernel ran out of memory in the zero-copy run"
	[ "$(metric zero_copy pages_inserted)" -gt 0 ] || die "nothing was swapped out without copying"
	judge_log
}

publish() {
	local docs=${LAB_DOCS:-$TOP/docs}

	[ -s "$DIR/report.txt" ] || die "there is no run of the demo to publish" "run make demo first"
	may_be_published "$DIR/run"
	mkdir -p "$docs/demo"
	cp "$DIR"/{run,report.txt,report.tsv,bars.png,timeline.png,latency.png} "$docs/demo/"
	put_between "$docs/../README.md" demo "$(demo_text "$docs/demo")"
	say "published: docs/demo and README.md"
	exit
}

[ -z "$publish" ] || publish
scratch
rm -rf "$DIR"
mkdir -p "$DIR"
describe_run "$COMMAND" >"$DIR/run"
make_job >"$SCRATCH/job"
warn_if_busy
[ -z "$setup" ] || say "   set-up: $setup; $TOTAL MiB of surfaces and $mem MiB of memory"
status=0
run_job || status=$?
add_alloc_failures
if ! [ -s "$DIR/copy.metrics" ] || ! [ -s "$DIR/zero_copy.metrics" ]; then
	# If the status is not 0, run.sh has printed the reason.
	[ "$status" -eq 0 ] || exit "$status"
	die "the demo ended before it had a result" "see how far it got in the lines above"
fi
# The guest sees less memory: its kernel keeps some.
printf 'memory_mib\t%d\nset_up\t%s\n' "$mem" "${setup:-plain}" >>"$DIR/copy.metrics"
"$LAB/demo/report.sh" "$DIR"
echo
cat "$DIR/report.txt"
printf '\nAll of it, with plots: %s\n' "${DIR#"$TOP/"}"
judge
