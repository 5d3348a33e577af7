#!/bin/bash
# lab/owner.sh makes a table of the numbers of /bin/owner, and publishes it.

. "$(dirname "$0")/tap.bash"
export LAB_OUT=$WORK/out LAB_RESULTS=$WORK/results LAB_DOCS=$WORK
DIR=$LAB_OUT/owner
mkdir -p "$DIR"

# found RUN LIMIT B A-PAGES B-PAGES OTHERS A-KILLED B-KILLED
found() {
	printf "$2\t$3\t%s\t%s\n" backed_up_pages 4096 a_pages "$4" b_pages "$5" others_pages "$6" a_killed "$7" b_killed "$8" wrong_pages 0 >>"$DIR/$1.tsv"
}
found stock none asks 0 4096 0 0 0
found copy none asks 0 4096 0 0 0
found zero_copy none asks 4096 0 0 0 0
found stock 'memory.max, half' presses 0 1000 3096 1 0
found copy 'memory.max, half' presses 0 1000 3096 0 0
printf 'memory.max, half\tpresses\tb_killed\t1\n' >>"$DIR/zero_copy.tsv"
table() { awk -f "$LAB/owner/tsv.awk" "$DIR"/{stock,copy,zero_copy}.tsv; }
table >"$DIR/table.tsv"
row() { awk -F'\t' -v row="$1 $2 $3" '$1 " " $2 " " $3 == row { print $4, $5, $6 }' "$DIR/table.tsv"; }
check 'a number of each run' same "$(row none asks a_pages)" '0 0 4096'
check 'a number that a run does not have' same "$(row 'memory.max, half' presses a_pages)" '0 0 -'
awk -f "$LAB/report/human.awk" -f "$LAB/owner/table.awk" "$DIR/table.tsv" >"$DIR/table.txt"
line() { sed -n "/^$1/{s/  */ /g;p;q}" "$DIR/table.txt"; }
check 'a line of the table' same "$(line none)" 'none 4,096 4,096 4,096 0 0 4,096 4,096 4,096 0 0 0 0 no no no no no no'
check 'a process that was killed' same "$(line 'memory.max')" 'memory.max, half 4,096 4,096 - 0 0 - 1,000 1,000 - 3,096 3,096 - yes no - no no yes'

printf 'code     0123abc, with changes that have no commit\ndate     2026-01-02\n' >"$DIR/run"
check 'code without a commit is not published' fails_saying 'has no commit' "$LAB/owner.sh" --publish
printf 'code     0123abc, clean\ndate     2026-01-02\n' >"$DIR/run"
printf '%s\n' before '<!-- owner -->' old '<!-- /owner -->' after >"$WORK/results.md"
check 'code with a commit is published' "$LAB/owner.sh" --publish
check 'the published table is shown in the docs' same "$(sed -n '1,2p;6p;$p' "$WORK/results.md" | xargs -d '\n' | tr -s ' ')" \
	"before <!-- owner --> $(sed -n 's/  */ /g;1p' "$DIR/table.txt") after"
check 'it replaces the table in the docs' fails grep -x old "$WORK/results.md"
check 'the name is the day of the measurement' cmp "$DIR/table.txt" "$LAB_RESULTS/owner/2026-01-02/table.txt"
check 'the file "run" is published' cmp "$DIR/run" "$LAB_RESULTS/owner/2026-01-02/run"
check 'a published run is not replaced' fails_saying 'is there already' "$LAB/owner.sh" --publish
check 'it is published under another name' env NAME=b "$LAB/owner.sh" --publish
check 'an unknown option' fails_saying "does not know '--nonsense'" "$LAB/owner.sh" --nonsense
done_testing
