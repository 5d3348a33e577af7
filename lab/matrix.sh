#!/bin/bash
# matrix.sh: does what we touch build in other configurations? TAP.
#
# For each lab/config/matrix/*.config the folders in which the series changes C
# files are built with base.config and that fragment. They are not linked to a
# whole kernel; instead, no object may want a symbol which these folders define
# in the normal kernel and no longer do here.

. "$(dirname "$0")/lib.sh"
usage_if_asked "$@"

unset DEBUG CONFIG_EXTRA
normal=$("$LAB/build.sh" --quiet)
tree=$(dirname "$normal")/linux
mapfile -t DIRS < <(lab_git -C "$tree" diff --name-only base HEAD -- '*.c' ':!tools' ':!Documentation' ':!samples' |
	xargs -r -n1 dirname | sort -u)

# symbols OBJDIR NM-OPTION: of the folders' own objects.
symbols() {
	(cd "$1" && find "${DIRS[@]}" -maxdepth 1 -name '*.o' ! -name '*.mod.o' -exec nm "$2" --format=posix {} + 2>/dev/null |
		awk 'NF >= 2 { print $1 }' | sort -u)
}

# missing OBJDIR: wanted here, defined in the normal kernel's folders, not here.
missing() {
	comm -12 <(symbols "$1" --undefined-only) \
		<(comm -23 <(symbols "$normal" --defined-only) <(symbols "$1" --defined-only))
}

try() {
	local obj lost

	obj=$(CONFIG_EXTRA=$1 "$LAB/build.sh" --quiet --only "${DIRS[*]/%//}") || return 1
	lost=$(missing "$obj" | xargs)
	[ -z "$lost" ] || say "wanted but no longer defined: $lost"
	[ -z "$lost" ]
}

for fragment in "$LAB"/config/matrix/*.config; do
	echo "# lab: begin build $(basename "$fragment" .config)"
	echo 1..1
	if try "$fragment" 2>&1 | sed 's/^/# /'; then
		echo "ok 1 ${DIRS[*]}"
	else
		echo "not ok 1 ${DIRS[*]}"
	fi
	echo "# lab: end 0"
done
