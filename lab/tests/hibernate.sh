#!/bin/bash
# A machine that hibernates comes back, or the lab says why not. The report of 'make
# hibernate' has the right numbers.

. "$(dirname "$0")/tap.bash"
kernel=$("$LAB/kernel/build.sh" --quiet 2>/dev/null)
# For the consoles of guests that end badly on purpose.
export LAB_OUT=$WORK/kept

job() { printf '%s\n' "$@" >"$WORK/job"; }
run() { "$LAB/vm/run.sh" --kernel "$kernel" --mem 256 --swap 512 --timeout 300 --hibernates "$WORK/power" "$@" -- "$WORK/job"; }

job 'echo shutdown >/sys/power/disk' 'echo before; echo errors >&2' 'echo disk >/sys/power/state || exit 9' \
	'echo after; echo once more >/out/file' 'exit 7'
status=0
run --files "$WORK/files" >"$WORK/said" 2>"$WORK/errors" || status=$?
check 'a job that hibernates goes on, and ends with its own status' same "$status" 7
check 'the job'\''s output arrives from both machines' same "$(cat "$WORK/said")" $'before\nafter'
check 'the job'\''s errors are apart' same "$(cat "$WORK/errors")" errors
check 'the job'\''s files arrive' same "$(cat "$WORK/files/file")" 'once more'
check 'the machine was on twice' same "$(cut -d' ' -f1 "$WORK/power" | xargs)" 'on off on off'
# An image of nothing.
job 'swapoff -a' 'printf S1SUSPEND | dd of=/dev/vda bs=1 seek=4086 conv=notrunc,fsync 2>/dev/null' 'poweroff -f'
check 'an image that cannot be read is reported' fails_saying 'the kernel found no image to resume from, or could not read it' run
check 'it was the second machine that reported it' same "$(cut -d' ' -f1 "$WORK/power" | xargs)" 'on off on off'
job 'exit 0'
check 'hibernation without a swap disk is refused' fails_saying 'hibernation needs a swap disk' run --swap 0
check 'hibernation with swap elsewhere is refused' fails_saying 'swap is not on the disk that is resumed from' run --setup zram

# log LINE...: of the kernel, after the request.
log() { printf '[    1.000000] %s\n' 'PM: hibernation: Error 5 creating image' 'PM: hibernation: hibernation entry' "$@" | awk -f "$LAB/hibernate/log.awk" | sort; }
check 'the numbers of an image in the kernel'\''s log' same \
	"$(log 'PM: hibernation: Allocated 81219 pages for snapshot' 'PM: hibernation: Allocated 324876 kbytes in 0.52 seconds (624.76 MB/s)' \
		'[    T1] PM: hibernation: Need to copy 80123 pages' 'PM: Image size after compression: 124567 kbytes')" \
	$'image_kib\t124567\nimage_pages\t80123\nsnapshot_pages\t81219'
check 'the reason for having no image' same "$(log 'PM: hibernation: Preallocating image memory' 'PM: hibernation: Image allocation is 1234 pages short' \
	'PM: hibernation: Error -12 creating image')" $'reason\tImage allocation is 1234 pages short'

check 'the reason, if memory ran out before the image' same \
	"$(log 'hibernate: page allocation failure: order:0, mode:0x140cc2(GFP_HIGHUSER|__GFP_COMP), nodemask=(null)' \
		'PM: hibernation: Error -12 creating image')" $'reason\thibernate: page allocation failure: order:0, mode:0x140cc2'

# metrics KIND-SHARE-RUN NAME VALUE...
metrics() { printf '%s\t%s\n' "${@:2}" >"$WORK/runs/$1.metrics"; }
mkdir -p "$WORK/runs"
echo 'Linux 7.3' >"$WORK/runs/machine"
for share in 30 60; do
	metrics "system-$share-copy" outcome resumed prepare_ns 1234567890 off_s 4.26 first_s 6.5 prepare_alloc_pages 12345 image_pages 51200 pages_written 25600
	metrics "system-$share-zero_copy" outcome resumed prepare_ns 34567890 off_s 2.04 first_s 5 prepare_alloc_pages 12 image_pages 25600 pages_written 512
done
metrics system-90-copy outcome refused reason 'Image allocation is 12 pages short' prepare_alloc_pages 7
metrics system-90-zero_copy outcome resumed off_s 3 first_s 5 prepare_alloc_pages 13 image_pages 25600 pages_written 512
metrics vram-30-zero_copy outcome resumed off_s 9 first_s 9 prepare_alloc_pages 0 image_pages 256 pages_written 0
check 'the report is made' "$LAB/hibernate/report.sh" "$WORK/runs"
tsv() { awk -F'\t' -v row="$1 $2 $3" '$1 " " $2 " " $3 == row { print $4, $5, $6 }' "$WORK/runs/report.tsv"; }
row() { sed -n "s/  */ /g; /^$1/p" "$WORK/runs/report.txt"; }
check 'a number of both runs' same "$(tsv system 30 off_s)" '4.26 2.04 s'
check 'a number that a run does not have' same "$(tsv system 90 off_s)" '- 3 s'
check 'a run that did not take place' same "$(tsv vram 30 outcome)" '- resumed -'
check 'shares in their order' same "$(awk -F'\t' '$3 == "outcome" && $1 == "system" { print $2 }' "$WORK/runs/report.tsv" | xargs)" '30 60 90'
check 'a line of the table' same "$(row 'system 60 %')" 'system 60 % resumed resumed 1.23 0.03 4.3 2.0 6.5 5.0 12,345 12 200 100 100 2'
check 'the reason why a run has no numbers' same "$(row 'system at 90')" 'system at 90 %, copy: Image allocation is 12 pages short'
check 'the largest share of both runs' same "$(row 'Largest share .* system')" 'Largest share that resumed, and all below it: system, copy 60 %, zero copy 90 %'
check 'kinds with more than one point are plotted' same "$(cd "$WORK/runs" && echo *.png)" system.png

export LAB_RESULTS=$WORK/results LAB_DOCS=$WORK
publish() { LAB_OUT=$WORK "$LAB/hibernate.sh" --publish; }
check 'without a report nothing is published' fails_saying 'no report to publish' publish
mv "$WORK/runs" "$WORK/hibernate"
printf 'code     0123abc, with changes that have no commit\ndate     2026-01-02\n' >"$WORK/hibernate/run"
check 'code without a commit is not published' fails_saying 'has no commit' publish
sed -i 's/, .*/, clean/' "$WORK/hibernate/run"
check 'code with a commit is published' publish
check 'the whole report is published' same "$(cd "$LAB_RESULTS/hibernate/2026-01-02" && echo ./*.t?? ./run ./system.*)" \
	'./report.tsv ./report.txt ./run ./system.png ./system.svg'
check 'a published report is not replaced' fails_saying 'is there already' publish
check 'a bad share' fails_saying "a share of 0 % of memory" "$LAB/hibernate.sh" --shares 0
check 'an unknown option' fails_saying "does not know '--nonsense'" "$LAB/hibernate.sh" --nonsense
done_testing
