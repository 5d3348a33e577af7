#!/bin/bash
# matrix.sh: does what we touch build in other configurations? TAP.
#
# For each lab/check/matrix/*.config the folders in which the series changes C
# files are built with base.config and that fragment. They are not linked to a
# whole kernel; instead, no object may want a symbol which these folders define
# in the normal kernel and no longer do here.
#
# Drivers that the normal kernel does not have are not made as a whole: of drivers.config
# only the objects of what the series changes are, and ttm.ko, for modpost's verdict.
#
# A fragment with a line "# for ARCH PREFIX" is for another machine, with the compiler
# PREFIXgcc. Of what the series changes, the objects that the normal kernel has are made.

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

# machine FRAGMENT: another one's architecture, and prefix if it has any.
machine() { sed -n 's/^# for //p' "$1"; }

# single_objects FRAGMENT: and no whole folders?
single_objects() { [[ $1 == */drivers.config ]] || [ -n "$(machine "$1")" ]; }

# targets FRAGMENT
targets() {
	case $1 in
	*/drivers.config)
		changed_objects | sed -n '/^drivers/{/tests/!p}'
		# Of the rest of the kernel there is nothing that it could find.
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
	# They want what their neighbours define.
	! single_objects "$1" || return 0
	symbols "$obj" "$SCRATCH/here" "${DIRS[@]}"
	lost=$(missing_symbols "$SCRATCH/here" "$SCRATCH/normal.defined" | xargs)
	[ -z "$lost" ] || say "wanted but no longer defined: $lost"
	[ -z "$lost" ]
}

for fragment in "$LAB"/check/matrix/*.config; do
	echo "# lab: begin build $(basename "$fragment" .config)"
	echo 1..1
	if try "$fragment" 2>&1 | sed 's/^/# /'; then
		echo "ok 1 ${DIRS[*]}"
	else
		echo "not ok 1 ${DIRS[*]}"
	fi
	echo "# lab: end 0"
done
