#!/bin/bash
# mutants.sh [option...]: would the tests notice? Change the series, one thing at a time, and run the
# KUnit suites; if these notice nothing, the selftests.
#
# lab/mutants/make.awk finds what can be changed in what the series adds to the files in
# lab/kernel/ours.tsv: a condition negated, a call or an assignment dropped, a bound off by
# one, a flag not set, an error ignored. All of it is compiled into one kernel (lab/um),
# which is told at boot what to change. One run without a change tells which tests come
# by what. Then each change is tested with these, up to the first that fails.
#
# A mutant is killed by a case that fails, a complaint of the kernel's, a panic, a hang, or
# what is left over in the end. One that survives wants a test, or a reason in
# lab/mutants/equivalent. The status is 0 if there is none.
#
#   --only GLOB     only in the files that this names (or ONLY=): 'mm/*'
#   --minutes M     a sample: as many as can be tested in that time (or MINUTES=)
#   --seed N        in the order of this seed (or SEED=; 1)
#   --again         test also what has been tested already
#   --on MACHINE    um, the default; or test what has survived there once more, and what no
#                   test comes by there, on um-debug, with KASAN, lockdep and DEBUG_VM, or
#                   in qemu or qemu-debug, which have caching modes, and poison. It takes
#                   ten times as long
#   --publish       copy the last results to results/mutants/NAME (or NAME=)
#
# Interrupted, it goes on where it was, as long as the code is the same. out/mutants/ gets
# the results: table.txt, mutants.tsv (number, file, function, line, kind, text, verdict,
# killed by, on which machine), "not-run" and "not-compiled", which are mutants of code that
# no test has come by, and that gcc refuses.

. "$(dirname "$0")/lib.sh"
. "$LAB/report/publish.sh"
. "$LAB/check/suites.sh"
. "$LAB/vm/kernel-log.sh"
usage_if_asked "$@"

only=${ONLY:-*} minutes=${MINUTES-} seed=${SEED:-1} again='' publish='' machine=um
while [ $# -gt 0 ]; do
	case $1 in
	--only) value "$@"; only=$2; shift ;;
	--minutes) value "$@"; minutes=$2; shift ;;
	--seed) value "$@"; seed=$2; shift ;;
	--again) again=1 ;;
	--on) value "$@"; machine=$2; shift ;;
	--publish) publish=1 ;;
	*) unknown "$1" ;;
	esac
	shift
done
for n in "${minutes:-1}" "$seed"; do
	[[ $n =~ ^[0-9]+$ ]] || die "'$n' is not a number" "MINUTES=20 SEED=1"
done

DIR=$OUT/mutants
MUTANTS=$LAB/mutants
OVERLAY=$DIR/overlay
export QUIET=1
# Seconds of the processor's: all tests of a boot take less than ten. And of the clock's,
# for a guest that waits and does not say so.
CPU=20 WAIT=90
unset UM DEBUG
case $machine in
um) export UM=1 ;;
um-debug) export UM=1 DEBUG=1 CPU=300 WAIT=1800 ;;
qemu) CPU=1000 WAIT=900 ;;
qemu-debug) export DEBUG=1 CPU=3000 WAIT=1800 ;;
*) die "there is no machine '$machine'" "um, um-debug, qemu or qemu-debug" ;;
esac
# Selftests that take less than half a minute, and run there.
PROGRAMS='shared cgroup content owner'
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
	done < <(our_files mutants)
}

# refused LOG: the mutants in the lines that gcc complains about.
refused() {
	sed -nE 's@^(.*/)?((mm|drivers)/[^:]*\.c):([0-9]+):.* error: .*@\2\t\4@p' "$1" |
		awk -F'\t' 'NR == FNR { bad[$1, $2]; next } ($2, $4) in bad' - "$DIR/candidates"
}

# build TREE: the kernel with all mutants that compile, in $KERNEL_DIR.
build() {
	local more

	overlay "$1"
	until KERNEL_DIR=$(OVERLAY_EXTRA=$OVERLAY "$LAB/kernel/build.sh" --quiet 2>"$SCRATCH/build"); do
		more=$(refused "$(sed -n 's/^ *fix: whole log: //p' "$SCRATCH/build")")
		[ -n "$more" ] || { cat "$SCRATCH/build" >&2; die "the kernel with the mutants does not build" "see the lines above"; }
		echo "$more" >>"$DIR/not-compiled"
		overlay "$1"
	done
}

# boot MUTANT CPU TESTS [OPTION...]: what the guest said is in $SCRATCH/said. The
# limit is of time on the processor, which a busy host does not shorten.
boot() {
	local status=0

	echo "$3" >"$SCRATCH/suites"
	start_child limited "$2" "$LAB/vm/run.sh" --kernel "$KERNEL_DIR" --mem 1024 --swap 256 --timeout "$WAIT" \
		--add "$SCRATCH/suites:/suites" "${@:4}" --append "mutant=$1 $VTTM" \
		--console "$SCRATCH/console" -- "$LAB/mutants/job.sh" >"$SCRATCH/said" 2>"$SCRATCH/err"
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
	log_tap "$SCRATCH/console" |
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
	# Programs leave what is in the pools.
	[ -n "$by" ] || [ -z "$VTTM" ] || by=$(leftover "$2")
	echo "$by" | tr '\t' ' ' | cut -c1-160
}

# learn NAME TESTS: which come by which mutants, those first that take the least time, in
# $DIR/$machine.NAME; and what each leaves over.
learn() {
	local status=0 test

	touch "$SCRATCH/learn"
	: >"$DIR/left"
	boot 0 unlimited "$2" --timeout 3600 --add "$SCRATCH/learn:/learn" || status=$?
	sed -n 's/^left //p' "$SCRATCH/said" >"$DIR/left"
	sed -n 's/^took //p' "$SCRATCH/said" | sort -k 2 -n | while read -r test _; do
		sed -n "s/^reached $test /$test /p" "$SCRATCH/said"
	done >"$DIR/$machine.$1"
	sed -i '/^left /d' "$SCRATCH/said"
	NOTICED=$(killer "$status" "$2")
	[ -z "$NOTICED" ]
}

# learn_all: what both kinds of tests come by. A host that is very busy may have one fail.
learn_all() {
	VTTM=''
	learn programs "$PROGRAMS" || learn programs "$PROGRAMS" ||
		die "the selftests fail without any mutant: $NOTICED" "make check ONLY='*'"
	VTTM=lab.novttm
	learn suites "$SUITES" || learn suites "$SUITES" ||
		die "the suites fail without any mutant: $NOTICED" "make check ONLY='*_*'"
}

# tests NUMBER NAME ALL: those in NAME that come by it; ALL if something does at boot.
tests() {
	awk -v number="$1" -v all="$3" '
		{ for (i = 2; i <= NF; i++) if ($i == number) { if ($1 == "boot") boot = 1; else tests = tests $1 " " } }
		END { print boot ? all : tests }' "$DIR/$machine.$2"
}

# put_to NUMBER TESTS: who has noticed the mutant, in $NOTICED.
put_to() {
	local status=0

	NOTICED=''
	[ -n "$2" ] || return 0
	boot "$1" "$CPU" "$2" || status=$?
	NOTICED=$(killer "$status" "$2")
}

# verdict NUMBER ROW: test it and write it down. Suites count the devices of TTM, so vttm
# is not there for them.
verdict() {
	VTTM=lab.novttm
	put_to "$1" "$(tests "$1" suites "$SUITES")"
	VTTM=''
	[ -n "$NOTICED" ] || put_to "$1" "$(tests "$1" programs "$PROGRAMS")"
	printf '%s\t%s\t%s\t%s\n' "$2" "$([ -n "$NOTICED" ] && echo killed || echo survived)" "$NOTICED" "$machine" >>"$DIR/results.tsv"
}

# reached FILE...: the numbers of all that tests come by, by what has been learned.
reached() { cat "$@" | cut -d' ' -f 2- | tr ' ' '\n' | sort -u; }

# untested: the numbers of those that this machine is for, and has not tested.
untested() {
	reached "$DIR/$machine".{suites,programs} | awk -F'\t' -v machine="$machine" '
		FILENAME == "-" { reached[$1]; next }
		FILENAME == ARGV[2] { elsewhere[$1] = $7; if ($9 == machine) tested[$1]; next }
		($1 in reached) && !($1 in tested) && elsewhere[$1] != "killed"' - "$DIR/results.tsv" "$DIR/candidates"
}

# wanted: the candidates to be tested, in the order of the seed if it is a sample.
wanted() {
	local row path

	untested | while IFS= read -r row; do
		IFS=$'\t' read -r _ path _ <<<"$row"
		# shellcheck disable=SC2053 # a glob
		[[ $path != $only ]] || echo "$row"
	done | if [ -n "$minutes" ]; then
		awk -v seed="$seed" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' | sort -n | cut -f 2-
	else
		cat
	fi
}

survived() { results | grep -c $'\tsurvived\t' || true; }

test_all() {
	local row nr=0 all start=$SECONDS last=$SECONDS

	wanted >"$SCRATCH/wanted"
	all=$(wc -l <"$SCRATCH/wanted")
	while IFS= read -r row <&3; do
		[ -z "$minutes" ] || [ $((SECONDS - start)) -lt $((minutes * 60)) ] || break
		nr=$((nr + 1))
		verdict "${row%%$'\t'*}" "$row"
		[ $((SECONDS - last)) -ge 15 ] || continue
		last=$SECONDS
		say "   $nr of $all, $(survived) have survived, $(((SECONDS - start) * (all - nr) / nr / 60)) min left"
	done 3<"$SCRATCH/wanted"
}

# results: the last of each mutant, with what is known not to be noticed.
results() {
	awk -F'\t' -v OFS='\t' 'FILENAME == ARGV[1] { if (!/^#/ && NF >= 5) known[$1, $2, $3, $4]; next }
		($2, $3, $5, $6) in known || ("*", "*", $5, $6) in known { $7 = $7 == "killed" ? "killed, though equivalent" : "equivalent" }
		{ row[$1] = $0 }
		END { for (number in row) print row[number] }' "$MUTANTS/equivalent" "$DIR/results.tsv" | sort -n
}

# code: whatever verdicts depend on.
code() {
	lab_git -C "$TREE" rev-parse base
	find "$LINUX" -type f | sort | xargs cat "$MUTANTS"/{make.awk,mutant.h,mutant.c}
	our_files mutants
}

# not_run: what no test has come by on any machine.
not_run() {
	awk -F'\t' 'NR == FNR { reached[$1]; next } !($1 in reached)' <(reached "$DIR"/*.{suites,programs}) "$DIR/candidates" >"$DIR/not-run"
}

scratch
mkdir -p "$DIR"
if [ -n "$publish" ]; then
	publish_run mutants table.txt "make mutants" "$DIR"/{table.txt,mutants.tsv,not-run,not-compiled}
	exit 0
fi
"$LAB/deps.sh"
lock_build
TREE=$("$LAB/kernel/assemble.sh")/linux
unlock_build
SUITES=$(suites "$TREE" | xargs)
# What has been tested, and what does not compile, is known as long as the code is the same.
id=$(code | short_hash)
if [ -n "$again" ] || [ "$(cat "$DIR/id" 2>/dev/null)" != "$id" ]; then rm -f "$DIR"/*.{suites,programs} "$DIR"/{not-compiled,results.tsv}; fi
touch "$DIR"/{not-compiled,results.tsv}
echo "$id" >"$DIR/id"
step "building the kernel with all mutants"
build "$TREE"
step "running the tests without any"
learn_all
not_run
describe_run "lab/mutants.sh --on $machine${minutes:+ --minutes $minutes --seed $seed}" >"$DIR/run"
step "testing $(wc -l <"$DIR/candidates") mutants, $(wc -l <"$DIR/not-run") of them in code that no suite comes by here"
test_all
results >"$DIR/mutants.tsv"
awk -f "$MUTANTS/table.awk" "$DIR/not-run" "$DIR/not-compiled" "$DIR/mutants.tsv" | tee "$DIR/table.txt"
say "All of it: ${DIR#"$TOP/"}"
! grep -q $'\tsurvived\t' "$DIR/mutants.tsv"
