#!/bin/bash
# only.sh GLOB: run only the KUnit suites, selftests and drivers whose name matches GLOB.
#
# They run on the kernel as a program (lab/um), which takes seconds. Tests that cannot run
# there (those in lab/um/cannot, and all drivers, because it has no cards) run in QEMU.
# "make check ONLY='glob'" calls this.
#
#   DEBUG=1    use the debug kernels
#   KCSAN=1    run everything in QEMU, on the kernel with KCSAN
#   SETUP=, MEM=, TIMEOUT=: see lab/check.sh --help

. "$(dirname "$0")/../lib.sh"
. "$LAB/check/boot.sh"
. "$LAB/vm/setup-words.sh"
. "$LAB/check/suites.sh"
usage_if_asked "$@"

[ $# -eq 1 ] || die "$(self) wants one glob" "make check ONLY='shmem_transfer_*'"
GLOB=$1
SETUP=$(setup_words "${SETUP-}")
DIR=$OUT/check-only

# named < names: print those that match GLOB.
named() {
	local name

	while read -r name; do
		# shellcheck disable=SC2053 # a glob
		[[ $name != $GLOB ]] || echo "$name"
	done
}

um_cannot() { grep -q "^$1	" "$LAB/um/cannot"; }

# sort_out KIND < names: write each to $SCRATCH/KIND.um or KIND.qemu, where it can run. Only
# QEMU's machine has set-ups, and only there processors race.
sort_out() {
	local name

	truncate -s 0 "$SCRATCH/$1".{um,qemu}
	while read -r name; do
		if [ -n "$SETUP${KCSAN-}${LLVM-}${GDB-}" ] || um_cannot "$name"; then echo "$name" >>"$SCRATCH/$1.qemu"
		else echo "$name" >>"$SCRATCH/$1.um"; fi
	done
}

# on MACHINE: build its kernel and run its tests.
on() {
	local machine=$1 kernel word um=''

	[ -n "$(cat "$SCRATCH"/{kunit,programs,drivers}."$machine")" ] || return 0
	[ "$machine" != um ] || um=1
	kernel=$(UM=$um "$LAB/kernel/build.sh" --quiet)
	for word in kunit programs drivers; do
		[ -s "$SCRATCH/$word.$machine" ] || continue
		check_boot "$kernel" "$word" "$DIR/$machine-$word" "$(xargs <"$SCRATCH/$word.$machine")" |
			tally "$DIR/tally" "$machine"
	done
}

"$LAB/deps.sh"
scratch
rm -rf "$DIR"
mkdir -p "$DIR"
: >"$DIR/tally"
tree=$("$LAB/kernel/assemble.sh")/linux
suites "$tree" | named | sort_out kunit
selftest_names "$tree" | named | sort_out programs
: >"$SCRATCH/drivers.um"
cards 1 | named >"$SCRATCH/drivers.qemu"
[ -n "$(cat "$SCRATCH"/{kunit,programs,drivers}.{um,qemu})" ] ||
	die "no suite, selftest or driver is called '$GLOB'" "choose from: $({ suites "$tree"; selftest_names "$tree"; cards 1; } | xargs)"
on um
on qemu
close_tally "$DIR/tally"
