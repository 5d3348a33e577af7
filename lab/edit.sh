#!/bin/bash
# edit.sh: build/edit, a git tree of the patched kernel to work in.
#
# One commit for each line of linux/patches/series, on the branch "edit", on top
# of the pristine kernel (tag "base"). Change the commits as you like (git
# commit --amend, git rebase -i base, new commits at the end), then
# "make refresh" writes them back to linux/. On a terminal a shell is opened
# there. A tree that has work in it is kept: run again after linux/ has changed
# and your commits are rebased on the new state. A change in linux/<path> that does
# not fit the later patches of that file becomes part of the commit whose lines it
# changes.
#
# On a kernel that the series does not fit, the commits before the first patch
# that is rejected are there, and the rest is named (docs/porting.md).

. "$(dirname "$0")/lib.sh"
. "$LAB/kernel/series-file.sh"
takes_nothing "$@"

EDIT=$BUILD/edit
START=$BUILD/edit.start	# the assembled commit that the tree began from

unset OVERLAY_EXTRA UM
"$LAB/deps.sh"
lock_build
commit=$("$LAB/kernel/assemble.sh" --commit --partly --absorb)
repo=$("$LAB/kernel/source.sh" 2>/dev/null)/linux
start=$(cat "$START" 2>/dev/null || true)

has_work() { [ -n "$(lab_git -C "$EDIT" status --porcelain)" ] || [ "$(lab_git -C "$EDIT" rev-parse HEAD)" != "$start" ]; }

if [ -e "$EDIT/.git" ] && [ "$(realpath "$(lab_git -C "$EDIT" rev-parse --git-common-dir)")" != "$repo/.git" ]; then
	! has_work || die "build/edit is a tree of another kernel source, with work in it" "make refresh with the same inputs as then, or remove build/edit"
	rm -rf "$EDIT"
fi
if [ ! -e "$EDIT/.git" ]; then
	need_disk "$BUILD" 3 "a tree to edit"
	step "checking out build/edit"
	rm -rf "$EDIT"
	lab_git -C "$repo" worktree prune
	lab_git -C "$repo" worktree add -q -B edit "$EDIT" "$commit" >&2
elif [ "$start" != "$commit" ]; then
	[ -z "$(lab_git -C "$EDIT" status --porcelain -uno)" ] ||
		die "linux/ has changed since build/edit was made, and build/edit has changes not committed" "commit them there, then make edit again"
	step "linux/ has changed: bringing build/edit up to it"
	echo "$commit" >"$START"
	lab_git -C "$EDIT" rebase -q --onto "$commit" "$start" edit >&2 ||
		die "your commits in build/edit conflict with the new state of linux/" "solve it there as git says above, then make refresh"
fi
echo "$commit" >"$START"
unlock_build

read_series
waiting=("${ENTRIES[@]:$(lab_git -C "$EDIT" rev-list --count "base..$commit")}")
[ "${#waiting[@]}" -eq 0 ] || warn "not in it, from the first that does not fit on: ${waiting[*]}"
say "one commit per series entry, on top of the tag 'base'; 'make refresh' writes them back to linux/"
echo "$EDIT"
if [ -t 0 ] && [ -t 1 ]; then
	cd "$EDIT"
	exec "${SHELL:-/bin/bash}"
fi
