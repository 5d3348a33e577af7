#!/bin/bash
# clean.sh: remove build/ and out/. The downloaded kernel source and the
# compiler cache in cache/ stay; ALL=1 removes them too.
#
# Work in build/edit that is not in linux/ yet is not thrown away: FORCE=1 does.

. "$(dirname "$0")/lib.sh"
takes_nothing "$@"

EDIT=$BUILD/edit
if [ -e "$EDIT/.git" ] && [ -z "${FORCE-}" ]; then
	if [ -n "$(lab_git -C "$EDIT" status --porcelain)" ] ||
	   [ "$(lab_git -C "$EDIT" rev-parse HEAD)" != "$(cat "$BUILD/edit.start")" ]; then
		die "build/edit has work that is not in linux/" "make refresh first, or throw it away with FORCE=1"
	fi
fi
if [ -d "$BUILD" ]; then
	lock_build
	sweep_scratch
	[ -z "$(ls "$BUILD/tmp" 2>/dev/null)" ] || die "a guest or a build is running" "let it end first"
fi
# The Debian that packages are tried in is root's.
[ ! -d "$BUILD/debian" ] || [ "$(id -u)" = 0 ] || sudo rm -rf "$BUILD/debian"
rm -rf "$BUILD" "$OUT"
if [ -n "${ALL-}" ]; then
	rm -rf "$CACHE"
	say "build/, out/ and cache/ are removed"
else
	say "build/ and out/ are removed; cache/ stays (ALL=1 removes it)"
fi
