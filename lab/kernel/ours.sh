# shellcheck shell=bash
# What of the kernel's files is the series'; mutants.sh and coverage.sh source this.

# ours TREE FILE: the lines that the series adds, "FIRST-LAST ...".
ours() {
	lab_git -C "$1" diff -U0 base HEAD -- "$2" | sed -nE 's/^@@ -[^ ]+ \+([0-9]+)(,([0-9]+))? @@.*/\1 \3/p' |
		awk '{ nr = NF > 1 ? $2 : 1 } nr { printf "%d-%d ", $1, $1 + nr - 1 }'
}
