#!/bin/bash
# The tree is put together as the series says, and what does not fit is named.

. "$(dirname "$0")/tap.bash"
fixture

assemble() { "$LAB/assemble.sh" "$@"; }
fixture_git() { git -C "$(assemble 2>/dev/null)/linux" "$@"; }

check 'a series is assembled' assemble
check 'one commit an entry' same "$(fixture_git log --format=%s | xargs -d '\n')" \
	'mm: add the new mm: change the old The kernel as it came'
check 'author, date and text are the mail'\''s' same \
	"$(fixture_git log -1 --format='%an %ae %ad %b')" 'A Tester tester@example.org Thu Jan 1 12:00:00 2026 +0100 Why it is done.'
check 'new files join their commit' same "$(fixture_git show --format= --name-only HEAD | xargs)" 'mm/new/a.c mm/new/b.c'
check 'the patch is applied' same "$(fixture_git show HEAD:mm/old.c | sed -n 20p)" twenty
check 'the same input gives the same commit' same "$(assemble --commit 2>/dev/null)" \
	"$(LAB_BUILD=$WORK/again assemble --commit 2>/dev/null)"
check 'the user'\''s tree is not written to' test ! -e "$KERNEL_TREE/.git" -a ! -e "$KERNEL_TREE/mm/new"

small_change() {
	local tree

	tree=$(assemble 2>/dev/null)/linux
	touch -d '2001-01-01' "$tree"/mm/old.c "$tree"/mm/new/*
	git -C "$tree" update-index -q --refresh
	echo changed >"$LAB_LINUX/mm/new/a.c"
	assemble >/dev/null 2>&1
	same "$(find "$tree/mm" -name '*.c' -newermt '2002-01-01' -printf '%f ')" 'a.c '
}
check 'an edit touches the edited file alone' small_change

overlay() {
	local tree

	mkdir -p "$WORK/overlay/mm/new"
	echo overlaid >"$WORK/overlay/mm/new/a.c"
	tree=$(OVERLAY_EXTRA=$WORK/overlay assemble)/linux
	same "$(cat "$tree/mm/new/a.c")" overlaid && same "$(fixture_git show HEAD:mm/new/a.c)" changed
}
check 'an overlay is laid over a tree of its own' overlay

# with COMMAND: run the rest with linux/ changed by COMMAND, then put it back.
with() {
	local change=$1 status=0

	shift
	cp -a "$LAB_LINUX" "$WORK/kept"
	(cd "$LAB_LINUX" && eval "$change")
	"$@" || status=$?
	rm -rf "$LAB_LINUX"
	mv "$WORK/kept" "$LAB_LINUX"
	return "$status"
}

check 'a reject names patch, hunk, file and version' \
	with 'sed -i "s/^ 19\$/ nineteen/" patches/0001*' \
	fails_saying '0001-mm-change-the-old.patch does not fit this kernel \(7.3.9\): hunk 1 of mm/old.c' assemble
twice() { assemble >/dev/null 2>&1; assemble; }
check 'and does so the second time' \
	with 'sed -i "s/^ 19\$/ nineteen/" patches/0001*' fails_saying 'hunk 1 of mm/old.c' twice
check 'no fuzz: a wrong outermost context line is a reject' \
	with 'sed -i "s/^ 17\$/ seventeen/" patches/0001*' fails_saying 'hunk 1 of mm/old.c' assemble
check 'a new file that no line names' \
	with 'echo x >mm/stray.c' fails_saying 'no line of linux/patches/series names linux/mm/stray.c' assemble
check 'a line that names no patch' \
	with 'echo 0003-none.patch >>patches/series' fails_saying 'names 0003-none.patch, which is not in' assemble
check 'a line that names no file' \
	with 'sed -i "s|mm/new|& mm/none.c|" patches/series' fails_saying 'names mm/none.c, but' assemble
check 'a patch that no line names' \
	with 'cp patches/0002* patches/0003-more.patch' fails_saying '0003-more.patch is not in linux/patches/series' assemble
check 'a patch to a file the kernel does not have' \
	with 'sed -i "s|mm/old.c|mm/gone.c|g" patches/0001*' fails_saying 'touches mm/gone.c, which the kernel does not have' assemble
check 'a patch to a file of ours' \
	with 'sed -i "s|mm/old.c|mm/new/a.c|g" patches/0001*' fails_saying 'edits mm/new/a.c, which is a file of ours' assemble
check 'a new file that the kernel has' \
	with 'cp mm/new/a.c mm/old.c; sed -i "s|mm/new|& mm/old.c|" patches/series; sed -i "/^diff/,/never/d" patches/0001*' \
	fails_saying 'linux/mm/old.c exists in the kernel already' assemble
port() {
	mkdir patches/7.2
	printf '%s\n' '--- a/mm/old.c' '+++ b/mm/old.c' '@@ -40 +40 @@' -40 +forty >patches/7.2/0001-mm-change-the-old.patch
	printf '%s\n' '--- a/mm/new/b.c' '+++ b/mm/new/b.c' '@@ -1 +1,2 @@' ' also new' +ported >patches/7.2/0002-mm-add-the-new.patch
}
ported() {
	local of73 of72

	of73=$(assemble --commit) of72=$(KERNEL=7.2 assemble --commit) || return
	diff <(fixture_git diff --stat=80 "$of73" "$of72" | sed 's/ *|.*//') - <<-'END'
		 mm/new/b.c
		 mm/old.c
		 2 files changed, 2 insertions(+), 1 deletion(-)
	END
}
check 'a port changes what its diffs say, in the commits they are for, and nothing else elsewhere' with port ported
check 'a port that is not there' fails_saying 'has not been ported to Linux 7.1' env KERNEL=7.1 "$LAB/assemble.sh"
check 'a diff of a port that no entry is for' \
	with 'port; mv patches/7.2/0002* patches/7.2/0003-x.patch' fails_saying 'patches/7.2/0003-x.patch is not in' env KERNEL=7.2 "$LAB/assemble.sh"
check 'a diff of a port that does not fit' \
	with 'port; sed -i s/^-40/-41/ patches/7.2/0001*' fails_saying 'patches/7.2/0001-mm-change-the-old.patch does not fit' env KERNEL=7.2 "$LAB/assemble.sh"
check 'after all that the good series still assembles' assemble
done_testing
