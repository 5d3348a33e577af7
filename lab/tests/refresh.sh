#!/bin/bash
# What is edited in build/edit comes back to linux/, and nothing else does.

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
check 'byte for byte' diff -r "$WORK/before" "$LAB_LINUX"

echo more >>"$EDIT/mm/new/a.c"
echo third >"$EDIT/mm/new/c.c"
check 'changes to our own files need no commit' refresh
check 'the file is written' same "$(tail -1 "$LAB_LINUX/mm/new/a.c")" more
check 'so is a new one in a folder of ours' same "$(cat "$LAB_LINUX/mm/new/c.c")" third
check 'build/edit is clean after it' same "$(git -C "$EDIT" status --porcelain)" ''

sed -i '5s/.*/five/' "$EDIT/mm/old.c"
check 'a change to an existing file needs one' fails_saying 'mm/old.c is changed but not committed' refresh
echo fourth >"$EDIT/mm/alone.c"
commit -m 'mm: five, alone'
check 'a new commit' refresh
check 'gets a line with its new file' same "$(tail -1 "$LAB_LINUX/patches/series")" '0003-mm-five-alone.patch mm/alone.c'
check 'and a patch without it' same \
	"$(sed -n 's/^diff --git //p' "$LAB_LINUX/patches/0003-mm-five-alone.patch")" 'a/mm/old.c b/mm/old.c'
check 'the comment in the series stays' same "$(head -1 "$LAB_LINUX/patches/series")" '# the order'

git -C "$EDIT" reset -q --hard HEAD~1
check 'a dropped commit' refresh
check 'takes its patch and file along' test ! -e "$LAB_LINUX/mm/alone.c" -a ! -e "$LAB_LINUX/patches/0003-mm-five-alone.patch"

first=$(git -C "$EDIT" rev-parse HEAD~1) second=$(git -C "$EDIT" rev-parse HEAD)
git -C "$EDIT" reset -q --hard base
git -C "$EDIT" cherry-pick "$second" "$first" >/dev/null
check 'commits in another order' refresh
check 'keep their names' same "$(sed 's/ .*//' "$LAB_LINUX/patches/series" | xargs)" \
	'# 0002-mm-add-the-new.patch 0001-mm-change-the-old.patch'
check 'unless they are to be renumbered' "$LAB/refresh.sh" --renumber
check 'in their order' same "$(tail -n +2 "$LAB_LINUX/patches/series" | xargs)" \
	'0001-mm-add-the-new.patch mm/new 0002-mm-change-the-old.patch'
check 'what a port wants different takes the new name' same "$(ls "$LAB_LINUX/patches/7.2")" 0001-mm-add-the-new.patch

sed -i '30s/.*/thirty/' "$EDIT/mm/old.c"
commit -m 'mm: thirty'
echo elsewhere >>"$LAB_LINUX/mm/new/b.c"
check 'linux/ changed meanwhile: refresh refuses' fails_saying 'linux/ has changed since' refresh
check 'edit brings the work up to it' edit
check 'then refresh writes it' refresh
check 'with both changes' same "$(tail -1 "$LAB_LINUX/mm/new/b.c") $(git -C "$EDIT" show HEAD:mm/old.c | sed -n 30p)" 'elsewhere thirty'
signed_off() {
	git -C "$EDIT" rebase -q base --exec 'git commit -q --amend --no-edit --reset-author --signoff' && refresh &&
		same "$(cat "$LAB_LINUX"/patches/*.patch | grep -cE '^(From|Signed-off-by): T <t@example.org>$')" 6
}
check 'who sends them makes them theirs' signed_off
echo x >>"$EDIT/mm/old.c"
check 'clean does not throw work away' fails_saying 'has work that is not in linux/' "$LAB/clean.sh"

# The next kernel, on which the second of three patches does not fit.
git -C "$EDIT" checkout -q mm/old.c
cp -a "$KERNEL_TREE" "$WORK/next"
sed -i '19s/.*/neunzehn/' "$WORK/next/mm/old.c"
export KERNEL_TREE=$WORK/next
opened() { edit && same "$(git -C "$EDIT" log --format=%s base.. | xargs)" 'mm: add the new'; }
check 'on the next kernel edit opens what fits' opened
check 'and names the rest' grep -q 'not in it.* 0002-mm-change-the-old.patch 0003-mm-thirty.patch' <(edit 2>&1)
check 'which refresh does not take for dropped' fails_saying 'has 3 entries, and build/edit has 1 commits' refresh
sed -i '20s/.*/twenty/' "$EDIT/mm/old.c"
commit -m 'mm: change the old'
sed -i '30s/.*/thirty/' "$EDIT/mm/old.c"
commit -m 'mm: thirty'
check 'with all of them there the series has moved' refresh
moved() { "$LAB/assemble.sh" && same "$(sed -n 's/^ 19$/old/p;s/^ neunzehn$/new/p' "$LAB_LINUX"/patches/0002*)" new; }
check 'and fits' moved
done_testing
