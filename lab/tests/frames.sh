#!/bin/bash
# What 'make frames' makes of its runs: medians, what is a loss, what is a failure, what is
# published. No guest: lab/vm/run.sh is a stand-in.
# shellcheck disable=SC2016 # which expands what changes its numbers

. "$(dirname "$0")/tap.bash"
export LAB_BUILD=$WORK/build LAB_OUT=$WORK/out LAB_RESULTS=$WORK/results LAB_DOCS=$WORK KERNEL_TREE=$WORK
cp -r "$LAB" "$WORK/lab"
RUN=$WORK/run
mkdir "$RUN"
export RUN
cat >"$WORK/lab/vm/run.sh" <<'END'
#!/bin/bash
while [ "$1" != -- ]; do
	[ "$1" != --files ] || files=$2
	[ "$1" != --console ] || console=$2
	[ "$1" != --icount ] || touch "$RUN/icount"
	[ "$1" != --setup ] || echo "$2" >"$RUN/setup"
	shift
done
cp "$2" "$RUN/job"
seed=${files##*/}
# metrics RUN BACKUPS PAGES P99
metrics() {
	printf '%s\t%s\n' kernel 7.3 emulator TCG cpus 2 checksum_errors 0 verdict 0 oom_kills 0 high_watermark_kib 4096 \
		frames_s 10 frames 300 frames_late 3 frame_p99_ms "$4" frames_backup_calls "$2" frames_pages_inserted "$3" \
		frames_pages_copied 256 frames_cpu_system_ms 5000 >"$files/$1.metrics"
	printf '%s\n' 'ms phase free' '1 fill 9 0 0 0 0 0 9999' '2 frames 81920 0 0 0 0 0 0' '3 frames 102400 0 0 0 0 0 64' |
		tr ' ' '\t' >"$files/$1.samples.tsv"
}
# Another number for each seed; the third one is far off.
n=$seed
[ "$seed" != 3 ] || n=50
metrics copy $((n * 100)) $((n * 2560)) $((n + 20))
metrics zero_copy $((n * 10)) $((n * 256)) "$n"
[ ! -e "$RUN/change" ] || . "$RUN/change"
echo 'lab: begin demo copy' >"$console"
[ ! -e "$RUN/log" ] || cat "$RUN/log" >>"$console"
echo 'Node 0' | tee "$files/buddyinfo.before" >"$files/buddyinfo.after"
END
ln -sf /bin/true "$WORK/lab/deps.sh"
frames() { "$WORK/lab/frames.sh" --kernel /nowhere "$@"; }
row() { awk -F'\t' -v row="$1" '$1 == row { print $3, $4, $5, $6, $7, $8 }' "$LAB_OUT/frames/report.tsv"; }
line() { sed -n "/^$1/{s/  */ /g;p;q}" "$LAB_OUT/frames/report.txt"; }
# with CHANGE COMMAND...: of the numbers, for this once.
with() {
	local status=0

	echo "$1" >"$RUN/change"
	"${@:2}" || status=$?
	rm "$RUN/change"
	return "$status"
}

check 'five seeds' frames
check 'on fragmented memory' same "$(cat "$RUN/setup")" fragmented
check 'the median of them, with the lowest and the highest' same "$(row backups)" '40 10 500 4 1 50'
check 'what was inserted and what was copied is backed up' same "$(row backed_up)" '4.1 1.1 50.1 0.5 0.2 5.1'
check 'free memory is that of the time of frames' same "$(row free_least)" '80 80 80 80 80 80'
check 'and so are large blocks' same "$(row large_most | cut -d' ' -f1)" 0.062
check 'late frames are a share' same "$(row late | cut -d' ' -f1)" 1
check 'the processors, too' same "$(row kernel_time | cut -d' ' -f1)" 25
check 'a line of the table' same "$(line 'buffers backed up')" 'buffers backed up, a second 40.00 (10.0-500.0) 4.00 (1.0-50.0)'
check 'no line without a name' fails grep '^, ' "$LAB_OUT/frames/report.txt"
check 'one seed, and more of a set-up' frames --seeds 7 --setup mglru --seconds 3
check 'both are in it' same "$(cat "$RUN/setup")" 'mglru fragmented'
check 'an odd seed copies first' grep -q "^RUNS='copy zero_copy'$" "$RUN/job"
check 'its options' grep -q -- '--frames 3 --seed 7 ' "$RUN/job"
check 'an even one' frames --seeds 8
check 'copies last' grep -q "^RUNS='zero_copy copy'$" "$RUN/job"

check 'instructions are not counted' test ! -e "$RUN/icount"
check 'unless asked to' frames --seeds 1 --icount
check 'then they are' test -e "$RUN/icount"
check 'and swap is where that repeats' same "$(cat "$RUN/setup")" 'zram fragmented'

check 'zero copy backs up more' with 'metrics zero_copy 9 9000 1' fails_saying 'zero copy backs up more than copying: 3.6. MiB/s against' frames --seeds 1
check 'within 10 % is no more' with 'metrics zero_copy 9 2800 1' frames --seeds 1
check 'more late frames' with 'sed -i "s/^frames_late.*/frames_late\t30/" "$files/zero_copy.metrics"' fails_saying 'draws more frames late than copying: 10.00 % against 1.00' frames --seeds 1
check 'fewer frames' with 'sed -i "s/^frames\t.*/frames\t200/" "$files/zero_copy.metrics"' fails_saying 'fewer frames than copying: 20.00 a second against 30.00' frames --seeds 1
check 'too little free memory' with 'sed -i s/81920/4000/ "$files/copy.samples.tsv"' fails_saying 'free memory fell to 3.9 MiB' frames --seeds 1
check 'free memory in large blocks' with 'sed -i "s/64\$/9216/" "$files/copy.samples.tsv"' fails_saying 'memory was not in pieces: 9.0 MiB' frames --seeds 1
check 'wrong pages' with 'sed -i "s/^checksum_errors.*/checksum_errors\t3/" "$files/copy.metrics"' fails_saying 'seed 2: pages came back with wrong content in the copy run' frames --seeds '1 2'
check 'a run that did not finish' with 'sed -i "s/^verdict.*/verdict\t4/" "$files/zero_copy.metrics"' fails_saying 'the zero_copy run did not finish' frames --seeds 1
check 'no result' with 'rm "$files/copy.metrics"; exit 7' fails frames --seeds 1
echo 'BUG: Bad page state in process x  pfn:1' >"$RUN/log"
check 'a complaint of the kernel' fails_saying 'seed 1: the kernel complained' frames --seeds 1
rm "$RUN/log"

check 'once more' frames --seeds 1
printf 'code     0123abc, with changes that have no commit\ndate     2026-01-02\n' >"$LAB_OUT/frames/run"
check 'what has no commit is not published' fails_saying 'has no commit' frames --publish
printf 'code     0123abc, clean\ndate     2026-01-02\n' >"$LAB_OUT/frames/run"
printf '%s\n' before '<!-- frames -->' old '<!-- /frames -->' after >"$WORK/results.md"
check 'what has one is' frames --publish
check 'and shown in the docs' grep -qF "$(sed -n 2p "$LAB_OUT/frames/report.txt")" "$WORK/results.md"
check 'with the day on which it was measured' cmp "$LAB_OUT/frames/report.txt" "$LAB_RESULTS/frames/2026-01-02/report.txt"
check 'and what was free in which blocks' test -s "$LAB_RESULTS/frames/2026-01-02/buddyinfo.after"
check 'but never over another' fails_saying 'is there already' frames --publish
check 'an option that is none' fails_saying "does not know '--nonsense'" frames --nonsense
check 'a seed that is none' fails_saying "'x' is not a number" frames --seeds 'x'
check 'no seed' fails_saying 'there is no seed' frames --seeds ''
done_testing
