# shellcheck shell=bash
# The parts of the kernel's files that belong to the series. mutants.sh, coverage.sh and
# vm/kernel-log.sh source this.

# our_files WORD: print the files in ours.tsv with this word. Some are globs.
our_files() { awk -F'\t' -v word="$1" '!/^#/ { for (i = 2; i <= NF; i++) if ($i == word) print $1 }' "$LAB/kernel/ours.tsv"; }

# ours TREE FILE: print the lines that the series adds, as "FIRST-LAST ...".
ours() {
	lab_git -C "$1" diff -U0 base HEAD -- "$2" | sed -nE 's/^@@ -[^ ]+ \+([0-9]+)(,([0-9]+))? @@.*/\1 \3/p' |
		awk '{ nr = NF > 1 ? $2 : 1 } nr { printf "%d-%d ", $1, $1 + nr - 1 }'
}
