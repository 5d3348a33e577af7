#!/bin/bash
# setups.sh measures what has no result yet, and only publishes what is complete. The demo is
# a stand-in.

. "$(dirname "$0")/tap.bash"
own_lab
# Its numbers tell how often it has run; on zram the copy run is killed, on numa it does
# not come to an end, and on movable it has not even booted.
cat >lab/demo.sh <<'END'
#!/bin/bash
echo "$SETUP" >>"$RUNS"
[ "$SETUP" != movable ] || { echo 'error: no QEMU here' >&2; exit 1; }
mkdir -p "$LAB_OUT/demo"
cd "$LAB_OUT/demo" || exit
echo log >console
[ "$SETUP" != numa ] || { echo $$ >"$RUNS.hangs"; sleep 120; : >"$RUNS.waited"; }
n=$(wc -l <"$RUNS")
for run in copy zero_copy; do
	printf 'verdict\t0\nsurfaces_mib\t%d\nwall_s\t%d.5\noom_kills\t0\n' 768 "$n" >$run.metrics
done
[ "$SETUP" != zram ] || printf 'verdict\t3\noom_kills\t2\n' >>copy.metrics
printf 'metric\tcopy\tzero_copy\tratio\tunit\nrestored_64k_share\t79.25\t32.5\tx\t%%\nwall_s\t%d.5\t%d.5\tx\ts\n' "$n" "$n" >report.tsv
printf 'title\nLinux 1.2\n' >report.txt
END
export RUNS=$WORK/runs
commit() { git add -A && git -c user.name=t -c user.email=t@example.org commit -qm "$1"; }
git init -q . && commit one

setups() { lab/setups.sh --setups 'plain zram' "$@"; }
runs() { [ ! -e "$RUNS" ] || xargs <"$RUNS"; }
row() { awk -F'\t' -v row="$1 $2" '$1 " " $2 == row { print $3, $4 }' "$LAB_OUT/setups/table.tsv"; }

check 'two set-ups are measured' setups
check 'each set-up is measured once' same "$(runs)" 'plain zram'
check 'a number of the run' same "$(row plain wall_s)" '1.5 1.5'
check 'a number of the report' same "$(row plain restored_64k_share)" '79.25 32.5'
check 'a run that was killed has an outcome' same "$(row zram outcome)" 'killed finished'
check 'the table has the outcome in place of seconds' grep -q '^zram  *768  *killed  *2.5 ' "$LAB_OUT/setups/table.txt"
check 'the table names the commit' grep -q "^code $(git rev-parse HEAD), clean" "$LAB_OUT/setups/table.txt"
check 'the same command again' setups
check 'no set-up is measured twice' same "$(runs)" 'plain zram'
check '--again ends with 0' setups --again
check '--again measures again' same "$(runs)" 'plain zram plain zram'

check 'an incomplete run is not published' fails_saying 'mglru has not been measured' lab/setups.sh --publish
check 'a part is published' setups --publish
published=$LAB_RESULTS/setups/$(date +%Y-%m-%d)
check 'the table and the runs are published' test -s "$published/table.tsv" -a -s "$published/run" -a -s "$published/zram/console"
check 'a published run is not replaced' fails_saying 'is there already' setups --publish
check 'it is published under another name' env NAME=b lab/setups.sh --setups 'plain zram' --publish

echo '# changed' >>lab/demo/job.sh
check 'changed code is measured' setups
check 'changed code is not published' fails_saying 'has no commit' env NAME=c lab/setups.sh --setups 'plain zram' --publish
commit two
check 'results of other code are not published' fails_saying 'numa has not been measured' lab/setups.sh --setups 'numa' --publish
check 'the commit of the changed code is measured again' setups
check 'each set-up is measured again' same "$(runs)" 'plain zram plain zram plain zram plain zram'
check 'results of the commit can be published' env NAME=c lab/setups.sh --setups 'plain zram' --publish

# On plain the first of them took 3.5 seconds, the other 7.5.
medians() { lab/setups.sh --medians "$@" | awk '$1 == "plain" { print $2, $11, $12 }'; }
check 'medians of published runs' same "$(medians "$LAB_RESULTS"/setups/{b,c})" '2 5.5 5.5'
check 'without runs there are no medians' fails_saying 'no reports of the demo' lab/setups.sh --medians lab/setups
medians=$LAB/../results/setups/2026-11-30-medians
check 'the published medians come out the same' cmp <(lab/setups.sh --medians "$medians") "$medians/table.txt"

check 'a demo that cannot run is no result' fails_saying 'cannot be run on movable' lab/setups.sh --setups 'movable plain'
check 'an unknown set-up' fails_saying "does not know 'tea'" lab/setups.sh --setups 'plain tea'
check 'SETUP= is refused' fails_saying 'SETUP= is one set-up' env SETUP=zram lab/setups.sh

check 'three runs of each' lab/setups.sh --setups 'plain zram' --runs 3
check 'each has a folder' test -s "$LAB_OUT/setups/plain-1/report.tsv" -a -s "$LAB_OUT/setups/zram-3/report.tsv"
check 'the table has their number' grep -qE '^plain +3 ' "$LAB_OUT/setups/table.txt"
check 'smaller blocks are a loss' grep -q '^plain: 32.5 % against 79.2 come back in blocks of 64 KiB' "$LAB_OUT/setups/table.txt"
check 'a killed copy run is none' same "$(grep -c 'did not finish\|OOM' "$LAB_OUT/setups/table.txt")" 0
check 'a number of runs is a number' fails_saying "'x' is not a number of runs" lab/setups.sh --runs x

# interrupted: while it measures.
interrupted() {
	set -m
	lab/setups.sh --setups 'numa' >"$WORK/said" 2>&1 &
	set +m
	for _ in $(seq 600); do
		[ ! -s "$RUNS.hangs" ] || break
		sleep 0.1
	done
	kill -INT $!
	wait $!
	! kill -0 "$(cat "$RUNS.hangs")" 2>/dev/null || { echo 'the demo still runs'; return 1; }
	[ ! -e "$RUNS.waited" ] || { echo 'it waited for the demo'; return 1; }
	[ ! -e "$LAB_OUT/setups/numa" ] || { echo 'half a result is left'; return 1; }
}
check 'Ctrl-C leaves nothing half done' interrupted
done_testing
