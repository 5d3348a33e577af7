# shellcheck shell=bash disable=SC2034
# For the lab's own tests: TAP, a small kernel-like tree, a folder of their own.

set -uo pipefail
export LC_ALL=C
LAB=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# The inputs of 'make check' are not for these tests, except those for the kernel.
unset CONFIG_EXTRA OVERLAY_EXTRA DEBUG KCSAN MEM CPUS V CMD UPDATE TIMEOUT FORCE ALL MINUTES SEED TURNS FAST MODULES QEMU_ARGS LANES ONLY SETUP NAME SHARES KINDS PART ROLL

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
CASES=0
FAILURES=0

# check NAME COMMAND...: one case. If it fails, the command's output is printed.
check() {
	local name=$1 said

	shift
	CASES=$((CASES + 1))
	if said=$("$@" 2>&1); then
		echo "ok $CASES $name"
	else
		FAILURES=$((FAILURES + 1))
		[ -z "$said" ] || while IFS= read -r line; do echo "# $line"; done <<<"$said"
		echo "not ok $CASES $name"
	fi
}

done_testing() {
	echo "1..$CASES"
	[ "$FAILURES" -eq 0 ]
}

# fails_saying REGEX COMMAND...: the command must fail, print REGEX, and print a fix.
fails_saying() {
	local want=$1 said status=0

	shift
	said=$("$@" 2>&1) || status=$?
	echo "$said"
	[ "$status" -ne 0 ] || { echo "it did not fail"; return 1; }
	grep -qE -- "$want" <<<"$said" || { echo "it did not say: $want"; return 1; }
	grep -q '^  fix: ' <<<"$said" || { echo "it did not say how to fix it"; return 1; }
}

same() { [ "$1" = "$2" ] || { printf 'is:        %s\nshould be: %s\n' "$1" "$2"; return 1; }; }

# fails COMMAND...: the command must fail, such as a grep that finds nothing.
fails() { ! "$@"; }

# fixture: make a tree with a few files in place of a kernel, a linux/ with a series of two
# patches, and have the lab work on these.
fixture() {
	unset KERNEL KERNEL_TARBALL
	export KERNEL_TREE=$WORK/kernel LAB_BUILD=$WORK/build LAB_LINUX=$WORK/linux LAB_OUT=$WORK/out
	mkdir -p "$KERNEL_TREE/mm" "$LAB_LINUX/patches" "$LAB_LINUX/mm/new"
	printf 'VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 9\n' >"$KERNEL_TREE/Makefile"
	seq 1 40 >"$KERNEL_TREE/mm/old.c"
	echo 'obj-y += old.o' >"$KERNEL_TREE/mm/Makefile"
	printf '.*\n*.o\n/*\n!/debian/\n' >"$KERNEL_TREE/.gitignore"
	touch "$KERNEL_TREE/Kbuild"
	echo 'new' >"$LAB_LINUX/mm/new/a.c"
	echo 'also new' >"$LAB_LINUX/mm/new/b.c"
	mail 'mm: change the old' '20s/.*/twenty/' >"$LAB_LINUX/patches/0001-mm-change-the-old.patch"
	mail 'mm: add the new' '' >"$LAB_LINUX/patches/0002-mm-add-the-new.patch"
	printf '%s\n' '# the order' '0001-mm-change-the-old.patch' '0002-mm-add-the-new.patch mm/new' \
		>"$LAB_LINUX/patches/series"
}

# own_lab: go to a repository with a copy of the lab, whose scripts a test can replace by
# stand-ins. Nothing is installed there or built, and no kernel source is looked for.
own_lab() {
	TOP=$WORK/repository
	export LAB_OUT=$WORK/out LAB_RESULTS=$WORK/results KERNEL_TREE=$WORK/tree
	mkdir -p "$TOP"
	cp -r "$LAB" "$TOP/lab"
	cd "$TOP" || exit
	printf '#!/bin/bash\n' | tee lab/deps.sh lab/kernel/build.sh >/dev/null
}

# growing_fixture: the same with two more patches. Both change mm/new/a.c, which 0002 adds. The
# last one also changes mm/new/run, which is executable.
growing_fixture() {
	local new patches

	fixture
	new=$LAB_LINUX/mm/new patches=$LAB_LINUX/patches
	seq 1 40 >"$WORK/a.1"
	sed '20s/.*/twenty/' "$WORK/a.1" >"$WORK/a.2"
	sed '21s/.*/twenty-one\nand more/; $a the end' "$WORK/a.2" >"$WORK/a.3"
	printf '%s\n' '#!/bin/sh' 'echo one' >"$WORK/run.1"
	printf '%s\n' '#!/bin/sh' 'echo two' >"$WORK/run.2"
	cp "$WORK/a.3" "$new/a.c"
	install -m 755 "$WORK/run.2" "$new/run"
	{
		mail 'mm: grow the new' '35s/.*/35 grows/'
		diff_of mm/new/a.c "$WORK/a.1" "$WORK/a.2"
	} >"$patches/0003-mm-grow-the-new.patch"
	{
		mail 'mm: grow it again' ''
		diff_of mm/new/a.c "$WORK/a.2" "$WORK/a.3"
		diff_of mm/new/run "$WORK/run.1" "$WORK/run.2"
	} >"$patches/0004-mm-grow-it-again.patch"
	printf '%s\n' 0003-mm-grow-the-new.patch 0004-mm-grow-it-again.patch >>"$patches/series"
}

# mail SUBJECT SED-COMMAND: print a patch to mm/old.c, or one without a diff.
mail() {
	printf 'From %040d Mon Sep 17 00:00:00 2001\nFrom: A Tester <tester@example.org>\n' 0
	printf 'Date: Thu, 1 Jan 2026 12:00:00 +0100\nSubject: [PATCH] %s\n\nWhy it is done.\n\n---\n' "$1"
	[ -z "$2" ] || diff_of mm/old.c "$KERNEL_TREE/mm/old.c" <(sed "$2" "$KERNEL_TREE/mm/old.c")
}

# diff_of PATH OLD NEW: print a diff as git makes it.
diff_of() {
	cat "$3" >"$WORK/new"
	printf 'diff --git a/%s b/%s\nindex %s..%s\n' "$1" "$1" "$(git hash-object "$2")" "$(git hash-object "$WORK/new")"
	diff -u --label "a/$1" --label "b/$1" "$2" "$WORK/new" || :
}
