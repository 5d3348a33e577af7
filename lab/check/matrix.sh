#!/bin/bash
# matrix.sh: check that the changed code builds in other configurations. Prints TAP.
#
# For each lab/check/matrix/*.config, the folders in which the series changes C files are built
# with base.config and that fragment. They are not linked to a whole kernel. Instead, no
# object may need a symbol that these folders define in the normal kernel and not here.
#
# drivers.config is for drivers that the normal kernel does not have. Only the objects of the
# files that the series changes are built, and ttm.ko, so that modpost checks it.
#
# A fragment with a line "# for ARCH PREFIX" is for another machine, with the compiler
# PREFIXgcc. Only the changed files that the normal kernel has are built.
#
# Last, vttm is built on the stock kernel, with which the bench and others compare.

. "$(dirname "$0")/../lib.sh"
. "$LAB/kernel/touched.sh"
takes_nothing "$@"

unset DEBUG KCSAN CONFIG_EXTRA LAB_CROSS
"$LAB/deps.sh" matrix
normal=$("$LAB/kernel/build.sh" --quiet)
tree=$(dirname "$normal")/linux
mapfile -t DIRS < <(touched_folders "$tree")
scratch
symbols "$normal" "$SCRATCH/normal" "${DIRS[@]}"

changed_objects() { changed_files "$tree" | sed 's/c$/o/'; }

# machine FRAGMENT: print the other machine's architecture, and the compiler's prefix if any.
machine() { sed -n 's/^# for //p' "$1"; }

# single_objects FRAGMENT: true if single objects are built and no whole folders.
single_objects() { [[ $1 == */drivers.config ]] || [ -n "$(machine "$1")" ]; }

# targets FRAGMENT: print make's targets.
targets() {
	case $1 in
	*/drivers.config)
		changed_objects | sed -n '/^drivers/{/tests/!p}'
		# modpost finds nothing of the rest of the kernel, so it may only warn.
		echo drivers/gpu/drm/ttm/ttm.ko KBUILD_MODPOST_WARN=1
		;;
	*)
		if single_objects "$1"; then (cd "$normal" && changed_objects | xargs ls 2>/dev/null)
		else printf '%s/\n' "${DIRS[@]}"; fi
		;;
	esac
}

try() {
	local obj lost

	obj=$(LAB_CROSS=$(machine "$1") CONFIG_EXTRA=$1 "$LAB/kernel/build.sh" --quiet --only "$(targets "$1" | xargs)") || return 1
	# Single objects need symbols of their neighbours, so this cannot be checked.
	! single_objects "$1" || return 0
	symbols "$obj" "$SCRATCH/here" "${DIRS[@]}"
	lost=$(missing_symbols "$SCRATCH/here" "$SCRATCH/normal.defined" | xargs)
	[ -z "$lost" ] || say "wanted but no longer defined: $lost"
	[ -z "$lost" ]
}

# The stock kernel has vttm alone, and headers in place of what vttm needs of the series.
try_stock() { STOCK=1 "$LAB/kernel/build.sh" --quiet --only drivers/gpu/drm/vttm/ >/dev/null; }

# result NAME COMMAND...: as TAP.
result() {
	echo "# lab: begin build $1"
	echo 1..1
	if "${@:2}" 2>&1 | sed 's/^/# /'; then
		echo "ok 1 $1"
	else
		echo "not ok 1 $1"
	fi
	echo "# lab: end 0"
}

for fragment in "$LAB"/check/matrix/*.config; do
	result "$(basename "$fragment" .config)" try "$fragment"
done
result stock try_stock
