#!/bin/bash
# SETUP= knows its words, refuses what it does not know, and the guest is then what the
# words say.

. "$(dirname "$0")/tap.bash"
kernel=$("$LAB/kernel/build.sh" --quiet 2>/dev/null)
export LAB_OUT=$WORK/kept

# words TEXT, surfaces TEXT: what the lab's scripts make of it.
words() { bash -c '. "$0/lib.sh"; . "$0/vm/setup-words.sh"; setup_words "$1"' "$LAB" "$1"; }
surfaces() { bash -c '. "$0/lib.sh"; . "$0/vm/setup-words.sh"; setup_surfaces "$(setup_words "$1")"' "$LAB" "$1"; }

check 'one word' same "$(words zram)" zram
check 'several, however they are written' same "$(words 'zswap+swapfile,  mglru')" 'mglru zswap swapfile'
check 'twice is once' same "$(words 'numa+numa')" numa
check 'plain is nothing' same "$(words plain)" ''
check 'an unknown word, with the list' fails_saying "does not know 'tea'" words zram+tea
check 'the list' fails_saying 'fix: .*plain mglru zram .*high-swappiness' words tea
check 'a glob is no word' fails_saying "does not know '\*'" words '*'
check 'zram with a disk' fails_saying 'zram and swapfile do not go together' words swapfile+zram
check 'zram twice' fails_saying 'zram and zram-full do not go together' words zram-full+zram
check 'two of swappiness' fails_saying 'low-swappiness and high-swappiness do not' words high-swappiness+low-swappiness
check 'plain with anything' fails_saying 'plain and mglru do not go together' words mglru+plain
check 'surfaces, by default' same "$(surfaces '')" 150
check 'surfaces, as the tightest wants' same "$(surfaces mglru+zram)" "$(surfaces zram)"
check 'and that is less' test "$(surfaces zram)" -lt 150

run() { "$LAB/vm/run.sh" --kernel "$kernel" --mem 512 --swap 192 --timeout 120 "$@"; }
check 'run.sh refuses one, too' fails_saying "does not know 'tea'" run --setup tea -- /dev/null
check 'demo.sh' fails_saying "does not know 'tea'" env SETUP=tea "$LAB/demo.sh"
check 'stress.sh' fails_saying "does not know 'tea'" env SETUP=tea "$LAB/stress.sh"
check 'check.sh' fails_saying "does not know 'tea'" env SETUP=tea "$LAB/check.sh"
check 'the bench has none' fails_saying 'machines of its own' env SETUP=zram "$LAB/bench.sh"
check 'without a swap disk' fails_saying 'wants a swap disk' run --setup zram --swap 0 -- /dev/null
doctor() { SETUP=$1 "$LAB/doctor.sh" >"$WORK/doctor"; grep -q "$2" "$WORK/doctor"; }
check 'doctor knows them' doctor zram '^ok *SETUP: zram'
check 'doctor refuses one' doctor tea "^MISSING *SETUP= does not know 'tea'"
# shellcheck disable=SC2046 # words
check 'help names all' same "$("$LAB/help.sh" | grep -c -E "^  ($(words tea 2>&1 | sed -n 's/.*them: //p' | tr ' ' '|')) ")" \
	"$(($(wc -l <"$LAB/vm/setups.tsv") - 1))"

# In the guest. fact NAME: of the last boot.
fact() { sed -n "s/^$1 //p" "$WORK/facts"; }
# boot SETUP OPTION... < job: "say NAME COMMAND..." in it is a fact.
boot() {
	# shellcheck disable=SC2016 # the guest expands it
	{ echo 'say() { echo "$1 $(shift; "$@")"; }'; cat; } >"$WORK/job"
	run --setup "$@" -- "$WORK/job" >"$WORK/facts"
}
# within LEAST NUMBER MOST
within() { test "$1" -le "$2" -a "$2" -le "$3" || { echo "'$2' is not from $1 to $3"; return 1; }; }

check 'two swaps, two nodes, MGLRU and more: boots' boot mglru+two-swaps+numa+movable+high-swappiness <<'JOB'
swaps() { awk 'NR > 1 { printf "%s%s", sep, $1; sep = " " }' /proc/swaps; }
say swaps swaps
say zram_kib awk '/zram/ { print $3 + 4 }' /proc/swaps
say quarter_kib awk '/MemTotal/ { print int($2 / 4) }' /proc/meminfo
dd if=/dev/urandom of=/tmp/some bs=1M count=8 2>/dev/null
echo '8M swappiness=max' >/sys/fs/cgroup/memory.reclaim
say filled awk 'NR > 1 { printf "%s", ($4 > 0) }' /proc/swaps
say lru_gen cat /sys/kernel/mm/lru_gen/enabled
say swappiness cat /proc/sys/vm/swappiness
say proactiveness cat /proc/sys/vm/compaction_proactiveness
say movable awk '$4 == "Movable" { on = 1 } on && $1 == "present" { n += $2; on = 0 } END { print int(n / 256) }' /proc/zoneinfo
say cma_mib awk '/CmaTotal/ { print $2 / 1024 }' /proc/meminfo
say nodes cat /sys/devices/system/node/online
say processors echo $(cat /sys/devices/system/node/node?/cpulist)
say here awk '/Cpus_allowed_list/ { print $2 }' /proc/self/status
gpu_pages() { awk '$1 == "nr_gpu_active" { print $2 }' "/sys/devices/system/node/node$1/vmstat"; }
first=0 second=0
demo --label node --out /tmp --total 32 --clients 1 --rounds 2 >/dev/null &
while kill -0 $! 2>/dev/null; do
	n=$(gpu_pages 0); [ "$n" -le $first ] || first=$n
	n=$(gpu_pages 1); [ "$n" -le $second ] || second=$n
	usleep 20000
done
echo "gpu_first $first"
echo "gpu_second $second"
JOB
check 'zram comes first' same "$(fact swaps)" '/dev/zram0 /dev/vda'
check 'and fills first' same "$(fact filled)" 10
check 'it is a quarter of memory' within $(($(fact quarter_kib) - 8)) "$(fact zram_kib)" $(($(fact quarter_kib) + 8))
check 'MGLRU is on' test "$(($(fact lru_gen)))" -gt 0
check 'swappiness is high' same "$(fact swappiness)" 180
check 'compaction is proactive' same "$(fact proactiveness)" 100
check 'a quarter of memory stays movable' within 100 "$(fact movable)" 150
check 'there is CMA' same "$(fact cma_mib)" 32
check 'there are two nodes' same "$(fact nodes)" 0-1
check 'with a processor each' same "$(fact processors)" '0 1'
check 'tasks are on the first' same "$(fact here)" 0
check "vttm's buffers are on the second" within 8000 "$(fact gpu_second)" 12000
check 'and not on the first' same "$(fact gpu_first)" 0

check 'a file on a slow disk, zswap and a full cache: boots' boot zswap+swapfile+slow-swap+cached+low-swappiness <<'JOB'
say swaps awk 'NR > 1 { print $1 }' /proc/swaps
say swap_mib awk 'NR > 1 { print int($3 / 1024) }' /proc/swaps
say mounts awk '$2 ~ /^.(swap|cached)$/ { printf "%s %s, ", $1, $3 }' /proc/mounts
say swappiness cat /proc/sys/vm/swappiness
say zswap cat /sys/module/zswap/parameters/enabled
say compressor cat /sys/module/zswap/parameters/compressor
dd if=/dev/zero bs=1M count=8 2>/dev/null | tr '\0' x >/tmp/some
echo '8M swappiness=max' >/sys/fs/cgroup/memory.reclaim
say stored cat /sys/kernel/debug/zswap/stored_pages
ms() { awk '{ print int($1 * 1000) }' /proc/uptime; }
slow_read() { dd if=/dev/dm-0 of=/dev/null bs=4k count=1 skip="$1" iflag=direct 2>/dev/null; }
start=$(ms)
slow_read 7
end=$(ms)
echo "one_ms $((end - start))"
start=$(ms)
for i in $(seq 32); do slow_read $((i * 100)) & readers="$readers $!"; done
wait $readers
end=$(ms)
echo "many_ms $((end - start))"
cached() { awk '/^Cached:/ { print int($2 / 1024) }' /proc/meminfo; }
say file_mib sh -c 'echo $(($(stat -c %s /cached/file) >> 20))'
before=$(cached)
for i in $(seq 60); do
	sleep 0.5
	[ "$(cached)" -lt $((before + 64)) ] || break
done
echo "cached_mib $(($(cached) - before))"
JOB
check 'swap is on a file' same "$(fact swaps)" /swap/file
check 'which is nearly as large as the disk' within 184 "$(fact swap_mib)" 192
check 'on ext2 on the slow disk, and the other on a disk of its own' same "$(fact mounts)" '/dev/dm-0 ext2, /dev/vdb ext2, '
check 'swappiness is low' same "$(fact swappiness)" 1
check 'zswap is on' same "$(fact zswap)" Y
check 'with lz4' same "$(fact compressor)" lz4
check 'and has something' test "$(fact stored)" -gt 0
check 'a request takes 200 ms' within 200 "$(fact one_ms)" 1000
check '32 at once do not take 32 times that' within 200 "$(fact many_ms)" 3200
check 'the file in the cache is as large as memory' within 450 "$(fact file_mib)" 512
check 'and is being read' test "$(fact cached_mib)" -ge 64

check 'zram alone: boots' boot zram <<'JOB'
say swaps awk 'NR > 1 { print $1 }' /proc/swaps
say zram_kib awk '/zram/ { print $3 + 4 }' /proc/swaps
say algorithm cat /sys/block/zram0/comp_algorithm
say limit awk '{ print $4 }' /sys/block/zram0/mm_stat
JOB
check 'it is the only swap' same "$(fact swaps)" /dev/zram0
check 'as large as memory, or as the disk would be' same "$(fact zram_kib)" $((192 * 1024))
check 'it compresses with lz4' same "$(fact algorithm)" '[lz4] '
check 'it may take what it likes' same "$(fact limit)" 0

check 'memory in pieces: boots' boot fragmented <<'JOB'
# Free in blocks of 64 KiB and more, in KiB.
large() { awk '{ kib = 64; for (i = 9; i <= NF; i++) { n += $i * kib; kib *= 2 } } END { print n + 0 }' "$1"; }
say before large /tmp/buddyinfo.before
say after large /tmp/buddyinfo.after
say free_mib awk '/MemFree/ { print int($2 / 1024) }' /proc/meminfo
say total_mib awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo
demo --label frames --out /tmp --total 64 --clients 4 --rounds 0 --frames 2 --timeout 100 >/dev/null
echo 1 >/proc/sys/vm/compact_memory
say later large /proc/buddyinfo
number() { awk -v name="$1" '$1 == name { print int($2) }' /tmp/frames.metrics; }
for name in frames churned verdict checksum_errors high_watermark_kib; do say $name number $name; done
JOB
check 'before, most of it was in large blocks' test "$(fact before)" -gt 262144
check 'then next to nothing is' test "$(fact after)" -lt 4096
check 'though most of it is free' test "$(fact free_mib)" -gt $(($(fact total_mib) * 2 / 3))
check 'buffers that come and go, and compaction, do not bring a quarter of it back' test "$(fact later)" -lt $(($(fact before) / 4))
check 'there are frames' test "$(fact frames)" -gt 0
check 'and others make buffers meanwhile' test "$(fact churned)" -gt 0
check 'no content is wrong' same "$(fact verdict) $(fact checksum_errors)" '0 0'
check 'the high watermark is known' within 1024 "$(fact high_watermark_kib)" 32768

check 'zram that fills up: boots' boot zram-full --mem 256 <<'JOB'
say quarter_kib awk '/MemTotal/ { print int($2 / 4) }' /proc/meminfo
say limit_kib awk '{ print $4 / 1024 }' /sys/block/zram0/mm_stat
dd if=/dev/urandom of=/tmp/much bs=1M count=96 2>/dev/null
say before md5sum /tmp/much
for i in 1 2 3 4; do echo '96M swappiness=max' >/sys/fs/cgroup/memory.reclaim; done 2>/dev/null
say failed awk '{ print $2 }' /sys/block/zram0/io_stat
say after md5sum /tmp/much
JOB
check 'it has a quarter of memory' within $(($(fact quarter_kib) - 8)) "$(fact limit_kib)" $(($(fact quarter_kib) + 8))
check 'then writes fail' test "$(fact failed)" -gt 0
check 'and nothing is lost' same "$(fact after)" "$(fact before)"
done_testing
