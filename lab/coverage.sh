#!/bin/bash
# coverage.sh [option...]: which lines of what the series adds to mm and TTM have the tests run? With
# gcov on these files alone (lab/kernel/ours.tsv).
#
#   --um            only on the kernel as a program (lab/um): KUnit suites, selftests
#   --qemu          only in QEMU: the same, and the drivers of cards, in half an hour
#   --table         only the table, of what has run
#
# A line has run if it has anywhere. Branches are those of QEMU's machine. out/coverage/ gets
# table.txt, by file and function, and not-run, the lines that never did: file, function,
# line, text. What is in there, and why, is in docs/testing.md.

. "$(dirname "$0")/lib.sh"
. "$LAB/check/boot.sh"
usage_if_asked "$@"

um=1 qemu=1
while [ $# -gt 0 ]; do
	case $1 in
	--um) qemu='' ;;
	--qemu) um='' ;;
	--table) um='' qemu='' ;;
	*) unknown "$1" ;;
	esac
	shift
done

DIR=$OUT/coverage
OVERLAY=$DIR/overlay
FILES=$(our_files coverage | sort)
export QUIET=1

# overlay TREE: Makefiles that have these files profiled.
overlay() {
	local file dir

	rm -rf "$OVERLAY"
	for file in $FILES; do
		dir=$(dirname "$file")
		mkdir -p "$OVERLAY/$dir"
		[ -e "$OVERLAY/$dir/Makefile" ] || cp "$1/$dir/Makefile" "$OVERLAY/$dir/"
		echo "GCOV_PROFILE_$(basename "$file" .c).o := y" >>"$OVERLAY/$dir/Makefile"
	done
}

# job: check/job.sh, and then what has been counted.
job() {
	cat "$LAB/check/job.sh"
	cat <<-'END'
		cd /sys/kernel/debug/gcov || exit
		find . -name '*.gcda' | while read -r counts; do
			mkdir -p "/out/${counts%/*}"
			cat "$counts" >"/out/$counts"
		done
	END
}

# explain MACHINE WHAT KERNEL: gcov's words about a boot.
explain() {
	local file counts at=$DIR/$1-$2

	mkdir -p "$at"
	for file in $FILES; do
		counts=$(find "$SCRATCH/counts" -path "*/${file%.c}.gcda")
		[ -n "$counts" ] || continue
		cp "$counts" "$3/${file%.c}.gcda"
		(cd "$3" && gcov -b -c -t "${file%.c}.o") >"$at/$(tr / _ <<<"$file").gcov" 2>"$SCRATCH/gcov" ||
			{ cat "$SCRATCH/gcov" >&2; die "gcov cannot read $file" "see the lines above"; }
		rm -f "$3/${file%.c}.gcda"
	done
}

# measure MACHINE WHAT: one boot, as 'make check' does it.
measure() {
	local kernel status=0 what=$2 BOOT

	kernel=$(OVERLAY_EXTRA=$OVERLAY CONFIG_EXTRA=$LAB/coverage/kernel.config "$LAB/kernel/build.sh" --quiet)
	step "$1: $what"
	rm -rf "$SCRATCH/counts"
	boot_for "$kernel" "$what" "$SCRATCH/power"
	job >"$SCRATCH/job"
	start_child "$LAB/vm/run.sh" "${BOOT[@]}" --timeout "${TIMEOUT:-3600}" --files "$SCRATCH/counts" \
		--console "$DIR/$1-$what.console" -- "$SCRATCH/job" >"$DIR/$1-$what.tap" 2>"$SCRATCH/err"
	await_child || status=$?
	[ "$status" -eq 0 ] || { tail -20 "$SCRATCH/err" >&2; die "the tests did not come to their end" "see the lines above"; }
	tally "$SCRATCH/tally" "$1" <"$DIR/$1-$what.tap"
	explain "$1" "$what" "$kernel"
}

on_um() {
	local -x UM=1

	measure um kunit
	# Counting takes memory.
	MEM=${MEM:-640} measure um programs
}

in_qemu() {
	local what

	for what in kunit selftests crowd drivers; do measure qemu "$what"; done
}

table() {
	for file in $FILES; do printf '%s\t%s\n' "$file" "$(ours "$1" "$file")"; done >"$DIR/ours"
	awk -v not_run="$DIR/not-run" -f "$LAB/coverage/report.awk" "$DIR/ours" "$DIR"/*/*.gcov >"$DIR/table.txt"
	cat "$DIR/table.txt"
}

scratch
mkdir -p "$DIR"
"$LAB/deps.sh"
lock_build
tree=$("$LAB/kernel/assemble.sh")/linux
unlock_build
overlay "$tree"
[ -z "$um" ] || on_um
[ -z "$qemu" ] || in_qemu
table "$tree"
say "All of it: ${DIR#"$TOP/"}"
