#!/bin/bash
# git am of the mails in out/series on the pristine tree gives the assembled tree.

. "$(dirname "$0")/tap.bash"
fixture
export LAB_RESULTS=$WORK/results
export GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=T GIT_COMMITTER_EMAIL=t@example.org
MAILS=$LAB_OUT/series
COVERS=$LAB_LINUX/patches/cover
# letter PART LINE...
letter() { mkdir -p "$COVERS/shared" && printf '%s\n' "${@:2}" >"$COVERS/$1"; }
cover() { letter all "$@"; }
series=$LAB/series.sh

cover 'mm: Something new' '' 'Why.' '' @base '' '@demo backup_ns pages_taken' '' '@floors backup restore' @results '' '@shared end'
echo 'The end.' >"$COVERS/shared/end"
printf 'no newline at the end' >"$LAB_LINUX/mm/new/none"
printf 'trailing \t\n\n\n' >"$LAB_LINUX/mm/new/blank"
printf 'From: a mail\n-- \n---\ndiff --git a/x b/x\n' >"$LAB_LINUX/mm/new/mail"
printf '\303\244\001' >"$LAB_LINUX/mm/new/bytes"
echo 'run me' >"$LAB_LINUX/mm/new/run"
chmod +x "$LAB_LINUX/mm/new/run"

check 'mails are made' "$series"
check 'a cover letter and one a commit' same "$(cd "$MAILS" && find . -type f -printf "%f\n" | sort | xargs)" \
	'0000-cover-letter.patch 0001-mm-change-the-old.patch 0002-mm-add-the-new.patch series'
check 'the mails are numbered' same "$(sed -n 's/^Subject: //p' "$MAILS"/*.patch | xargs -d '\n')" \
	'[PATCH 0/2] mm: Something new [PATCH 1/2] mm: change the old [PATCH 2/2] mm: add the new'
check 'all from the author' same "$(sed -n 's/^From: //p' "$MAILS"/*.patch | uniq)" 'A Tester <tester@example.org>'
check 'the cover letter names the kernel' grep -q '^Applies to Linux 7.3.9 ' "$MAILS/0000-cover-letter.patch"
check 'and the base commit' same "$(sed -n 's/^base-commit: //p' "$MAILS"/0000*)" \
	"$(git -C "$("$LAB/kernel/assemble.sh" 2>/dev/null)/linux" rev-parse base)"
check 'the cover letter has the demo'\''s numbers' grep -q 'time in backup .* x0\.' "$MAILS/0000-cover-letter.patch"
check 'the cover letter has the shared text' grep -qx 'The end.' "$MAILS/0000-cover-letter.patch"
check 'nothing in the cover letter is left to fill in' fails grep -nE '^@|\*\*\*|\$\(' "$MAILS/0000-cover-letter.patch"
check 'the cover letter has no double blank lines' fails grep -c . <(uniq -d "$MAILS/0000-cover-letter.patch" | grep -x '')

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

# quilt pushes them so.
patch_gives_the_tree() {
	local tree name

	tree=$("$LAB/kernel/assemble.sh")/linux
	mkdir "$WORK/quilt"
	git -C "$tree" archive base | tar -x -C "$WORK/quilt"
	while read -r name; do
		patch -s -p1 -d "$WORK/quilt" <"$MAILS/$name" || return
	done <"$MAILS/series"
	diff -r --exclude=.git "$tree" "$WORK/quilt"
}
check 'patch gives it, too, in the order of the file series' patch_gives_the_tree

cp -a "$MAILS" "$WORK/before"
same_bytes() {
	LAB_BUILD=$WORK/again GIT_COMMITTER_NAME=Other TZ=Asia/Tokyo "$series" && diff -r "$WORK/before" "$MAILS"
}
check 'the same input gives the same bytes' same_bytes

mkdir -p "$LAB_RESULTS/bench/2026-01-01"
printf '%s\n' 'restore, in memory, cached pages: x' 'measured on something real' '' 'By size: x' 'too much for a mail' \
	>"$LAB_RESULTS/bench/2026-01-01/table.txt"
check 'with a published bench the mails are made' "$series"
check 'the results are in the cover letter' grep -qx 'measured on something real' "$MAILS/0000-cover-letter.patch"
check 'only the main results are in the cover letter' fails grep -q 'too much' "$MAILS/0000-cover-letter.patch"

printf 'carriage return\r\n' >"$LAB_LINUX/mm/new/crlf"
check '--verify reports what mails cannot carry' fails_saying 'the mails do not give the assembled commits' "$series" --verify
rm "$LAB_LINUX/mm/new/crlf"
check '--verify passes again without it' "$series" --verify

cover 'mm: Something new' '' '@nothing'
check 'an unknown @ line' fails_saying 'nothing is known as @nothing' "$series"
cover 'mm: Something new' '' '@demo backup_ns no_such_metric'
check 'an unknown metric' fails_saying "'@demo backup_ns no_such_metric' cannot be filled in" "$series"
cover 'mm: Something new' '' '@shared nothing'
check 'a shared text that does not exist' fails_saying 'there is no linux/patches/cover/shared/nothing' "$series"
rm "$COVERS/all"
check 'no cover letter' fails_saying 'there is no linux/patches/cover/all' "$series"
cover 'mm: Something new' '' 'Why.'
check 'no parts' fails_saying "no part 'old'" env PART=old "$series"

# A file of ours that later entries change.
rm -rf "$LAB_LINUX" "$LAB_BUILD" "$WORK/am"
growing_fixture
cover 'mm: Something that grows' '' 'Why.'
check 'mails of a file that grows' "$series"
check 'one mail adds the file' same "$(grep -lx 'new file mode 100644' "$MAILS"/*.patch)" "$MAILS/0002-mm-add-the-new.patch"
check 'that mail has the file'\''s first content' same "$(sed -n '\|^+++ b/mm/new/a.c|,/^diff/s/^+\([^+]\)/\1/p' "$MAILS"/0002*)" "$(cat "$WORK/a.1")"
check 'later mails change it' same "$(grep -l '^--- a/mm/new/a.c' "$MAILS"/*.patch | xargs -n1 basename | xargs)" \
	'0003-mm-grow-the-new.patch 0004-mm-grow-it-again.patch'
check 'git am gives the tree of all' am_gives_the_tree
each_tree() {
	same "$(git -C "$WORK/am" log --format=%T)" "$(git -C "$("$LAB/kernel/assemble.sh")/linux" log --format=%T)"
}
check 'git am gives the tree of each commit' each_tree
check '--verify says so' "$series" --verify

# The same in parts.
sed -i -e '/^0001/i # part: old' -e '/^0002/i # part: new' -e '/^0004/i # part: more' "$LAB_LINUX/patches/series"
for part in old new more; do letter "$part" "mm: The part $part" '' 'Why.' '' @base; done
names() { (cd "$1" && find . -maxdepth 1 -name '*.patch' -printf '%f\n' | sort | xargs); }
check 'a series in parts' "$series" --verify
check 'the whole series has all mails' same "$(names "$MAILS" | wc -w)" 5
check 'each part has its mails' same "$(names "$MAILS/new")" \
	'0000-cover-letter.patch 0001-mm-add-the-new.patch 0002-mm-grow-the-new.patch'
check 'the mails of a part are numbered' same "$(sed -n 's/^Subject: //p' "$MAILS"/new/*.patch | xargs -d '\n')" \
	'[PATCH 0/2] mm: The part new [PATCH 1/2] mm: add the new [PATCH 2/2] mm: grow the new'
check 'its letter tells the base of all' same "$(sed -n 's/^base-commit: //p' "$MAILS"/new/0000*)" \
	"$(sed -n 's/^base-commit: //p' "$MAILS"/0000*)"
check 'a part'\''s letter lists its prerequisites' same "$(grep -c '^prerequisite-patch-id: ' "$MAILS"/new/0000*)" 1
check 'a part is a queue for quilt' same "$(xargs <"$MAILS/new/series")" '0001-mm-add-the-new.patch 0002-mm-grow-the-new.patch'
parts_give_the_tree() {
	local tree part

	tree=$("$LAB/kernel/assemble.sh")/linux
	git -C "$WORK/am" checkout -q "$(git -C "$tree" rev-parse base)"
	for part in old new more; do
		git -C "$WORK/am" am -q --empty=drop "$MAILS/$part"/*.patch || return
	done
	each_tree
}
check 'git am of one part after the other gives the tree of all' parts_give_the_tree

rm -rf "$MAILS"
check 'one part' env PART=new "$series" --verify
check 'only that part is made' same "$(cd "$MAILS" && echo *)" new
check 'an unknown part; the fix lists the parts' fails_saying "fix: PART= can be: old new more" env PART=odd "$series"
check 'a second version' env PART=new ROLL=2 "$series"
check 'the subjects have the version' same "$(sed -n 's/^Subject: \(.*\]\).*/\1/p' "$MAILS"/new/*.patch | xargs -d '\n')" \
	'[PATCH v2 0/2] [PATCH v2 1/2] [PATCH v2 2/2]'
check 'the names have the version' same "$(names "$MAILS/new" | cut -d' ' -f1)" v2-0000-cover-letter.patch
check 'a version that is not a number' fails_saying 'ROLL=two is not a number' env ROLL=two "$series"

# The recipients.
mkdir -p "$KERNEL_TREE/scripts"
printf '%s\n' '#!/bin/sh' 'case "$*" in *--no-m\ *) echo list@example.org ;; *) echo "A <a@example.org>, B <b@example.org>" ;; esac' \
	>"$KERNEL_TREE/scripts/get_maintainer.pl"
chmod +x "$KERNEL_TREE/scripts/get_maintainer.pl"
touch "$KERNEL_TREE/MAINTAINERS"
check 'mails of a kernel that knows its maintainers' env PART=old "$series"
check 'the recipients are the maintainers' same "$(cat "$MAILS/old/recipients")" $'To: A <a@example.org>, B <b@example.org>\nCc: list@example.org'

sed -i '/^# part: old/d' "$LAB_LINUX/patches/series"
check 'a patch in no part' fails_saying '0001-mm-change-the-old.patch is in no part' "$series"
sed -i '/^0001/i # part: new' "$LAB_LINUX/patches/series"
check 'a part that begins twice' fails_saying 'has the part new twice' "$series"
done_testing
