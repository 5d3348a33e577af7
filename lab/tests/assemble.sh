#!/bin/bash
# assemble.sh makes the tree of the series, and names what does not fit.

. "$(dirname "$0")/tap.bash"
fixture

assemble() { "$LAB/kernel/assemble.sh" "$@"; }
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
check 'it does so again the second time' \
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
	with 'sed -i "s|mm/old.c|mm/gone.c|g" patches/0001*' fails_saying 'edits mm/gone.c, which the kernel does not have' assemble
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
check 'a port that does not exist' fails_saying 'has not been ported to Linux 7.1' env KERNEL=7.1 "$LAB/kernel/assemble.sh"
check 'a diff of a port without an entry' \
	with 'port; mv patches/7.2/0002* patches/7.2/0003-x.patch' fails_saying 'patches/7.2/0003-x.patch is not in' env KERNEL=7.2 "$LAB/kernel/assemble.sh"
check 'a diff of a port that does not fit' \
	with 'port; sed -i s/^-40/-41/ patches/7.2/0001*' fails_saying 'patches/7.2/0001-mm-change-the-old.patch does not fit' env KERNEL=7.2 "$LAB/kernel/assemble.sh"
check 'after all that the good series still assembles' assemble

# A file of ours that later entries change.
growing_fixture
# holds COMMIT PATH FILE: the commit has FILE as PATH.
holds() { fixture_git show "$1:$2" | diff - "$3"; }
# each_holds PATH FILE...: the last commits have one FILE each, the last first.
each_holds() {
	local i=0 file

	for file in "${@:2}"; do
		holds "HEAD~$i" "$1" "$file" || return
		i=$((i + 1))
	done
}
check 'a file of ours grows commit by commit' each_holds mm/new/a.c "$WORK/a.3" "$WORK/a.2" "$WORK/a.1"
check 'an executable file grows with it' each_holds mm/new/run "$WORK/run.2" "$WORK/run.1" "$WORK/run.1"
check 'the last commit has the file of linux/' holds HEAD mm/new/a.c "$LAB_LINUX/mm/new/a.c"
check 'each commit has its part of the change' same \
	"$(fixture_git log -3 --reverse --format=tformat:then --name-only | xargs)" \
	'then mm/new/a.c mm/new/b.c mm/new/run then mm/new/a.c mm/old.c then mm/new/a.c mm/new/run'
check 'an executable file is executable in all commits' same \
	"$(for i in 2 1 0; do fixture_git ls-tree "HEAD~$i" mm/new/run; done | cut -d' ' -f1 | xargs)" '100755 100755 100755'
elsewhere() {
	sed 1izero "$WORK/a.1" >"$WORK/first"
	each_holds mm/new/a.c "$LAB_LINUX/mm/new/a.c" <(sed 1izero "$WORK/a.2") "$WORK/first"
}
check 'a change elsewhere in it belongs to the first' with 'sed -i 1izero mm/new/a.c' elsewhere
check 'a change where a later patch has changed it names patch, hunk and file' \
	with 'sed -i "s/^the end/The end/" mm/new/a.c' \
	fails_saying '0004-mm-grow-it-again.patch does not fit linux/ as it is now: hunk 2 of mm/new/a.c, near line 39,' assemble
check 'it does so again the second time' \
	with 'sed -i "s/^the end/The end/" mm/new/a.c' fails_saying 'hunk 2 of mm/new/a.c' twice
check 'a change in the context does so, too' \
	with 'sed -i "s/^18\$/eighteen/" mm/new/a.c' fails_saying '0004-.* hunk 1 of mm/new/a.c' assemble
check 'a change that conflicts with an earlier patch does so, too' \
	with 'sed -i "s/^17\$/seventeen/" mm/new/a.c' fails_saying '0003-mm-grow-the-new.patch .* hunk 1 of mm/new/a.c' assemble
check 'a patch to a file that joins the same commit' \
	with 'sed -i "/^0004/s|\$| mm/new/run|" patches/series' \
	fails_saying '0004.* edits mm/new/run, which is a file of ours and joins the same commit' assemble
check 'a patch to a file that only a later entry adds' \
	with 'sed -i -e "3{h;d}" -e "5{G}" patches/series' \
	fails_saying '0003.* edits mm/new/a.c, which is a file of ours that only 0002-mm-add-the-new.patch adds' assemble
# removing: 0004 removes mm/new/run. says LINE: of it, in its patch.
removing() {
	sed -i '/^diff.*run$/,$d' patches/0004*
	{
		printf 'diff --git a/mm/new/run b/mm/new/run\ndeleted file mode 100755\n'
		diff -u --label a/mm/new/run --label /dev/null "$WORK/run.1" /dev/null
	} >>patches/0004-mm-grow-it-again.patch
}
says() { sed -i "/^diff.*run\$/a $1" patches/0004*; }
check 'a patch that removes a file of ours' with removing fails_saying '0004.* removes mm/new/run, which is a file of ours that 0002' assemble
check 'a patch that removes a file that is not in linux/ any more' with 'removing; rm mm/new/run' \
	fails_saying '0004.* removes mm/new/run, which the kernel does not have' assemble
check 'a patch that adds a file of ours again' with 'says "new file mode 100755"' fails_saying '0004.* adds mm/new/run, which is' assemble
check 'a patch that renames a file to one of ours' with 'says "rename from mm/new/ran\nrename to mm/new/run"' \
	fails_saying '0004.* renames a file to mm/new/run, which is' assemble
check 'a patch that makes a file of ours executable' with 'says "old mode 100644\nnew mode 100755"' \
	fails_saying '0004.* changes the mode of mm/new/run, which is' assemble

# port_grown ENTRY NR SED-COMMAND: what 7.2 wants different in a.NR, which is mm/new/a.c there.
port_grown() {
	mkdir -p patches/7.2
	diff_of mm/new/a.c "$WORK/a.$2" <(sed "$3" "$WORK/a.$2") >"patches/7.2/$1"
}
port_context() { port_grown 0002-mm-add-the-new.patch 1 's/^2$/zwei/; s/^24$/vierundzwanzig/'; }
port_changed() { port_grown 0002-mm-add-the-new.patch 1 '2s/.*/zwei/; 21s/.*/einundzwanzig/'; }
port_again() {
	port_changed
	port_grown 0003-mm-grow-the-new.patch 2 '21s/.*/einundzwanzig/'
	port_grown 0004-mm-grow-it-again.patch 3 '21s/.*/einundzwanzig/'
}
# ported_holds SED-COMMAND: on 7.2 that is different at each commit, and nowhere else.
ported_holds() {
	for i in 1 2 3; do sed "$1" "$WORK/a.$i" >"$WORK/ported.$i"; done
	KERNEL=7.2 each_holds mm/new/a.c "$WORK/ported.3" "$WORK/ported.2" "$WORK/ported.1" &&
		each_holds mm/new/a.c "$WORK/a.3" "$WORK/a.2" "$WORK/a.1"
}
check 'a port'\''s changes to a file of ours stay, also in the context of later changes' \
	with port_context ported_holds 's/^2$/zwei/; s/^24$/vierundzwanzig/'
warned() {
	KERNEL=7.2 assemble 2>&1 >/dev/null | sed -n 's/^warning: //p' >"$WORK/warned"
	same "$(sed 's/:.*//' "$WORK/warned")" "$1"
}
overridden() {
	warned 'linux/patches/0003-mm-grow-the-new.patch changes lines of mm/new/a.c that the port to 7.2 has changed' &&
		KERNEL=7.2 holds HEAD mm/new/a.c <(sed '2s/.*/zwei/' "$WORK/a.3")
}
check 'but in lines that a later patch changes: these are the patch'\''s, and that is said' with port_changed overridden
ported_again() { warned '' && ported_holds '2s/.*/zwei/; 21s/.*/einundzwanzig/'; }
check 'the port can change the later lines, too' with port_again ported_again

print_of() {
	"$1/kernel/assemble.sh" --commit >/dev/null 2>&1
	cut -d' ' -f1 "$LAB_BUILD"/tree-*/assembled
}
depends_on() {
	local before

	cp -r "$LAB" "$WORK/lab"
	before=$(print_of "$WORK/lab")
	echo '# changed' >>"$WORK/lab/$1"
	[ "$(print_of "$WORK/lab")" != "$before" ]
}
check 'a changed script assembles again' depends_on kernel/history.sh
done_testing
