#!/bin/bash
# clean.sh: remove build/ and out/. The downloaded kernel source and the
# compiler cache in cache/ stay; ALL=1 removes them too.
#
# It refuses if build/edit has work that is not in linux/ yet. FORCE=1 removes that, too.

. "$(dirname "$0")/lib.sh"
takes_nothing "$@"

EDIT=$BUILD/edit
if [ -e "$EDIT/.git" ] && [ -z "${FORCE-}" ]; then
	if [ -n "$(lab_git -C "$EDIT" status --porcelain)" ] ||
	   [ "$(lab_git -C "$EDIT" rev-parse HEAD)" != "$(cat "$BUILD/edit.start")" ]; then
		die "build/edit has work that is not in linux/" "run make refresh first, or remove it with FORCE=1"
	fi
fi
if [ -d "$BUILD" ]; then
	lock_build
	sweep_scratch
	[ -z "$(ls "$BUILD/tmp" 2>/dev/null)" ] || die "a guest or a build is running" "wait until it has ended"
fi
# The Debian in which packages are tried belongs to root.
[ ! -d "$BUILD/debian" ] || [ "$(id -u)" = 0 ] || sudo rm -rf "$BUILD/debian"
rm -rf "$BUILD" "$OUT"
if [ -n "${ALL-}" ]; then
	rm -rf "$CACHE"
	say "build/, out/ and cache/ are removed"
else
	say "build/ and out/ are removed; cache/ stays (ALL=1 removes it)"
fi
