#!/bin/bash
# hibernate.sh [option...]: hibernate with GPU buffers and resume, as users do.
#
# A machine with buffers in a rising share of its memory hibernates to its swap disk and
# switches off. A second QEMU resumes from the image, and the process with the buffers
# verifies every byte. Each share runs twice, in one boot each: by copying
# (ttm.zero_copy=0) and without (1). Prints a line for each run, then the table. Leaves in
# out/hibernate/: report.txt, report.tsv, KIND.svg and .png, and for each run, as
# KIND-SHARE-RUN.*, its numbers, the kernel's log and the times the machine was on.
#
#   --mem M          guest memory in MiB (or MEM=; 512); the swap disk is twice as large
#   --cpus N         virtual processors (or CPUS=; 2)
#   --setup 'A B'    the kind of machine (or SETUP=): words of lab/vm/setups.tsv
#   --shares '20 30' shares of memory, in per cent (or SHARES=; 20 30 40 50 60 70 80 90)
#   --kinds 'A B'    kinds of buffers (or KINDS=; all kinds of vttm)
#   --runs 'A B'     copy, zero_copy or both (both)
#   --corrupt        damage one page after the resume: this must be noticed
#   --kernel DIR     boot the build in DIR as it is
#   --more           go on: keep the results of the same code in out/hibernate, and run
#                    what is missing
#   --publish        run nothing; copy the report to results/hibernate/NAME (NAME=; the
#                    date), which must be new, and show it in docs/results.md. The code
#                    must have a commit
#
# A kernel that does not hibernate is a result, too: the table has the reason. Ends with 0 if
# every byte was right after each resume, the kernel did not complain, zero copy resumed
# wherever copying did, and zero copy allocated at most a hundredth of the buffers' pages
# to back them up. Ends with 1 and the reason if not.

. "$(dirname "$0")/lib.sh"
. "$LAB/vm/setup-words.sh"
. "$LAB/vm/kernel-log.sh"
. "$LAB/report/publish.sh"
usage_if_asked "$@"

mem=${MEM:-512} cpus=${CPUS:-2} setup=${SETUP-} shares=${SHARES:-20 30 40 50 60 70 80 90} kinds=${KINDS-}
runs='copy zero_copy' corrupt='' kernel='' more='' publish=''
while [ $# -gt 0 ]; do
	case $1 in
	--mem | --cpus | --setup | --shares | --kinds | --runs) assign "$@"; shift ;;
	--corrupt) corrupt=--corrupt ;;
	--kernel) value "$@"; kernel=$(realpath -- "$2"); shift ;;
	--more) more=1 ;;
	--publish) publish=1 ;;
	*) unknown "$1" ;;
	esac
	shift
done
# shellcheck disable=SC2086 # words
numbers "$mem" "$cpus" "${TIMEOUT:-0}" $shares
for share in $shares; do
	((share >= 1 && share <= 200)) || die "a share of $share % of memory makes no sense" "give shares from 1 to 200, such as SHARES='30 60'"
done
for run in $runs; do
	[[ $run =~ ^(copy|zero_copy)$ ]] || die "there is no run '$run'" "give --runs 'copy zero_copy' or one of them"
done
[ "$mem" -ge 256 ] || die "hibernation with buffers needs a machine of at least 256 MiB, not $mem" "MEM=512"
setup=$(setup_words "$setup")

DIR=$OUT/hibernate
# Seconds for each of the two machines. Most take a tenth of it, emulated.
LIMIT=${TIMEOUT:-$((240 + mem))}
LIVE=
[ ! -t 1 ] || LIVE=1

# known_kinds: the kinds of vttm's buffers that the guest program knows.
known_kinds() { "$kernel/programs/bin/hibernate" --kinds | cut -f1; }

check_kinds() {
	local kind known

	known=$(known_kinds)
	kinds=${kinds:-$(xargs <<<"$known")}
	for kind in $kinds; do
		grep -qxF -- "$kind" <<<"$known" || die "vttm has no buffers of the kind '$kind'" "choose from: $(xargs <<<"$known")"
	done
}

make_job() {
	printf "KIND='%s'\nMIB=%d\nRUN='%s'\nBREAK='%s'\n" "$1" $((mem * $2 / 100)) "$3" "$corrupt"
	cat "$LAB/hibernate/job.sh"
}

# show TEXT: replace the line on the terminal.
show() { [ -z "$LIVE" ] || printf '\r\033[K%s' "$1"; }

# follow WHAT: write the guest's output to $SCRATCH/times, with the host's clock in front.
# Show progress on a terminal.
follow() {
	local line what=$1 phase reached total

	while IFS= read -r line; do
		printf '%s\t%s\n' "$EPOCHREALTIME" "$line"
		case $line in
		'@progress '*)
			read -r _ phase reached total <<<"$line"
			show "   $what: ${phase/%y/ie}s, $reached of $total MiB" >&3 ;;
		@request) show "   $what: hibernates" >&3 ;;
		@thawed) show "   $what: has resumed" >&3 ;;
		@*) ;;
		*) printf '%s\n' "$line" >&3 ;;
		esac
	done 3>&1 >"$SCRATCH/times"
	show '' # the line is free
}

# at WORD: the time at which the guest said it; nothing if it did not.
at() { awk -F'\t' -v word="$1" '$2 == word { print $1; exit }' "$SCRATCH/times"; }
# The times when the first machine went off and the last one on; nothing with only one.
first_off() { awk '$1 == "off" && !at { at = $2 } $1 == "on" { n++ } END { if (n > 1) print at }' "$RESULT.power"; }
last_on() { awk '$1 == "on" { n++; at = $2 } END { if (n > 1) print at }' "$RESULT.power"; }

# span NAME FROM TO: the seconds between, if both are known.
span() { [ -z "$2" ] || [ -z "$3" ] || awk -v name="$1" -v a="$2" -v b="$3" 'BEGIN { printf "%s\t%.2f\n", name, b - a }'; }

# outcome STATUS: run.sh's status as a word; see hibernate/tsv.awk.
outcome() {
	case $1 in
	0) echo resumed ;;
	1) echo damaged ;;
	4) echo refused ;;
	124) echo late ;;
	*) if grep -qE 'Out of memory: Killed|System is deadlocked' "$RESULT.console"; then echo killed
	   elif [ "$1" -eq 125 ]; then echo lost
	   else echo broken; fi ;;
	esac
}

# reason STATUS: why it failed, from the kernel's log, else from the guest or run.sh.
reason() {
	local words

	words=$(awk -F'\t' '$1 == "reason" { print $2 }' "$SCRATCH/log")
	[ -n "$words" ] || words=$(sed -n '/^error: \|^hibernate: /{s///p;q}' "$SCRATCH/said")
	[ -n "$words" ] || words=$(awk -F'\t' '$1 == "error" { print $2 }' "$SCRATCH/files/metrics" 2>/dev/null) || true
	echo "${words:-status $1}"
}

# collect STATUS: write all that is known about a run to its metrics.
collect() {
	local status=$1 word

	tr -d '\r' <"$SCRATCH/console" >"$RESULT.console"
	awk -f "$LAB/hibernate/log.awk" "$RESULT.console" >"$SCRATCH/log"
	word=$(outcome "$status")
	{
		printf 'outcome\t%s\n' "$word"
		[ "$word" = resumed ] || printf 'reason\t%s\n' "$(reason "$status")"
		[ ! -s "$SCRATCH/files/metrics" ] || cat "$SCRATCH/files/metrics"
		grep -v '^reason' "$SCRATCH/log" || true
		span off_s "$(at @request)" "$(first_off)"
		span first_s "$(last_on)" "$(at @first)"
	} >"$RESULT.metrics"
}

# metric NAME
metric() { awk -F'\t' -v name="$1" '$1 == name { print $2 }' "$RESULT.metrics"; }

# guest_mib KIND SHARE: the guest's memory. It includes extra memory that stands in for
# vttm's VRAM: VRAM is not part of a machine's memory and not in the image.
guest_mib() {
	case $1 in
	vram*) echo $((mem + mem * $2 / 100)) ;;
	*) echo "$mem" ;;
	esac
}

# attempt KIND SHARE RUN: hibernate once.
attempt() {
	local status=0 reader guest

	RESULT=$DIR/$1-$2-$3
	if [ -s "$RESULT.metrics" ]; then
		judge "$1, $2 %, ${3/_/ }"
		return
	fi
	guest=$(guest_mib "$1" "$2")
	make_job "$@" >"$SCRATCH/job"
	rm -rf "$SCRATCH"/{lines,files,console,times}
	mkfifo "$SCRATCH/lines"
	follow "$1, $2 %, ${3/_/ }" <"$SCRATCH/lines" &
	reader=$!
	start_child "$LAB/vm/run.sh" --kernel "$kernel" --setup "$setup" --mem "$guest" --cpus "$cpus" --swap $((guest * 2)) \
		--timeout "$LIMIT" --hibernates "$RESULT.power" --files "$SCRATCH/files" --console "$SCRATCH/console" \
		-- "$SCRATCH/job" >"$SCRATCH/lines" 2>"$SCRATCH/said"
	await_child || status=$?
	wait "$reader" || true
	# If there was no guest at all, something other than memory is wrong.
	[ -s "$SCRATCH/console" ] || { cat "$SCRATCH/said" >&2; die "the machine cannot be run" "see the lines above"; }
	collect "$status"
	judge "$1, $2 %, ${3/_/ }"
}

# judge WHAT: print a line about the run, and remember what is wrong with it.
judge() {
	local complaint

	case $(metric outcome) in
	resumed) say "   $1: resumed, off after $(metric off_s) s, first buffer $(metric first_s) s after power-on" ;;
	*) say "   $1: $(metric outcome): $(metric reason)" ;;
	esac
	[[ $(metric outcome) =~ ^(resumed|refused|killed)$ ]] || FAILED+=("$1: $(metric outcome): $(metric reason)")
	complaint=$(log_tap "$RESULT.console" | first_failed)
	[ -z "$complaint" ] || FAILED+=("$1: $complaint")
}

# behind: list where copying resumed and zero copy did not.
behind() {
	awk -F'\t' '$3 == "outcome" && $4 == "resumed" && $5 !~ /^(resumed|-)$/ {
		printf "%s, %d %%: copying resumed, zero copy did not\n", $1, $2 }' "$DIR/report.tsv"
}

# hungry: list where zero copy allocated more than a hundredth of the buffers' pages to
# back them up.
hungry() {
	awk -F'\t' '$3 == "prepare_alloc_pages" { took = $5 }
		$3 == "buffer_pages" && took != "-" && took > $5 / 100 {
		printf "%s, %d %%: zero copy has allocated %d pages to back up %d\n", $1, $2, took, $5 }' "$DIR/report.tsv"
}

# describe: the machine and the code, for the head of the table.
describe() {
	echo "Linux $(sed -n 's/^.*Linux version \([^ ]*\) .*/\1/p' "$RESULT.console" | sed -n 1p), $mem MiB of memory, $cpus CPUs, $(accelerator); set-up: ${setup:-plain}"
	echo "code $(run_code "$DIR/run")"
}
accelerator() { if "$LAB/vm/kvm.sh" "$kernel"; then echo KVM; else echo 'emulated by QEMU (TCG): times only compare with each other'; fi; }

# describe_all: this run, as the file "run".
describe_all() {
	describe_run "$COMMAND"
	echo "guest    $mem MiB, $cpus processors, set-up ${setup:-plain}"
}

# keep_or_clear: empty DIR, unless --more is given and DIR is of this code and machine.
keep_or_clear() {
	describe_all >"$SCRATCH/run"
	if [ -z "$more" ] || [ ! -s "$DIR/run" ] || [ "$(in_common "$DIR/run")" != "$(in_common "$SCRATCH/run")" ]; then
		rm -rf "$DIR"
		mkdir -p "$DIR"
	fi
	cp "$SCRATCH/run" "$DIR/run"
}

# publish: copy the report, with the plots if there are some.
publish() {
	local plots

	mapfile -t plots < <(compgen -G "$DIR/*.svg"; compgen -G "$DIR/*.png")
	publish_run hibernate report.txt "make hibernate" "$DIR"/{report.txt,report.tsv,machine} "$DIR"/*.metrics "${plots[@]}"
}

if [ -n "$publish" ]; then
	publish
	exit 0
fi
"$LAB/deps.sh"
[ -n "$kernel" ] || kernel=$("$LAB/kernel/build.sh" --quiet)
"$LAB/vm/initramfs.sh" "$(dirname "$kernel")/linux" "$kernel"
check_kinds
scratch
keep_or_clear
FAILED=()
for kind in $kinds; do
	for share in $shares; do
		for run in $runs; do attempt "$kind" "$share" "$run"; done
	done
done
describe >"$DIR/machine"
"$LAB/hibernate/report.sh" "$DIR"
echo
cat "$DIR/report.txt"
printf '\nAll of it, with plots: %s\n' "${DIR#"$TOP/"}"
mapfile -t -O "${#FAILED[@]}" FAILED < <(behind; hungry)
[ "${#FAILED[@]}" -eq 0 ] || {
	for failure in "${FAILED[@]:1}"; do say "   also: $failure"; done
	die "${FAILED[0]}" "the kernel's log is in ${DIR#"$TOP/"}"
}
