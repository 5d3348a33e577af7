#!/bin/bash
# Usage: lab/mutants.sh [option...]
#
# mutants.sh: would the tests notice? Change the series, one thing at a time, and run the
# KUnit suites.
#
# lab/mutants/make.awk finds what can be changed in what the series adds to the files in
# lab/mutants/files: a condition negated, a call or an assignment dropped, a bound off by
# one, a flag not set, an error ignored. All of it is compiled into one kernel (lab/um),
# which is told at boot what to change. One run without a change tells which suites come
# by what. Then each change is tested with these suites, up to the first that fails.
#
# A mutant is killed by a case that fails, a complaint of the kernel's, a panic, a hang, or
# what is left over in the end. One that survives wants a test, or a reason in
# lab/mutants/equivalent. The status is 0 if there is none.
#
#   --only GLOB     only in the files that this names (or ONLY=): 'mm/*'
#   --minutes M     a sample: as many as can be tested in that time (or MINUTES=)
#   --seed N        in the order of this seed (or SEED=; 1)
#   --again         test also what has been tested already
#   DEBUG=1         test what has survived once more, on the debug kernel with KASAN, lockdep
#                   and DEBUG_VM, which takes ten times as long
#   --publish       copy the last results to results/mutants/NAME (or NAME=)
#
# Interrupted, it goes on where it was, as long as the code is the same. out/mutants/ gets
# the results: table.txt, results.tsv (number, file, function, line, kind, text, verdict,
# killed by), "not-run" and "not-compiled", which are mutants of code that no suite comes
# by on ARCH=um, and that gcc refuses.

. "$(dirname "$0")/lib.sh"
. "$LAB/publish.sh"
. "$LAB/suites.sh"
. "$LAB/ours.sh"
usage_if_asked "$@"

only=${ONLY:-*} minutes=${MINUTES-} seed=${SEED:-1} again='' publish=''
while [ $# -gt 0 ]; do
	case $1 in
	--only) only=$2; shift ;;
	--minutes) minutes=$2; shift ;;
	--seed) seed=$2; shift ;;
	--again) again=1 ;;
	--publish) publish=1 ;;
	*) die "mutants.sh does not know '$1'" "see lab/mutants.sh --help" ;;
	esac
	shift
done
for n in "${minutes:-1}" "$seed"; do
	[[ $n =~ ^[0-9]+$ ]] || die "'$n' is not a number" "MINUTES=20 SEED=1"
done

DIR=$OUT/mutants
MUTANTS=$LAB/mutants
OVERLAY=$DIR/overlay
export UM=1 QUIET=1
# Seconds of the processor's: all suites take less than three. And of the clock's, for a guest that waits and does not say so.
CPU=8 WAIT=180 MACHINE=normal
[ -z "${DEBUG-}" ] || CPU=200 WAIT=1800 MACHINE=debug
# Numbers for the mutants of a file: enough, so that they do not depend on other files.
PER_FILE=2000

# mutate TREE FILE FIRST: into the overlay, numbered from FIRST on.
mutate() {
	mkdir -p "$OVERLAY/$(dirname "$2")"
	awk -v path="$2" -v first="$3" -v table="$SCRATCH/table" -v ours="$(ours "$1" "$2")" \
		-v without="$(cut -f 1 "$DIR/not-compiled" | xargs)" -f "$MUTANTS/make.awk" "$1/$2" |
		sed '1s|.*|#include <linux/mutant.h>|' >"$OVERLAY/$2"
	cat "$SCRATCH/table" >>"$DIR/candidates"
}

# overlay TREE: all files, with all mutants.
overlay() {
	local file first=1

	rm -rf "$OVERLAY"
	mkdir -p "$OVERLAY/include/linux" "$OVERLAY/mm"
	cp "$MUTANTS/mutant.h" "$OVERLAY/include/linux/"
	cp "$MUTANTS/mutant.c" "$OVERLAY/mm/"
	{ cat "$1/mm/Makefile"; echo 'obj-y += mutant.o'; } >"$OVERLAY/mm/Makefile"
	: >"$DIR/candidates"
	while read -r file; do
		: >"$SCRATCH/table"
		mutate "$1" "$file" "$first"
		first=$((first + PER_FILE))
	done < <(grep -v '^#' "$MUTANTS/files")
}

# refused LOG: the mutants in the lines that gcc complains about.
refused() {
	sed -nE 's@^(.*/)?((mm|drivers)/[^:]*\.c):([0-9]+):.* error: .*@\2\t\4@p' "$1" |
		awk -F'\t' 'NR == FNR { bad[$1, $2]; next } ($2, $4) in bad' - "$DIR/candidates"
}

# build TREE: the kernel with all mutants that compile, in $KERNEL_DIR.
build() {
	local more

	: >"$DIR/not-compiled"
	overlay "$1"
	until KERNEL_DIR=$(OVERLAY_EXTRA=$OVERLAY "$LAB/build.sh" --quiet 2>"$SCRATCH/build"); do
		more=$(refused "$(sed -n 's/^ *mend: whole log: //p' "$SCRATCH/build")")
		[ -n "$more" ] || { cat "$SCRATCH/build" >&2; die "the kernel with the mutants does not build" "see the lines above"; }
		echo "$more" >>"$DIR/not-compiled"
		overlay "$1"
	done
}

# boot MUTANT CPU SUITES [OPTION...]: what the guest said is in $SCRATCH/said. The
# limit is of time on the processor, which a busy host does not shorten.
boot() {
	local status=0

	echo "$3" >"$SCRATCH/suites"
	start_child limited "$2" "$LAB/run.sh" --kernel "$KERNEL_DIR" --mem 1024 --swap 256 --timeout "$WAIT" \
		--append "lab.novttm mutant=$1" --add "$SCRATCH/suites:/suites" "${@:4}" \
		--console "$SCRATCH/console" -- "$LAB/mutants-job.sh" >"$SCRATCH/said" 2>"$SCRATCH/err"
	await_child || status=$?
	return "$status"
}
limited() {
	ulimit -t "$1"
	exec "${@:2}"
}

# leftover SUITES: pages that these do not leave by themselves.
leftover() {
	awk -v suites="$1" '
		NR == FNR { ttm[$1] = $2; shmem[$1] = $3; next }
		$1 == "left" {
			for (i = split(suites, suite, " "); i; i--) { $3 -= ttm[suite[i]]; $4 -= shmem[suite[i]] }
			if ($3 || $4) print "left over: " $3 " pages of TTM, " $4 " of shmem"
		}' "$DIR/left" "$SCRATCH/said"
}

# complaint: of the kernel's.
complaint() {
	awk -f "$LAB/kernel-log.awk" "$LAB/expected-warnings" "$SCRATCH/console" |
		sed -n 's/^not ok [0-9]* the kernel complained during //p' | sed -n 1p
}

# killer STATUS SUITES: what has noticed, of the last boot; nothing if nobody has.
killer() {
	local by

	by=$(sed -n 's/^not ok //p' "$SCRATCH/said" | sed -n 1p)
	[ -n "$by" ] || by=$(sed -n 's/^error: the guest.s kernel panicked: /panic: /p' "$SCRATCH/err")
	[ -n "$by" ] || case $1 in
	0) by=$(complaint) ;;
	124) by='hang: it waits' ;;
	*) by=$(sed -n 's/^error: .*status \(137\|152\).*/hang: it runs/p; s/^error: //p' "$SCRATCH/err" | sed -n 1p) ;;
	esac
	[ -n "$by" ] || by=$(leftover "$2")
	echo "$by" | tr '\t' ' ' | cut -c1-160
}

# learn: which suites come by which mutants, those first that take the least time, and what
# each leaves over.
learn() {
	local status=0 suite

	touch "$SCRATCH/learn"
	: >"$DIR/left"
	boot 0 600 "$SUITES" --add "$SCRATCH/learn:/learn" || status=$?
	sed -n 's/^left //p' "$SCRATCH/said" >"$DIR/left"
	sed -n 's/^took //p' "$SCRATCH/said" | sort -k 2 -n | while read -r suite _; do
		sed -n "s/^reached $suite /$suite /p" "$SCRATCH/said"
	done >"$DIR/reached"
	sed -i '/^left /d' "$SCRATCH/said"
	NOTICED=$(killer "$status" "$SUITES")
	[ -z "$NOTICED" ]
}

# suites_of NUMBER: those that come by it; all if something does at boot.
suites_of() {
	awk -v number="$1" -v all="$SUITES" '
		{ for (i = 2; i <= NF; i++) if ($i == number) { if ($1 == "boot") boot = 1; else suites = suites $1 " " } }
		END { print boot ? all : suites }' "$DIR/reached"
}

# verdict NUMBER ROW: test it and write it down.
verdict() {
	local by status=0 suites

	suites=$(suites_of "$1")
	boot "$1" "$CPU" "$suites" || status=$?
	by=$(killer "$status" "$suites")
	printf '%s\t%s\t%s\t%s\n' "$2" "$([ -n "$by" ] && echo killed || echo survived)" "$by" "$MACHINE" >>"$DIR/results.tsv"
}

# wanted: the candidates to be tested, in the order of the seed if it is a sample.
wanted() {
	awk -F'\t' 'NR == FNR { for (i = split($0, word, " "); i > 1; i--) reached[word[i]]; next }
		$1 in reached' "$DIR/reached" "$DIR/candidates" |
		while IFS= read -r row; do
			path=$(cut -f 2 <<<"$row")
			# shellcheck disable=SC2053 # a glob
			[[ $path != $only ]] || echo "$row"
		done |
		if [ -n "$minutes" ]; then awk -v seed="$seed" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' | sort -n | cut -f 2-; else cat; fi
}

test_all() {
	local row number nr=0 all start=$SECONDS last=$SECONDS

	wanted >"$SCRATCH/wanted"
	all=$(wc -l <"$SCRATCH/wanted")
	awk -F'\t' -v debug="${DEBUG-}" '!debug || $9 == "debug" || $7 == "killed"' "$DIR/results.tsv" | cut -f 1 >"$SCRATCH/done"
	while IFS= read -r row <&3; do
		nr=$((nr + 1))
		number=${row%%$'\t'*}
		! grep -qx "$number" "$SCRATCH/done" || continue
		[ -z "$minutes" ] || [ $((SECONDS - start)) -lt $((minutes * 60)) ] || break
		verdict "$number" "$row"
		if [ $((SECONDS - last)) -ge 15 ]; then
			last=$SECONDS
			say "   $nr of $all, $(grep -c $'\tsurvived\t' "$DIR/results.tsv" || true) have survived"
		fi
	done 3<"$SCRATCH/wanted"
}

# results: the last of each mutant, with what is known not to be noticed.
results() {
	awk -F'\t' -v OFS='\t' 'FILENAME == ARGV[1] { if (!/^#/ && NF >= 5) known[$1, $2, $3, $4]; next }
		($2, $3, $5, $6) in known || ("*", "*", $5, $6) in known { $7 = $7 == "killed" ? "killed, though equivalent" : "equivalent" }
		{ row[$1] = $0 }
		END { for (number in row) print row[number] }' "$MUTANTS/equivalent" "$DIR/results.tsv" | sort -n
}

not_run() {
	awk -F'\t' 'NR == FNR { for (i = split($0, word, " "); i > 1; i--) reached[word[i]]; next }
		!($1 in reached)' "$DIR/reached" "$DIR/candidates" >"$DIR/not-run"
}

scratch
mkdir -p "$DIR"
if [ -n "$publish" ]; then
	publish_run mutants table.txt "make mutants" "$DIR"/{table.txt,mutants.tsv,not-run,not-compiled}
	exit 0
fi
"$LAB/deps.sh"
TREE=$("$LAB/assemble.sh")/linux
SUITES=$(suites "$TREE" | xargs)
step "building the kernel with all mutants"
build "$TREE"
step "running the suites without any"
# A host that is very busy may have one fail.
learn || learn || die "the suites fail without any mutant: $NOTICED" "make check ONLY='*_*'"
not_run
# What has been tested is known by the code, whichever kernel it was on.
id=$(lab_git -C "$KERNEL_DIR/../linux" rev-parse HEAD)
if [ -n "$again" ] || [ "$(cat "$DIR/id" 2>/dev/null)" != "$id" ]; then : >"$DIR/results.tsv"; fi
echo "$id" >"$DIR/id"
describe_run "lab/mutants.sh${minutes:+ --minutes $minutes --seed $seed}" >"$DIR/run"
step "testing $(wc -l <"$DIR/candidates") mutants, $(wc -l <"$DIR/not-run") of them in code that no suite comes by here"
test_all
results >"$DIR/mutants.tsv"
awk -f "$MUTANTS/table.awk" "$DIR/not-run" "$DIR/not-compiled" "$DIR/mutants.tsv" | tee "$DIR/table.txt"
say "All of it: ${DIR#"$TOP/"}"
! grep -q $'\tsurvived\t' "$DIR/mutants.tsv"
