#!/bin/bash
# bench/headroom.sh has a row for each run, with how it ended. There is no guest: lab/vm/run.sh
# is a stand-in. In it copying needs COPY MiB and zero copy ZERO, and a run with less ends as
# LESS says.

. "$(dirname "$0")/tap.bash"
export LAB_BUILD=$WORK/build
cp -r "$LAB" "$WORK/lab"
cat >"$WORK/lab/vm/run.sh" <<'END'
#!/bin/bash
while [ "$1" != -- ]; do
	[ "$1" != --mem ] || mem=$2
	[ "$1" != --console ] || console=$2
	shift
done
: >"$console"
needed=$ZERO
! grep -q '^echo 0 ' "$2" || needed=$COPY
echo "took $((2 + (384 - mem) / 100)).5"
[ "$mem" -lt "$needed" ] || exit 0
case $LESS in
killed) echo 'Out of memory: Killed process 1' >"$console"; exit 125 ;;
failed) exit 3 ;;
stalled) exit 124 ;;
damaged) exit 1 ;;
esac
END
# headroom [OPTION]: its rows are in $WORK/dir/headroom.csv.
# shellcheck disable=SC2119,SC2120
headroom() {
	rm -rf "$WORK/dir"
	mkdir "$WORK/dir"
	"$WORK/lab/bench/headroom.sh" "$@" kernel "$WORK/dir"
}
# rows PATH MIB: of that path on such machines.
rows() { grep "^$1,$2," "$WORK/dir/headroom.csv" | xargs; }

export COPY=200 ZERO=80 LESS=killed
check 'work is measured on machines of all sizes' headroom
check 'three runs with memory for everything' same "$(rows copy 384)" 'copy,384,finished,2.5 copy,384,finished,2.5 copy,384,finished,2.5'
check 'as many of the other path' same "$(rows zero_copy 384 | wc -w)" 3
check 'less memory takes longer' same "$(rows zero_copy 96 | cut -d' ' -f1)" zero_copy,96,finished,4.5
check 'a run that did not finish has no seconds' same "$(rows copy 192 | cut -d' ' -f1)" copy,192,killed,
check 'both paths are measured down to the least size' same "$(rows copy 64 | wc -w) $(rows zero_copy 64 | wc -w)" '3 3'
check '--quick' headroom --quick
check '--quick has one run of each' same "$(rows copy 384)" copy,384,finished,2.5
for LESS in failed stalled; do
	headroom --quick 2>/dev/null
	check "too little memory: $LESS" same "$(rows copy 192)" "copy,192,$LESS,"
done
LESS=damaged
check 'damaged content ends it' fails_saying 'the run with 192 MiB ended with status 1' headroom
done_testing
