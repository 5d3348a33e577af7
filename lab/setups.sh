#!/bin/bash
# setups.sh [option...]: run the demo on the machines of users and make one table.
#
# Runs the demo (lab/demo.sh) once on each set-up, copy and zero copy in one boot. Each takes
# two to three minutes. Leaves table.txt and table.tsv in out/setups/, and the demo's report
# and the kernel's log of each set-up in a folder. A run that did not end, for example
# because the kernel ran out of memory, is a result as well.
#
#   --setups 'A B+C'  only these; by default every word of lab/vm/setups.tsv and the usual
#                     combinations
#   --runs N          measure each set-up N times (1). With more than one, the table has the
#                     medians, and where zero copy loses
#   --again           measure again what has a result
#   --publish         measure nothing; copy out/setups to results/setups/NAME (NAME=; the
#                     date), which must be new, and show the table in docs/results.md. The
#                     results must be complete, and the code must have a commit
#   --medians DIR...  measure nothing; print a table of the medians of several runs. Each DIR
#                     is the result of a run, or has the demo's report.tsv of several runs
#                     as SET-UP-NUMBER.tsv
#
# A set-up that was measured with the same code, MEM= and CPUS= is not measured again. So
# after Ctrl-C the same command goes on.

. "$(dirname "$0")/lib.sh"
. "$LAB/vm/setup-words.sh"
. "$LAB/report/publish.sh"
usage_if_asked "$@"

# Combinations that users have, in addition to the single words.
COMBINED='mglru+zram mglru+zswap+swapfile'

wanted='' runs=1 again='' publish='' medians=()
while [ $# -gt 0 ]; do
	case $1 in
	--setups) value "$@"; wanted=$2; shift ;;
	--runs) value "$@"; runs=$2; shift ;;
	--again) again=1 ;;
	--publish) publish=1 ;;
	--medians) value "$@"; medians=("${@:2}"); break ;;
	*) unknown "$1" ;;
	esac
	shift
done
[ -z "${SETUP-}" ] || die "SETUP= is one set-up, but make setups runs all of them" "leave out SETUP=, or: lab/setups.sh --setups '$SETUP'"

[[ $runs =~ ^[1-9][0-9]*$ ]] || die "'$runs' is not a number of runs" "see $(self) --help"

DIR=$OUT/setups

# list: every run, as the name of its folder: the set-up, and -N if there are several.
list() {
	local one words run

	for one in ${wanted:-$(setup_names) $COMBINED}; do
		words=$(setup_words "$one") || return
		words=${words:-plain}
		[ "$runs" -gt 1 ] || echo "${words// /+}"
		[ "$runs" -eq 1 ] || for run in $(seq "$runs"); do echo "${words// /+}-$run"; done
	done
}

# describe_all: this measurement, as the file "run".
describe_all() {
	describe_run "lab/setups.sh${wanted:+ --setups ${wanted@Q}}$([ "$runs" -eq 1 ] || echo " --runs $runs")"
	echo "guest    ${MEM:-512} MiB, ${CPUS:-2} processors"
}

# has_result NAME: true if it was measured with this code on such a machine.
has_result() { [ "$(cat "$DIR/$1/measured" 2>/dev/null)" = "$MEASURED" ]; }

# never_ran NAME: die, because the demo did not even boot.
never_ran() {
	tail -5 "$SCRATCH/said" >&2
	die "the demo cannot be run on $1" "see the lines above"
}

# measure NAME: run the demo and keep what it leaves in DIR/NAME.
measure() {
	local status=0 demo=$SCRATCH/out/demo file

	rm -rf "$SCRATCH/out" "${DIR:?}/$1"
	start_group env LAB_OUT="$SCRATCH/out" SETUP="${1%-[0-9]*}" "$LAB/demo.sh" >"$SCRATCH/said" 2>&1
	await_child || status=$?
	[ -s "$demo/console" ] || never_ran "$1"
	mkdir -p "$DIR/$1"
	tr -d '\r' <"$demo/console" >"$DIR/$1/console"
	for file in report.txt report.tsv copy.metrics zero_copy.metrics; do
		[ ! -s "$demo/$file" ] || cp "$demo/$file" "$DIR/$1/"
	done
	grep -E '^(error|warning): ' "$SCRATCH/said" >"$DIR/$1/words" || true
	echo "$MEASURED" >"$DIR/$1/measured"
	say "   $1: ended with status $status$(sed -n '/^error: /{s//, /p;q}' "$DIR/$1/words")"
}

# measure_all NAME...
measure_all() {
	local name nr=0 start

	for name; do
		nr=$((nr + 1))
		if [ -z "$again" ] && has_result "$name"; then
			say "   $name: measured already"
			continue
		fi
		step "$name ($nr of $#)"
		start=$SECONDS
		measure "$name"
		say "   $((SECONDS - start)) s"
	done
}

# of_medians: the table of several runs, and where zero copy loses.
of_medians() {
	local lost

	sed "s|.*|$DIR/&/report.tsv|" "$SCRATCH/names" | xargs awk -f "$LAB/report/median.awk" -f "$LAB/setups/medians.awk"
	lost=$(awk -f "$LAB/report/median.awk" -f "$LAB/setups/losses.awk" "$DIR/table.tsv")
	echo
	if [ -n "$lost" ]; then printf 'Where zero copy loses:\n%s\n' "$lost"
	else echo 'Zero copy loses nowhere: in time (10 %), blocks, failed allocations and OOM kills.'; fi
}

# of_one_run: the table of one run each.
of_one_run() { awk -f "$LAB/report/human.awk" -f "$LAB/report/pairs.awk" -f "$LAB/setups/table.awk" "$DIR/table.tsv"; }

# table NAME...: make the table of those that have a result.
table() {
	local name

	for name; do
		! has_result "$name" || echo "$name"
	done >"$SCRATCH/names"
	awk -v dir="$DIR" -f "$LAB/setups/tsv.awk" "$SCRATCH/names" >"$DIR/table.tsv"
	{
		echo "The demo on users' machines: the copy path and zero copy, same boot, same work"
		sed -n '2p' "$DIR"/*/report.txt | sed -n 1p
		echo "code $(run_code "$DIR/run"); $(sed -n 's/^guest  *//p' "$DIR/run")"
		echo
		if [ "$runs" -gt 1 ]; then of_medians; else of_one_run; fi
	} >"$DIR/table.txt"
}

# publish NAME...: only if the results are complete.
publish() {
	local name

	for name; do
		has_result "$name" || die "$name has not been measured with this code" "run lab/setups.sh: it measures what is missing"
	done
	table "$@"
	publish_run setups table.txt lab/setups.sh "$DIR"/table.{txt,tsv} "${@/#/"$DIR/"}"
}

# medians DIR...: the table of medians of the reports in these folders.
medians() {
	local files

	mapfile -t files < <(find "$@" -name report.tsv -o -name '*-[0-9]*.tsv' | sort)
	[ ${#files[@]} -gt 0 ] || die "there are no reports of the demo in $*" "make some with lab/setups.sh"
	awk -f "$LAB/report/median.awk" -f "$LAB/setups/medians.awk" "${files[@]}"
}

if [ ${#medians[@]} -gt 0 ]; then
	medians "${medians[@]}"
	exit
fi
all=$(list)
mapfile -t names <<<"$all"
scratch
mkdir -p "$DIR"
if [ -n "$publish" ]; then
	[ -s "$DIR/run" ] || die "nothing has been measured" "run lab/setups.sh"
	MEASURED=$(in_common "$DIR/run")
	publish "${names[@]}"
	exit 0
fi
"$LAB/deps.sh"
"$LAB/kernel/build.sh" --quiet >/dev/null
describe_all >"$DIR/run"
MEASURED=$(in_common "$DIR/run")
measure_all "${names[@]}"
table "${names[@]}"
cat "$DIR/table.txt"
say "All of it: ${DIR#"$TOP/"}"
