#!/bin/bash
# bench/headroom.sh finds the least memory in which work succeeds, and how it ends with less.
# There is no guest: lab/vm/run.sh is a stand-in. In it copying needs COPY MiB and zero copy
# ZERO, and a run with less ends as LESS says.

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
if [ "$mem" -ge "$needed" ]; then
	# Copying takes 2 s, and as much more as memory is short of 384 MiB.
	echo "took $((2 + (384 - mem) / 100)).5"
	exit 0
fi
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
# mib PATH OUTCOME [LINE]: the least memory with that outcome; the most if LINE is "$".
mib() { awk -F, -v path="$1" -v outcome="$2" '$1 == path && $3 == outcome { print $2 }' "$WORK/dir/headroom.csv" | sort -n | sed -n "${3:-1}p"; }

export COPY=240 ZERO=80 LESS=killed
check 'the least memory is looked for' headroom
check 'copying finishes down to what it needs' same "$(mib copy finished)" 240
check 'and not with a step less' same "$(mib copy killed '$')" 224
check 'zero copy finishes down to what it needs' same "$(mib zero_copy finished)" 80
check 'the least size of all is tried as well' same "$(mib zero_copy killed)" 64
check 'rows have the seconds' grep -qx 'copy,384,finished,2.5' "$WORK/dir/headroom.csv"
check 'a run that did not finish has none' grep -qx 'copy,224,killed,' "$WORK/dir/headroom.csv"
for LESS in failed stalled; do
	headroom 2>/dev/null
	check "less memory: $LESS" same "$(mib copy "$LESS" '$')" 224
done
LESS=killed
check 'larger steps' headroom --quick
check 'copying finishes down to a multiple of the step' same "$(mib copy finished)" 256
LESS=damaged
check 'damaged content ends the search' fails_saying 'the run with [0-9]* MiB ended with status 1' headroom
COPY=500 LESS=killed
check 'work that fails with memory for everything' fails_saying '256 MiB of buffers failed in 384 MiB' headroom
done_testing
