#!/bin/bash
# setups.sh [option...]: the demo on one user's machine after another, as one table.
#
# Runs the demo (lab/demo.sh) once on each set-up, copy and zero copy in one boot: two
# to three minutes each. Leaves table.txt and table.tsv in out/setups/, and for each
# set-up, in a folder of its own, the demo's report and the kernel's log. A run that did
# not end, because the kernel ran out of memory for one, is a result as well.
#
#   --setups 'A B+C'  these, instead of every word of lab/vm/setups.tsv and what users
#                     combine
#   --again           measure those as well that have a result
#   --publish         measure nothing; copy out/setups to results/setups/NAME, which must
#                     not be there yet (NAME=; the date), if the results are complete and
#                     the code has a commit, and show the table in docs/results.md
#   --medians DIR...  measure nothing; print a table of medians of several runs. DIR is
#                     what a run has left, or has the demo's report.tsv of each as
#                     SET-UP-NUMBER.tsv
#
# What has been measured with the same code and the same MEM= and CPUS= is not measured
# again, so that after Ctrl-C the same command goes on.

. "$(dirname "$0")/lib.sh"
. "$LAB/vm/setup-words.sh"
. "$LAB/report/publish.sh"
usage_if_asked "$@"

# Beside the single words.
COMBINED='mglru+zram mglru+zswap+swapfile'

wanted='' again='' publish='' medians=()
while [ $# -gt 0 ]; do
	case $1 in
	--setups) value "$@"; wanted=$2; shift ;;
	--again) again=1 ;;
	--publish) publish=1 ;;
	--medians) value "$@"; medians=("${@:2}"); break ;;
	*) unknown "$1" ;;
	esac
	shift
done
[ -z "${SETUP-}" ] || die "SETUP= is one set-up, and this is about all of them" "leave out SETUP=, or: lab/setups.sh --setups '$SETUP'"

DIR=$OUT/setups

# list: the set-ups, as names of folders.
list() {
	local one words

	for one in ${wanted:-$(setup_names) $COMBINED}; do
		words=$(setup_words "$one") || return
		words=${words:-plain}
		echo "${words// /+}"
	done
}

# describe_all: what is about to measure, as the file "run".
describe_all() {
	describe_run "lab/setups.sh${wanted:+ --setups ${wanted@Q}}"
	echo "guest    ${MEM:-512} MiB, ${CPUS:-2} processors"
}

# has_result NAME: of this code on such a machine?
has_result() { [ "$(cat "$DIR/$1/measured" 2>/dev/null)" = "$MEASURED" ]; }

# What the demo printed, if it has not so much as booted.
never_ran() {
	tail -5 "$SCRATCH/said" >&2
	die "the demo cannot be run on $1" "see the lines above"
}

# measure NAME: the demo, and what it leaves, in DIR/NAME.
measure() {
	local status=0 demo=$SCRATCH/out/demo file

	rm -rf "$SCRATCH/out" "${DIR:?}/$1"
	start_group env LAB_OUT="$SCRATCH/out" SETUP="$1" "$LAB/demo.sh" >"$SCRATCH/said" 2>&1
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

# table NAME...: from those that have a result.
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
		awk -f "$LAB/report/human.awk" -f "$LAB/report/pairs.awk" -f "$LAB/setups/table.awk" "$DIR/table.tsv"
	} >"$DIR/table.txt"
}

# publish NAME...: complete, of code that has a commit, and never over another.
publish() {
	local name

	for name; do
		has_result "$name" || die "$name has not been measured with this code" "lab/setups.sh measures what is missing"
	done
	table "$@"
	publish_run setups table.txt lab/setups.sh "$DIR"/table.{txt,tsv} "${@/#/"$DIR/"}"
}

# medians DIR...: of the reports that are there.
medians() {
	local files

	mapfile -t files < <(find "$@" -name report.tsv -o -name '*-[0-9]*.tsv' | sort)
	[ ${#files[@]} -gt 0 ] || die "there are no reports of the demo in $*" "lab/setups.sh"
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
	[ -s "$DIR/run" ] || die "nothing has been measured" "lab/setups.sh"
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
