#!/bin/bash
# refresh.sh writes the work in build/edit back to linux/, and nothing else.

. "$(dirname "$0")/tap.bash"
fixture
EDIT=$LAB_BUILD/edit
export GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=T GIT_COMMITTER_EMAIL=t@example.org

refresh() { "$LAB/refresh.sh"; }
edit() { "$LAB/edit.sh" </dev/null; }
commit() { git -C "$EDIT" add -A && git -C "$EDIT" commit -q "$@"; }

check 'refresh without edit says so' fails_saying 'there is no build/edit' refresh
check 'edit makes a tree' edit
# The fixture's mails are not quite git's: the first refresh makes them so.
check 'refresh writes mails' refresh
mkdir "$LAB_LINUX/patches/7.2"
echo diff >"$LAB_LINUX/patches/7.2/0002-mm-add-the-new.patch"
cp -a "$LAB_LINUX" "$WORK/before"
check 'a second refresh is a no-op' refresh
check 'it changes no byte' diff -r "$WORK/before" "$LAB_LINUX"

echo more >>"$EDIT/mm/new/a.c"
echo third >"$EDIT/mm/new/c.c"
check 'changes to our own files need no commit' refresh
check 'the file is written' same "$(tail -1 "$LAB_LINUX/mm/new/a.c")" more
check 'a new file in a folder of ours is written' same "$(cat "$LAB_LINUX/mm/new/c.c")" third
check 'build/edit is clean after it' same "$(git -C "$EDIT" status --porcelain)" ''

sed -i '5s/.*/five/' "$EDIT/mm/old.c"
check 'a change to an existing file needs a commit' fails_saying 'mm/old.c is changed but not committed' refresh
echo fourth >"$EDIT/mm/alone.c"
commit -m 'mm: five, alone'
check 'a new commit' refresh
check 'the new commit has a line with its new file' same "$(tail -1 "$LAB_LINUX/patches/series")" '0003-mm-five-alone.patch mm/alone.c'
check 'the new commit'\''s patch is without its new file' same \
	"$(sed -n 's/^diff --git //p' "$LAB_LINUX/patches/0003-mm-five-alone.patch")" 'a/mm/old.c b/mm/old.c'
check 'the comment in the series stays' same "$(head -1 "$LAB_LINUX/patches/series")" '# the order'

git -C "$EDIT" reset -q --hard HEAD~1
check 'a dropped commit' refresh
check 'the dropped commit'\''s patch and file are gone' test ! -e "$LAB_LINUX/mm/alone.c" -a ! -e "$LAB_LINUX/patches/0003-mm-five-alone.patch"

first=$(git -C "$EDIT" rev-parse HEAD~1) second=$(git -C "$EDIT" rev-parse HEAD)
git -C "$EDIT" reset -q --hard base
git -C "$EDIT" cherry-pick "$second" "$first" >/dev/null
check 'commits in another order' refresh
check 'reordered commits keep their names' same "$(sed 's/ .*//' "$LAB_LINUX/patches/series" | xargs)" \
	'# 0002-mm-add-the-new.patch 0001-mm-change-the-old.patch'
check '--renumber ends with 0' "$LAB/refresh.sh" --renumber
check '--renumber numbers the patches in order' same "$(tail -n +2 "$LAB_LINUX/patches/series" | xargs)" \
	'0001-mm-add-the-new.patch mm/new 0002-mm-change-the-old.patch'
check 'a port'\''s diff gets the new name' same "$(ls "$LAB_LINUX/patches/7.2")" 0001-mm-add-the-new.patch

sed -i '30s/.*/thirty/' "$EDIT/mm/old.c"
commit -m 'mm: thirty'
echo elsewhere >>"$LAB_LINUX/mm/new/b.c"
check 'linux/ changed meanwhile: refresh refuses' fails_saying 'linux/ has changed since' refresh
check 'edit brings the work up to it' edit
check 'then refresh writes it' refresh
check 'both changes are written' same "$(tail -1 "$LAB_LINUX/mm/new/b.c") $(git -C "$EDIT" show HEAD:mm/old.c | sed -n 30p)" 'elsewhere thirty'
signed_off() {
	git -C "$EDIT" rebase -q base --exec 'git commit -q --amend --no-edit --reset-author --signoff' && refresh &&
		same "$(cat "$LAB_LINUX"/patches/*.patch | grep -cE '^(From|Signed-off-by): T <t@example.org>$')" 6
}
check 'the command for signing off works' signed_off
echo x >>"$EDIT/mm/old.c"
check 'clean does not remove work in build/edit' fails_saying 'has work that is not in linux/' "$LAB/clean.sh"

# The next kernel, on which the second of three patches does not fit.
git -C "$EDIT" checkout -q mm/old.c
cp -a "$KERNEL_TREE" "$WORK/next"
sed -i '19s/.*/neunzehn/' "$WORK/next/mm/old.c"
export KERNEL_TREE=$WORK/next
opened() { edit && same "$(git -C "$EDIT" log --format=%s base.. | xargs)" 'mm: add the new'; }
check 'on the next kernel edit opens what fits' opened
check 'edit names the patches that do not fit' grep -q 'not in it.* 0002-mm-change-the-old.patch 0003-mm-thirty.patch' <(edit 2>&1)
check 'refresh does not drop the patches that do not fit' fails_saying 'has 3 entries, and build/edit has 1 commits' refresh
sed -i '20s/.*/twenty/' "$EDIT/mm/old.c"
commit -m 'mm: change the old'
sed -i '30s/.*/thirty/' "$EDIT/mm/old.c"
commit -m 'mm: thirty'
check 'with all of them there the series has moved' refresh
moved() { "$LAB/kernel/assemble.sh" && same "$(sed -n 's/^ 19$/old/p;s/^ neunzehn$/new/p' "$LAB_LINUX"/patches/0002*)" new; }
check 'the moved series fits the next kernel' moved

# A file of ours that later entries change, on the first kernel again.
rm -rf "$LAB_BUILD" "$LAB_LINUX"
growing_fixture
edit_git() { git -C "$EDIT" "$@"; }
# each_holds PATH FILE...: the last commits of build/edit have one FILE each, the last first.
each_holds() {
	local i=0 file

	for file in "${@:2}"; do
		edit_git show "HEAD~$i:$1" | diff - "$file" || return
		i=$((i + 1))
	done
}
# changes PATCH: the lines that it takes away and adds.
changes() { sed -n '/^diff /,$s/^[-+]\([^-+]\)/\1/p' "$LAB_LINUX/patches/$1"* | xargs; }
# as_edited: linux/ gives what build/edit has, in each commit, and another refresh nothing else.
as_edited() {
	rm -rf "$WORK/refreshed"
	cp -a "$LAB_LINUX" "$WORK/refreshed"
	refresh && diff -r "$WORK/refreshed" "$LAB_LINUX" &&
		same "$("$LAB/kernel/assemble.sh" --commit)" "$(edit_git rev-parse HEAD)" &&
		edit_git show HEAD:mm/new/a.c | diff - "$LAB_LINUX/mm/new/a.c"
}
check 'edit makes a tree of files that grow' edit
check 'each commit has its state of the files' each_holds mm/new/a.c "$WORK/a.3" "$WORK/a.2" "$WORK/a.1"
check 'refresh writes it' refresh
check 'refresh writes the last content to linux/' same "$(cat "$LAB_LINUX/mm/new/a.c" "$LAB_LINUX/mm/new/run")" "$(cat "$WORK/a.3" "$WORK/run.2")"
check 'refresh writes the changes to the patches' same "$(changes 0002); $(changes 0003); $(changes 0004)" \
	'; 20 twenty 35 35 grows; 21 twenty-one and more the end echo one echo two'
check 'refreshing again changes nothing' as_edited

# The early commit gets another line 3 and the later one another 21.
early_and_late() {
	sed -i 's/^3$/three/' "$EDIT/mm/new/a.c" && commit --fixup HEAD~2 &&
		sed -i 's/^twenty-one$/XXI/' "$EDIT/mm/new/a.c" && commit --fixup HEAD~1 &&
		GIT_SEQUENCE_EDITOR=: edit_git rebase -q -i --autosquash base && refresh &&
		for i in 1 2 3; do sed 's/^3$/three/; s/^twenty-one$/XXI/' "$WORK/a.$i" >"$WORK/now.$i"; done
}
check 'a change in the early commit and one in the later' early_and_late
check 'both changes are in the commits in which they were made' each_holds mm/new/a.c "$WORK/now.3" "$WORK/now.2" "$WORK/now.1"
check 'the later change is in its patch' same "$(changes 0004)" '21 XXI and more the end echo one echo two'
check 'after that, refreshing again changes nothing' as_edited

uncommitted() {
	sed -i 's/^the end$/The End/; s/^5$/five/' "$EDIT/mm/new/a.c" && refresh &&
		for i in 1 2 3; do sed -i 's/^the end$/The End/; s/^5$/five/' "$WORK/now.$i"; done
}
check 'uncommitted changes to a file of ours' uncommitted
check 'uncommitted changes go to the commits that their lines come from' each_holds mm/new/a.c "$WORK/now.3" "$WORK/now.2" "$WORK/now.1"
check 'the patches with uncommitted changes fit' as_edited
mode() {
	chmod "$1" "$EDIT/mm/new/a.c" && refresh && as_edited &&
		same "$(for i in 2 1 0; do edit_git ls-tree "HEAD~$i" mm/new/a.c; done | cut -d' ' -f1 | xargs)" "$2"
}
check 'a file made executable is so in all commits' mode +x '100755 100755 100755'
check 'a file made not executable is so in all commits' mode -x '100644 100644 100644'

one_more() { sed -i 's/^twenty$/XX/' "$EDIT/mm/new/a.c" && commit -m 'mm: and again' && refresh; }
check 'one more commit that changes it' one_more
check 'the commit has a line' same "$(tail -1 "$LAB_LINUX/patches/series")" 0005-mm-and-again.patch
check 'the commit has a patch' same "$(changes 0005)" 'twenty XX'
check 'after the new commit, refreshing again changes nothing' as_edited

refused() {
	commit -m 'mm: what cannot be' && fails_saying "$1" refresh && edit_git reset -q --hard HEAD~1
}
rm "$EDIT/mm/new/run"
check 'a commit that removes a file of ours' refused "'mm: what cannot be' in build/edit removes mm/new/run, which an earlier commit adds"
mv "$EDIT/mm/new/run" "$EDIT/mm/new/walk"
check 'a commit that renames a file of ours' refused 'removes mm/new/run, which'
chmod -x "$EDIT/mm/new/run"
check 'a commit that changes the mode of a file of ours' refused '0006-mm-what-cannot-be.patch changes the mode of mm/new/run, which is a file of ours'
rm "$EDIT/mm/new/run"
never_was() { refresh && [ ! -e "$LAB_LINUX/mm/new/run" ] && fails grep -r 'new/run' "$LAB_LINUX/patches"; }
check 'a file that is removed without a commit is gone from all commits' never_was
check 'after the removal, refreshing again changes nothing' as_edited

# Edited in linux/, where a later patch has changed it.
sed -i 's/^XXI$/einundzwanzig/; s/^30$/thirty/' "$LAB_LINUX/mm/new/a.c"
check 'a change that conflicts with a later patch' fails_saying '0005-mm-and-again.patch .* hunk 1 of mm/new/a.c' "$LAB/kernel/assemble.sh"
check 'edit takes such a change' edit
check 'the change still does not fit linux/' fails_saying 'hunk 1 of mm/new/a.c' "$LAB/kernel/assemble.sh"
check 'refresh writes the change' refresh
check 'the change is in the patch that its line comes from' same "$(changes 0005)" 'twenty XXI XX einundzwanzig'
check 'a change without a conflict is in the commit that adds the file' same \
	"$(edit_git show HEAD~3:mm/new/a.c | sed -n '3p;5p;20p;21p;30p' | xargs)" 'three five 20 21 thirty'
check 'after the change, refreshing again changes nothing' as_edited

# A patch whose original files are not known.
unknown() {
	sed -i '/^index /d' "$LAB_LINUX/patches/0005"*
	sed -i 's/^einundzwanzig$/21/' "$LAB_LINUX/mm/new/a.c"
	edit
}
check 'edit says so if it does not know how the file was before' fails_saying 'the lab does not know how the file was before' unknown

# A series in parts.
rm -rf "$LAB_LINUX" "$LAB_BUILD"
growing_fixture
sed -i -e '/^0001/i # part: old' -e '/^0002/i # part: new' -e '/^0004/i # part: more' "$LAB_LINUX/patches/series"
parts() { sed -n 's/^# part: \(.*\)/[\1]/p; s/^0*\([0-9]\).*/\1/p' "$LAB_LINUX/patches/series" | xargs; }
in_parts() { edit && refresh && parts; }
check 'parts stay' same "$(in_parts 2>/dev/null | tail -1)" '[old] 1 [new] 2 3 [more] 4'
last=$(git -C "$EDIT" rev-parse HEAD)
git -C "$EDIT" reset -q --hard HEAD~3
sed -i '2s/.*/two/' "$EDIT/mm/old.c"
commit -m 'mm: early'
early=$(git -C "$EDIT" rev-parse HEAD)
git -C "$EDIT" cherry-pick "$last~3..$last" >/dev/null
check 'a new commit' refresh
check 'a new commit joins the part of the one before it' same "$(parts)" '[old] 1 5 [new] 2 3 [more] 4'
git -C "$EDIT" reset -q --hard base
git -C "$EDIT" cherry-pick "$last~4..$last" >/dev/null
git -C "$EDIT" cherry-pick "$early" >/dev/null
check 'a commit that is moved' refresh
check 'a moved commit joins the part of the one before it, and the others stay' same "$(parts)" '[old] 1 [new] 2 3 [more] 4 5'
git -C "$EDIT" reset -q --hard HEAD~2
check 'a part without commits' refresh
check 'a part without commits is gone' same "$(parts)" '[old] 1 [new] 2 3'
done_testing
