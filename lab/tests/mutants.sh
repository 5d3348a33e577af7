#!/bin/bash
# What mutants are made of, and how they are counted. mutants/expected.* is what
# comes of mutants/input.c; UPDATE=1 writes them anew.

. "$(dirname "$0")/tap.bash"
input=$LAB/tests/mutants/input.c expected=$LAB/tests/mutants/expected

# make_mutants OURS WITHOUT: of the input, into $WORK/made.*.
make_mutants() {
	rm -f "$WORK"/made.*
	awk -v path=mm/a.c -v first=101 -v table="$WORK/made.tsv" -v ours="$1" -v without="$2" \
		-f "$LAB/mutants/make.awk" "$input" >"$WORK/made.c"
}
make_mutants '1-49 56-99' '103 104'
[ -z "${LAB_UPDATE-}" ] || cp "$WORK/made.c" "$expected.c"
[ -z "${LAB_UPDATE-}" ] || cp "$WORK/made.tsv" "$expected.tsv"
check 'the mutants are these' diff "$expected.tsv" "$WORK/made.tsv"
check 'and built in there' diff "$expected.c" "$WORK/made.c"
check 'every line keeps its number' same "$(wc -l <"$WORK/made.c")" "$(wc -l <"$input")"
make_mutants '' ''
check 'without lines of ours it stays as it is' diff "$input" "$WORK/made.c"
check 'and has none' fails test -s "$WORK/made.tsv"
# Files that the series does not touch.
strange() {
	bash -c '. "$0/lib.sh"; . "$0/kernel/ours.sh"; our_files coverage' "$LAB" | while read -r file; do
		grep -qrE "(^\+\+\+ b/| )$file( |$)" "$LAB/../linux/patches" || echo "$file"
	done
}
check 'all files of the list are in the series' same "$(strange)" ''

# The table counts each once.
row() { printf '1\t%s\tf\t1\tdrop\tx;\t%s\n' "$@"; }
row mm/a.c '' >"$WORK/not-run"
: >"$WORK/not-compiled"
{ row mm/a.c killed; row mm/a.c survived; row mm/b.c equivalent; row mm/a.c 'killed, though equivalent'; row mm/b.c killed; } >"$WORK/mutants.tsv"
table() { awk -f "$LAB/mutants/table.awk" "$WORK/not-run" "$WORK/not-compiled" "$WORK/mutants.tsv" | awk -v what="$1" '$1 == what { $1 = ""; print }'; }
check 'the table: a file' same "$(table mm/a.c | xargs)" '3 2 1 0 66.7 1 0'
check 'the table: another' same "$(table mm/b.c | xargs)" '2 1 0 1 100.0 0 0'
check 'the table: all' same "$(table all | xargs)" '5 3 1 1 75.0 1 0'
check 'an option that there is not' fails_saying 'does not know' "$LAB/mutants.sh" --none
check 'a number that is none' fails_saying 'is not a number' "$LAB/mutants.sh" --minutes x
done_testing
