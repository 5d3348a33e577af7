#!/bin/bash
# edit.sh: make build/edit, a git tree of the patched kernel to work in.
#
# The tree has one commit for each line of linux/patches/series, on the branch "edit", on
# top of the pristine kernel (tag "base"). Change the commits as you like (git commit
# --amend, git rebase -i base, new commits at the end). "make refresh" then writes them back
# to linux/. On a terminal, edit.sh opens a shell in the tree.
#
# A tree with work in it is kept. If linux/ has changed, run edit.sh again to rebase your
# commits on the new state. If a change in linux/<path> does not fit the later patches of that
# file, it becomes part of the commit whose lines it changes.
#
# If the series does not fit the kernel, the tree has the commits before the first rejected
# patch, and edit.sh names the others (docs/porting.md).

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
	! has_work || die "build/edit is a tree of another kernel source, with work in it" "run make refresh with the same inputs as for make edit, or remove build/edit"
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
		die "linux/ has changed since build/edit was made, and build/edit has changes that are not committed" "commit them there, then run make edit again"
	step "linux/ has changed: bringing build/edit up to it"
	echo "$commit" >"$START"
	lab_git -C "$EDIT" rebase -q --onto "$commit" "$start" edit >&2 ||
		die "your commits in build/edit conflict with the new state of linux/" "resolve the conflict there as git says above, then run make refresh"
fi
echo "$commit" >"$START"
unlock_build

read_series
waiting=("${ENTRIES[@]:$(lab_git -C "$EDIT" rev-list --count "base..$commit")}")
[ "${#waiting[@]}" -eq 0 ] || warn "these are not in it, because the first of them does not fit: ${waiting[*]}"
say "build/edit has one commit for each line of the series, on top of the tag 'base'; 'make refresh' writes them back to linux/"
echo "$EDIT"
if [ -t 0 ] && [ -t 1 ]; then
	cd "$EDIT"
	exec "${SHELL:-/bin/bash}"
fi
