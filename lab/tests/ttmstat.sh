#!/bin/bash
# ttmstat, on a tree that stands for the kernel's files.

. "$(dirname "$0")/tap.bash"
SOURCES=${LAB_TTMSTAT:-$LAB/../ttmstat}
TTMSTAT=$WORK/ttmstat
ROOT=$WORK/root
STATS=$ROOT/sys/kernel/debug/ttm/backup_stats
SWITCH=$ROOT/sys/module/ttm/parameters/zero_copy
DRI=$ROOT/sys/kernel/debug/dri

compile() { make -s -C "$SOURCES" PROGRAM="$TTMSTAT" CFLAGS='-O2 -Wall -Wextra -Werror' LDFLAGS=-static "$@"; }
# None of these runs is to last, even if something is wrong.
ttmstat() { timeout 60 "$TTMSTAT" --root "$ROOT" "$@"; }
# Somebody who is not root.
anybody() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --clear-groups "$@"; else "$@"; fi; }
status() { "$@" >"$WORK/out" 2>"$WORK/err"; echo $?; }
line() { sed -n "$1p" | tr -s ' '; }

# stats FILE NAME PAGES...: with the kernel's three columns.
stats() {
	printf '%s %s\n' "${@:2}" | awk '{ print $1, $2, $2 * 4096 }' >"$1.new"
	# Readers find the old one or the new one, not a part.
	mv "$1.new" "$1"
}

# device DIRECTORY NAME-FILE NAME PAGES...
device() {
	mkdir -p "$DRI/$1"
	echo "$2" >"$DRI/$1/name"
	stats "$DRI/$1/ttm_backup_stats" "${@:3}"
}

machine() {
	rm -rf "$ROOT"
	mkdir -p "${STATS%/*}" "${SWITCH%/*}" "$DRI" "$ROOT/proc"
	echo Y >"$SWITCH"
}

# A machine with two devices, one of which has seen it all.
busy_machine() {
	machine
	stats "$STATS" inserted 600000 copied 300 split 512 restored 2048 taken 1024 readback 1000 \
		fallback_off 100 fallback_nomem 0 fallback_busy 150 fallback_new 50 poisoned 1 busy 2 \
		healed 512 pieces 3 lost 3 novelty 7
	device vttm 'vttm dev=vttm unique=vttm' inserted 8 copied 0 restored 0 taken 0
	ln -s vttm "$DRI/0"
	ln -s vttm "$DRI/128"
	device 0000:03:00.0 'xe dev=0000:03:00.0 unique=0000:03:00.0' inserted 1 copied 3 restored 4 taken 4
	mkdir "$DRI/client-1"
	ln -s ../vttm "$DRI/client-1/device"
}

table() { cat <<'EOF'; }
zero copy: on, works: 99.9% of 2.3G inserted (400K more were copied while it was off)

DEVICE           BACKED UP  INSERTED  COPIED  RESTORED  TAKEN  SPLIT  READ BACK  HEALED  PIECES
vttm                   32K      100%       0         0      -      0          0       0       0
xe 0000:03:00.0        16K     25.0%     12K       16K   100%      0          0       0       0
all                   2.3G     99.9%    1.2M        8M  50.0%     2M       3.9M      2M     12K

NOT INSERTED  PAGES  SIZE  BECAUSE
off             100  400K  zero copy was switched off
busy            150  600K  something else held a reference to the page
new              50  200K  a reason that this ttmstat does not know
poisoned          1    4K  bad memory: neither inserted nor copied
kept              2    8K  in use by something else, and no memory to copy it

LOST: 12K of buffers, in bad memory or not readable from swap; dmesg tells which
EOF

# A kernel that counts by size, with one device.
sizes=(inserted_order_0 3 inserted_order_1 0 inserted_order_2 0 inserted_order_3 0 inserted_order_4 0 inserted_order_5 0
	inserted_order_6 0 inserted_order_7 0 inserted_order_8 0 inserted_order_9 512 copied_order_0 1
	restored_order_0 512 restored_order_4 1536 taken_order_0 8 taken_order_4 16)
sized_machine() {
	machine
	stats "$STATS" inserted 515 copied 1 restored 2048 taken 24 "${sizes[@]}"
	device vttm 'vttm dev=vttm unique=vttm' inserted 515 copied 1 restored 2048 taken 24 "${sizes[@]}"
}
sizes_table() { cat <<'EOF'; }
DEVICE  BLOCKS OF  INSERTED  COPIED  RESTORED  OF RESTORED  TAKEN
vttm           4K       12K      4K        2M        25.0%    32K
vttm          64K         0       0        6M        75.0%    64K
vttm           2M        2M       0         0           0%      0
EOF

json() { tr -d '\n' <<'EOF'; }
{"zero_copy":true,"page_size":4096,"total":{
"inserted":{"pages":8,"bytes":32768},
"copied":{"pages":0,"bytes":0},
"novelty":{"pages":7,"bytes":28672}},
"devices":[{"driver":"vttm","dev":"vttm","total":{
"inserted":{"pages":8,"bytes":32768},
"copied":{"pages":1,"bytes":4096}}}]}
EOF

# nodes DEVICE: in sysfs, the next DRM device's, with a connector.
CARDS=$ROOT/sys/class/drm
nodes() {
	local node

	mkdir -p "$ROOT/sys/devices/$1" "$CARDS/card$cards-DP-1"
	for node in "card$cards" "renderD1$((28 + cards))"; do
		mkdir "$CARDS/$node"
		ln -s "../../../devices/$1" "$CARDS/$node/device"
	done
	ln -s "../card$cards" "$CARDS/card$cards-DP-1/device"
	cards=$((cards + 1))
}
# gpu NAME DRIVER [MODULE]
gpu() {
	nodes "$1"
	mkdir -p "$ROOT/sys/bus/drivers/$2" "$ROOT/sys/module/${3:-$2}"
	ln -s "../../bus/drivers/$2" "$ROOT/sys/devices/$1/driver"
	ln -sfn "../../../module/${3:-$2}" "$ROOT/sys/bus/drivers/$2/module"
}
# All of these have one driver, without a module.
faux_gpu() {
	nodes "$1"
	mkdir -p "$ROOT/sys/bus/drivers/faux_driver"
	ln -s ../../bus/drivers/faux_driver "$ROOT/sys/devices/$1/driver"
}
# held MODULE BY: which needs it.
held() {
	mkdir -p "$ROOT/sys/module/$1/holders" "$ROOT/sys/module/$2"
	ln -s "../../$2" "$ROOT/sys/module/$1/holders/$2"
}
# swap_machine PAGES: swapped out by a kernel that counts it.
swap_machine() {
	machine
	cards=0
	stats "$STATS" inserted "$1" copied 0 restored "$1" taken "$1" swapout "$1" swapin "$(($1 / 2))"
	mkdir -p "$CARDS"
	echo 'drm 1.1.0 20060810' >"$CARDS/version"
}

check 'it compiles' compile

busy_machine
check 'the table' same "$(ttmstat)" "$(table)"
check 'the table in pages' same "$(ttmstat --pages | line 6)" 'all 600300 99.9% 300 2048 50.0% 512 1000 512 3'
check 'the table in bytes' same "$(ttmstat -b | line 6)" 'all 2458828800 99.9% 1228800 8388608 50.0% 2097152 4096000 2097152 12288'

sized_machine
check 'block sizes' same "$(ttmstat | sed -n '6,$p')" "
$(sizes_table)"
check 'block sizes in pages' same "$(ttmstat -p | line 8)" 'vttm 4K 3 1 512 25.0% 8'
device xe 'xe dev=0000:03:00.0 unique=0000:03:00.0' inserted 1 copied 0 restored 0 taken 0 inserted_order_0 1
check 'block sizes of several devices, and of all' same "$(ttmstat | sed -n '9,$p' | awk '{ print $1, $(NF - 5), $(NF - 4) }' | xargs)" \
	'vttm 4K 12K vttm 64K 0 vttm 2M 2M xe 4K 4K all 4K 12K all 64K 0 all 2M 2M'
check 'block sizes in json' grep -qF '"taken_order_4":{"pages":16,"bytes":65536}' <(ttmstat --json)
stats "$STATS" inserted 0 copied 0 restored 0 taken 0 "${sizes[@]}"
check 'no block sizes before anything was backed up' fails grep -q 'BLOCKS OF' <(ttmstat)

# Every kind of device. new_gpu and old_gpu are none that ttmstat knows.
all_kinds() {
	swap_machine 512
	gpu 0000:03:00.0 xe
	gpu 0000:04:00.0 amdgpu
	gpu 0000:00:02.0 i915
	gpu 0000:05:00.0 bochs-drm bochs
	gpu 0000:06:00.0 new-gpu new_gpu
	gpu 0000:07:00.0 old-gpu old_gpu
	faux_gpu vttm
	faux_gpu vkms
	# A partition of amdgpu's has no driver.
	nodes amdgpu_xcp_0
	held ttm drm_vram_helper
	held ttm new_gpu
	held drm_vram_helper old_gpu
	held drm bochs
}
gpus() { cat <<'EOF'; }
DEVICE                  WHAT TTM DOES WITH ITS BUFFERS
amdgpu 0000:04:00.0     swaps out at TTM's page limit and before hibernation
bochs-drm 0000:05:00.0  neither: does not use TTM
i915 0000:00:02.0       neither: has them in shmem of its own, which is swapped without TTM
new-gpu 0000:06:00.0    swaps out at TTM's page limit
old-gpu 0000:07:00.0    swaps out at TTM's page limit
vkms                    neither: does not use TTM
vttm                    backs up under memory pressure, swaps out at TTM's page limit and before hibernation
xe 0000:03:00.0         backs up under memory pressure
EOF
all_kinds
check 'swapouts and swap-ins' same "$(ttmstat -p | line '3,4')" \
	"DEVICE BACKED UP INSERTED COPIED RESTORED TAKEN SPLIT READ BACK HEALED PIECES SWAPOUT SWAPIN
all 512 100% 0 512 100% 0 0 0 0 512 256"
check 'swapouts and swap-ins in json' grep -qF '"swapout":{"pages":512,"bytes":2097152},"swapin":{"pages":256,' <(ttmstat --json)
check 'what TTM does with the buffers of each device' same "$(ttmstat | sed -n '5,$p')" "
$(gpus)"
chmod 711 "$WORK"
chmod 000 "$ROOT/sys/kernel/debug"
check '--devices works without root' same "$(anybody "$TTMSTAT" --root "$ROOT" --devices 2>&1)" "$(gpus)"
gpus_json() { tr -d '\n' <<'EOF'; }
"drm":[
{"driver":"amdgpu","dev":"0000:04:00.0","ttm":true,"backup":false,"swapout":true,"hibernation":true},
{"driver":"i915","dev":"0000:00:02.0","ttm":true,"backup":false,"swapout":false,"hibernation":false},
{"driver":"virtio_gpu","dev":"virtio0","ttm":false,"backup":false,"swapout":false,"hibernation":false},
{"driver":"xe","dev":"0000:03:00.0","ttm":true,"backup":true,"swapout":false,"hibernation":false}]}
EOF
swap_machine 0
gpu 0000:03:00.0 xe
gpu virtio0 virtio_gpu
gpu 0000:04:00.0 amdgpu
gpu 0000:00:02.0 i915
check 'the list of devices in json' same "$(ttmstat --devices --json)" "{$(gpus_json)"
check 'the list of devices is in json with the counters' same "$(ttmstat --json | grep -o '"drm":.*')" "$(gpus_json)"
stats "$STATS" inserted 8 copied 0
check 'a kernel that does not count swapouts' same "$(ttmstat | line '3,$'; ttmstat --json | grep -c drm)" \
	"DEVICE BACKED UP INSERTED COPIED RESTORED TAKEN SPLIT READ BACK HEALED PIECES
all 32K 100% 0 0 - 0 0 0 0
0"

# unused DRIVER...: what is said as long as nothing has happened.
unused() {
	local driver

	swap_machine 0
	for driver; do gpu "0000:0$cards:00.0" "$driver"; done
	ttmstat | head -1
}
check 'unused, xe' same "$(unused xe)" 'zero copy: on, not used yet: xe 0000:00:00.0 backs up under memory pressure'
check 'unused, amdgpu' same "$(unused amdgpu)" \
	"zero copy: on, not used yet: amdgpu 0000:00:00.0 swaps out at TTM's page limit and before hibernation"
check 'unused, two that can' same "$(unused xe i915 radeon)" \
	"zero copy: on, not used yet: radeon 0000:02:00.0 swaps out at TTM's page limit; xe 0000:00:00.0 backs up under memory pressure"
for driver in i915 bochs-drm; do
	check "unused for ever, $driver" same "$(unused $driver)" \
		"zero copy: on, not used: TTM neither backs up nor swaps out what this machine's devices have"
done
check 'unused, no device' same "$(unused)" \
	'zero copy: on, not used yet: nothing has been backed up or swapped out since it was switched on'
check 'no device in the list' same "$(ttmstat --devices 2>&1; ttmstat --devices --json 2>/dev/null)" \
	'ttmstat: this machine has no DRM device
{"drm":[]}'

# verdict SWITCH NAME PAGES...
verdict() {
	machine
	echo "$1" >"$SWITCH"
	stats "$STATS" "${@:2}"
	ttmstat | head -1
}
check 'verdict: not used yet' same "$(verdict Y inserted 0 copied 0)" 'zero copy: on, not used yet: nothing has been backed up since it was switched on'
check 'verdict: all was inserted' same "$(verdict Y inserted 256 copied 0)" 'zero copy: on, works: 100% of 1M inserted'
check 'verdict: a part was inserted' same "$(verdict Y inserted 128 copied 128 fallback_nomem 1 fallback_busy 127)" \
	'zero copy: on, works in part: 50.0% of 1M inserted, mainly because: busy'
check 'verdict: nothing was inserted' same "$(verdict Y inserted 0 copied 256 fallback_unsupported 256)" \
	'zero copy: on, DOES NOT WORK: 0% of 1M inserted, mainly because: unsupported'
check 'verdict: switched off' same "$(verdict N inserted 256 copied 0)" \
	'zero copy: OFF, everything is copied; to switch it on: echo 1 > /sys/module/ttm/parameters/zero_copy'
check 'copies while it was off do not count' same "$(verdict Y inserted 256 copied 512 fallback_off 512)" \
	'zero copy: on, works: 100% of 1M inserted (2M more were copied while it was off)'
check 'copies while it was off are not use' same "$(verdict Y inserted 0 copied 999 fallback_off 999)" \
	'zero copy: on, not used yet: nothing has been backed up since it was switched on'
check 'one page of very many is neither 100% nor 0%' same \
	"$(verdict Y inserted 9999999 copied 1 restored 9999999 taken 1; ttmstat | line 4)" \
	"zero copy: on, works: 99.9% of 38G inserted
all 38G 99.9% 4K 38G 0.1% 0 0 0 0"

machine
printf '%s\n' 'inserted 8' 'copied 0' '' 'novelty 7' 'words only' >"$STATS"
device vttm 'vttm dev=vttm unique=vttm' inserted 8 copied 1
check 'json; two columns; what is not a counter' same "$(ttmstat --json)" "$(json)"
rm -r "$DRI"
check 'no devices of their own' same "$(ttmstat | line '3,$')" "DEVICE BACKED UP INSERTED COPIED RESTORED TAKEN SPLIT READ BACK HEALED PIECES
all 32K 100% 0 0 - 0 0 0 0"
mkdir -p "$DRI/7" && cp "$STATS" "$DRI/7/ttm_backup_stats"
check 'a device without a name' same "$(ttmstat | line 4)" '7 32K 100% 0 0 - 0 0 0 0'

# rows REGEX OPTION...: once the first row is there change the counters, and go on
# until a row matches.
later=(inserted 20600000 copied 300 restored 2048 taken 1024 fallback_busy 150 fallback_new 60)
rows() {
	local row

	busy_machine
	exec 3< <(ttmstat "${@:2}" 0.2 100)
	while read -r row <&3; do
		echo "$row"
		[[ $row == *INSERTED* ]] || break
	done
	stats "$STATS" "${later[@]}"
	while read -r row <&3; do
		echo "$row"
		[[ ! $row =~ $1 ]] || break
	done
	exec 3<&-
}
# inserted_between_rows PAGES: that many, going by the last row's rate and time.
inserted_between_rows() {
	rows '"per_second":."inserted":."pages":[0-9.]*[1-9]' --json | tail -1 |
		sed 's/.*"seconds":\([0-9.]*\),"per_second":."inserted":."pages":\([0-9.]*\),.*/\1 \2/' |
		awk -v pages="$1" '{ print; is = $1 * $2 } END { exit !(is > pages * 0.999 && is < pages * 1.001) }'
}
rows '/s' >"$WORK/rows"
check 'the first row has the totals' same "$(line 1,2 <"$WORK/rows")" \
	"ZCOPY INSERTED COPIED INS% RESTORED TAKEN TAKEN% SPLIT READBACK WHY COPIED
on 2.3G 1.2M 99.9% 8M 4M 50.0% 2M 3.9M busy"
check 'the next row has rates, and its own reason' grep -qE '^on +[0-9.]+[MG]/s +0 +100% +0 +0 +- +0 +0 new$' "$WORK/rows"
check 'rates are the difference divided by the time' inserted_between_rows 20000000
later=(inserted 5000 copied 0)
check 'a counter that fell began anew' inserted_between_rows 5000

machine
stats "$STATS" inserted 0 copied 0
check 'COUNT counts the first' same "$(ttmstat 0.01 3 | wc -l)" 4
check 'the header comes on every screen' same "$(ttmstat 0.01 45 | grep -n ZCOPY | cut -d: -f1 | xargs)" '1 24 47'
check 'json: one object a line' same "$(ttmstat --json 0.01 3 | grep -c '^{"time":.*}$')" 3
# Written to a pipe whose reader is gone.
unread() {
	mkfifo "$WORK/fifo"
	exec 4<>"$WORK/fifo"
	exec 5>"$WORK/fifo"
	exec 4>&-
	"$@" >&5
}
check 'output to a closed pipe' same "$(status unread ttmstat; cat "$WORK/err")" 0
# A reader who leaves after one line.
left() {
	ttmstat "$@" | head -1
	same "${PIPESTATUS[*]}" '0 0'
}
check 'a reader who leaves' left 0.01
check 'a reader who leaves is noticed before the next row' left 3600
check 'a full disk is a failure' same "$(status sh -c '"$@" >/dev/full' sh "$TTMSTAT" --root "$ROOT")" 1

# ended_by SIGNAL: in the middle of an interval, before a second row. It has an end of
# its own, not one by timeout(1), which a signal at its start ends alone.
ended_by() {
	local pid

	: >"$WORK/out"
	# A background process ignores INT, and the parent of this test may do so, too.
	env --default-signal=INT "$TTMSTAT" --root "$ROOT" 60 2 >"$WORK/out" 2>&1 &
	pid=$!
	until [ "$(wc -l <"$WORK/out")" = 2 ] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
	kill "-$1" "$pid"
	wait "$pid" && same "$(wc -l <"$WORK/out")" 2
}
check 'Ctrl-C is a normal end' ended_by INT
check 'SIGTERM is a normal end' ended_by TERM

busy_machine
rm "$STATS"
check 'counters that are not there' fails_saying 'no /sys/kernel/debug/ttm/backup_stats' ttmstat
rm -r "$ROOT"/sys/kernel/debug/*
check 'debugfs not mounted' fails_saying 'debugfs is not mounted' ttmstat
check 'the fix is the mount command' grep -q 'fix: mount -t debugfs debug /sys/kernel/debug' <(ttmstat 2>&1)
rm -r "$ROOT/sys/kernel"
check 'no debugfs' fails_saying 'has no debugfs' ttmstat
rm "$SWITCH"
check 'an unpatched kernel' fails_saying "this kernel's TTM has no zero copy" ttmstat
check 'an unpatched kernel has no clients' fails_saying "this kernel's TTM has no zero copy" ttmstat --clients
rm -r "$ROOT/sys/module"
check 'no TTM' fails_saying 'TTM is not loaded' ttmstat
machine
echo 'nothing of the kind' >"$STATS"
check 'another format' fails_saying 'not in a form' ttmstat
busy_machine
chmod 711 "$WORK"
chmod 000 "$ROOT/sys/kernel/debug"
check 'no permission' fails_saying 'only root may read' anybody "$TTMSTAT" --root "$ROOT"
check 'without permission the fix is sudo' grep -q 'fix: run it with sudo' <(anybody "$TTMSTAT" --root "$ROOT" 2>&1)
check 'without permission the status is 1' same "$(status anybody "$TTMSTAT" --root "$ROOT")" 1
rm "$SWITCH"
check 'permission is not asked for if there is nothing to see' fails_saying "this kernel's TTM has no zero copy" anybody "$TTMSTAT" --root "$ROOT"
chmod 755 "$ROOT/sys/kernel/debug"
check 'counters that disappear' same "$(busy_machine
	ttmstat 0.2 100 2>&1 | { read -r _; read -r _; rm "$STATS"; grep -c 'there is no /sys/kernel/debug/ttm'; })" 1

# client PID NAME FD LINE...
client() {
	mkdir -p "$ROOT/proc/$1/fdinfo"
	echo "$2" >"$ROOT/proc/$1/comm"
	printf 'pos:\t0\nflags:\t02\n' >"$ROOT/proc/$1/fdinfo/$3"
	printf '%s\n' "${@:4}" >>"$ROOT/proc/$1/fdinfo/$3"
}
vttm() {
	printf '%s\n' 'drm-driver: vttm' "drm-client-id: $1" "drm-total-memory: $2" 'drm-shared-memory: 0' \
		'drm-resident-memory: 4 KiB' "ttm-inserted: $3" 'ttm-copied: 512 KiB' 'ttm-swapped: 0'
}
busy_machine
mkdir "$ROOT/proc/self" "$ROOT/proc/12"
client 300 other 3 "$(vttm 7 '2 MiB' '1024 KiB')"
client 20 'a "game"' 3 "$(vttm 9 '3 MiB' '1 MiB')"
client 20 'a "game"' 4 "$(vttm 9 '3 MiB' '1 MiB')"
client 21 heir 4 "$(vttm 9 '3 MiB' '1 MiB')"
client 22 no-ttm 5 'drm-driver: i915' 'drm-client-id: 9' 'drm-total-memory: 9 MiB'
client 23 pci 5 'drm-driver: xe' 'drm-client-id: 9' 'drm-pdev: 0000:03:00.0' 'drm-total-vram0: 1 MiB' \
	'drm-total-system: 512 KiB' 'ttm-inserted-system: 4096'
client 24 pci2 5 'drm-driver: xe' 'drm-client-id: 9' 'drm-pdev: 0000:04:00.0' 'ttm-copied: 0'
client 25 twin 5 'drm-driver: twin' 'drm-client-id: 9' 'ttm-copied: 0'
client 26 file 1
clients() { cat <<'EOF'; }
PID  NAME      DEVICE           TOTAL  RESIDENT  INSERTED  COPIED  SWAPPED
 20  a "game"  vttm                3M        4K        1M    512K        0
300  other     vttm                2M        4K        1M    512K        0
 23  pci       xe 0000:03:00.0   1.5M         0        4K       0        0
 24  pci2      xe 0000:04:00.0      0         0         0       0        0
 25  twin      twin                 0         0         0       0        0
EOF
check 'clients' same "$(ttmstat --clients 2>&1)" "$(clients)"
clients_json() { tr -d '\n' <<'EOF'; }
{"clients":[
{"pid":20,"name":"a \"game\"","driver":"vttm","dev":"","client_id":9,
"total":3145728,"resident":4096,"inserted":1048576,"copied":524288,"swapped":0},
{"pid":300,"name":"other","driver":"vttm","dev":"","client_id":7,
"total":2097152,"resident":4096,"inserted":1048576,"copied":524288,"swapped":0},
{"pid":23,"name":"pci","driver":"xe","dev":"0000:03:00.0","client_id":9,
"total":1572864,"resident":0,"inserted":4096,"copied":0,"swapped":0}]}
EOF
rm -r "$ROOT/proc/24" "$ROOT/proc/25"
check 'clients in json' same "$(ttmstat --clients --json)" "$(clients_json)"
chmod 000 "$ROOT/proc/300/fdinfo"
check 'processes that may not be read are counted' grep -q '1 processes of other users' \
	<(anybody "$TTMSTAT" --root "$ROOT" --clients 2>&1)
rm -r "$ROOT"/proc/*
check 'no clients' grep -q 'no process has buffers' <(ttmstat --clients 2>&1)

for arguments in --nonsense 'x' '0' '-1' '1s' 'inf' '1.2.3' '1 0' '1 x' '1 2 3' '--clients 1' '--devices 1' '--clients --devices'; do
	# shellcheck disable=SC2086 # several arguments
	check "bad arguments: $arguments" same "$(status ttmstat $arguments)" 2
	check "and what to do about: $arguments" grep -q '^  fix: ' "$WORK/err"
done
check 'an empty argument' same "$(status ttmstat '')" 2
check 'a root that is not there' same "$(status "$TTMSTAT" --root "$WORK/nowhere")" 2
check '--help' grep -q '^Usage: ttmstat' <(ttmstat --help)
check '--version' grep -qE '^ttmstat [0-9.]+$' <(ttmstat --version)
check 'the man page names every option' same \
	"$(ttmstat --help | grep -oE '^ +(-[a-zA-Z], |    )--[a-z]+' | grep -oE -- '--[a-z]+' | sort)" \
	"$(sed 's/\\//g' "$SOURCES/ttmstat.8" | grep -A1 '^\.TP' | grep -oE -- '--[a-z]+' | sort -u)"
check 'make install' compile install PREFIX=/usr DESTDIR="$WORK/root of it"
check 'make install installs the program and its page' same "$(cd "$WORK/root of it" && find . -type f | sort | xargs)" \
	'./usr/sbin/ttmstat ./usr/share/man/man8/ttmstat.8'
done_testing
