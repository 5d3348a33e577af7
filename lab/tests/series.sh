#!/bin/bash
# The mails of out/series are the series: git am of them on the pristine tree
# gives the assembled tree.

. "$(dirname "$0")/tap.bash"
fixture
export LAB_RESULTS=$WORK/results
export GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=T GIT_COMMITTER_EMAIL=t@example.org
MAILS=$LAB_OUT/series
cover() { printf '%s\n' "$@" >"$LAB_LINUX/patches/cover"; }
series=$LAB/series.sh

cover 'mm: Something new' '' 'Why.' '' @base '' '@demo backup_ns pages_taken' '' @floors @results '' 'The end.'
printf 'no newline at the end' >"$LAB_LINUX/mm/new/none"
printf 'trailing \t\n\n\n' >"$LAB_LINUX/mm/new/blank"
printf 'From: a mail\n-- \n---\ndiff --git a/x b/x\n' >"$LAB_LINUX/mm/new/mail"
printf '\303\244\001' >"$LAB_LINUX/mm/new/bytes"
echo 'run me' >"$LAB_LINUX/mm/new/run"
chmod +x "$LAB_LINUX/mm/new/run"

check 'mails are made' "$series"
check 'a cover letter and one a commit' same "$(cd "$MAILS" && find . -type f -printf "%f\n" | sort | xargs)" \
	'0000-cover-letter.patch 0001-mm-change-the-old.patch 0002-mm-add-the-new.patch'
check 'numbered' same "$(sed -n 's/^Subject: //p' "$MAILS"/*.patch | xargs -d '\n')" \
	'[PATCH 0/2] mm: Something new [PATCH 1/2] mm: change the old [PATCH 2/2] mm: add the new'
check 'all from the author' same "$(sed -n 's/^From: //p' "$MAILS"/*.patch | uniq)" 'A Tester <tester@example.org>'
check 'the cover letter names the kernel' grep -q '^Applies to Linux 7.3.9 ' "$MAILS/0000-cover-letter.patch"
check 'and the base commit' same "$(sed -n 's/^base-commit: //p' "$MAILS"/0000*)" \
	"$(git -C "$("$LAB/kernel/assemble.sh" 2>/dev/null)/linux" rev-parse base)"
check 'has the numbers' grep -q 'time in backup .* x0\.' "$MAILS/0000-cover-letter.patch"
check 'has no place left to fill' fails grep -nE '^@|\*\*\*|\$\(' "$MAILS/0000-cover-letter.patch"
check 'nor blank lines where nothing was filled in' fails grep -c . <(uniq -d "$MAILS/0000-cover-letter.patch" | grep -x '')

am_gives_the_tree() {
	local tree

	tree=$("$LAB/kernel/assemble.sh")/linux
	git clone -q "$tree" "$WORK/am"
	git -C "$WORK/am" checkout -q "$(git -C "$tree" rev-parse base)"
	git -C "$WORK/am" am -q --empty=drop "$MAILS"/*.patch
	diff -r --exclude=.git "$tree" "$WORK/am" &&
		same "$(git -C "$WORK/am" rev-parse 'HEAD^{tree}')" "$(git -C "$tree" rev-parse 'HEAD^{tree}')"
}
check 'git am gives the assembled tree, byte for byte' am_gives_the_tree
check '--verify says so, too' "$series" --verify

cp -a "$MAILS" "$WORK/before"
same_bytes() {
	LAB_BUILD=$WORK/again GIT_COMMITTER_NAME=Other TZ=Asia/Tokyo "$series" && diff -r "$WORK/before" "$MAILS"
}
check 'the same input gives the same bytes' same_bytes

mkdir -p "$LAB_RESULTS/bench/2026-01-01"
printf '%s\n' 'restore, in memory, cached pages: x' 'measured on something real' '' 'By size: x' 'too much for a mail' \
	>"$LAB_RESULTS/bench/2026-01-01/table.txt"
check 'with results' "$series"
check 'they are in the cover letter' grep -qx 'measured on something real' "$MAILS/0000-cover-letter.patch"
check 'but not all of them' fails grep -q 'too much' "$MAILS/0000-cover-letter.patch"

printf 'carriage return\r\n' >"$LAB_LINUX/mm/new/crlf"
check '--verify tells what mails cannot carry' fails_saying 'the mails do not give the assembled commits' "$series" --verify
rm "$LAB_LINUX/mm/new/crlf"
check 'and is well again without it' "$series" --verify

cover 'mm: Something new' '' '@nothing'
check 'a place that nothing fills' fails_saying 'nothing is known as @nothing' "$series"
cover 'mm: Something new' '' '@demo backup_ns no_such_metric'
check 'a number that is not there' fails_saying "'@demo backup_ns no_such_metric' cannot be filled in" "$series"
rm "$LAB_LINUX/patches/cover"
check 'no cover letter' fails_saying 'there is no linux/patches/cover' "$series"

# A file of ours that later entries change.
rm -rf "$LAB_LINUX" "$LAB_BUILD" "$WORK/am"
growing_fixture
cover 'mm: Something that grows' '' 'Why.'
check 'mails of a file that grows' "$series"
check 'add it once' same "$(grep -lx 'new file mode 100644' "$MAILS"/*.patch)" "$MAILS/0002-mm-add-the-new.patch"
check 'as it is at first' same "$(sed -n '\|^+++ b/mm/new/a.c|,/^diff/s/^+\([^+]\)/\1/p' "$MAILS"/0002*)" "$(cat "$WORK/a.1")"
check 'and change it later' same "$(grep -l '^--- a/mm/new/a.c' "$MAILS"/*.patch | xargs -n1 basename | xargs)" \
	'0003-mm-grow-the-new.patch 0004-mm-grow-it-again.patch'
check 'git am gives the tree of all' am_gives_the_tree
each_tree() {
	same "$(git -C "$WORK/am" log --format=%T)" "$(git -C "$("$LAB/kernel/assemble.sh")/linux" log --format=%T)"
}
check 'and of each commit' each_tree
check '--verify says so' "$series" --verify
done_testing
