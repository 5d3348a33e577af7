#!/bin/bash
# ktap.awk and kernel-log.awk count test results and the kernel's complaints.

. "$(dirname "$0")/tap.bash"

# tally FILE WHERE LINE...
tally() { printf '%s\n' "${@:3}" | awk -v tally="$1" -v where="$2" -f "$LAB/check/ktap.awk"; }
count() { tally "$WORK/tally" '' "$@" >"$WORK/said"; tail -1 "$WORK/tally" | cut -d' ' -f1-3; }
unit() { count '# lab: begin kunit x' "$@" '# lab: end 0'; }

check 'passes' same "$(unit 1..2 'ok 1 a' 'ok 2 - b')" '2 0 0'
check 'a failure' same "$(unit 1..2 'ok 1 a' '# why' 'not ok 2 b')" '1 1 0'
check 'a failure is printed with its reason' same "$(sed -n '1,2p' "$WORK/said" | xargs)" 'FAIL kunit x: b # why'
check 'a skip' same "$(unit 1..1 'ok 1 a # SKIP no swap')" '0 0 1'
check 'nested results count once' same \
	"$(unit 1..1 '    KTAP version 1' '    # Subtest: s' '    1..2' '        1..2' '        ok 1 p' '        ok 2 q' '    ok 1 c' '    ok 2 d' 'ok 1 s')" '3 0 0'
check 'a nested failure counts once' same "$(unit 1..1 '    1..2' '    ok 1 c' '    not ok 2 d' 'not ok 1 s')" '1 1 0'
check 'a parent that failed without a failed child counts' same "$(unit 1..1 '    1..1' '    ok 1 c' 'not ok 1 s')" '1 1 0'
check 'fewer results than planned' same "$(unit 1..3 'ok 1 a')" '1 1 0'
check 'no case at all' same "$(unit 1..0)" '0 1 0'
check 'a unit without an end fails' same "$(count '# lab: begin kunit x' 1..1 'ok 1 a')" '1 1 0'
check 'a unit that ends with a status fails' same "$(count '# lab: begin test x' 1..1 'ok 1 a' '# lab: end 139')" '1 1 0'
check 'the first unit breaks off, the second counts' same \
	"$(count '# lab: begin kunit x' 'ok 1 a' '# lab: begin kunit y' 1..1 'ok 1 b' '# lab: end 0')" '1 0 0'

check 'a failure that says SKIP is no skip' same "$(unit 1..1 'not ok 1 a # SKIP no swap')" '0 1 0'

rm "$WORK"/tally*
tally "$WORK/tally" normal '# lab: begin kunit x' '1..1' '    # Subtest: suite' '    1..2' '        # Subtest: case' \
	'        ok 1 order 9 # SKIP no room' '    ok 1 case # SKIP' '    ok 2 other # SKIP no swap' 'ok 1 suite' '# lab: end 0' >"$WORK/said"
check 'the place where a unit ran is kept' same "$(cat "$WORK/tally")" '0 0 2 normal kunit x'
check 'the place where a unit ran is printed' grep -q '^normal: kunit x  .* 2 skipped$' "$WORK/said"
check 'skips are kept, with the reason' same "$(cat "$WORK/tally.skips")" \
	$'normal\tkunit x\tcase/order 9\tno room\nnormal\tkunit x\tother\tno swap'

printf 'suite\tWARNING: .*mm/a.c:[0-9]+ at expected_fn[+]\nsuite\tpossible .* locking.* at: expected_fn[+]\n' >"$WORK/expected"
complaints() { printf '[    1.000000] %s\n' "$@" | awk -f "$LAB/vm/kernel-log.awk" "$WORK/expected" - | grep -c '^not ok'; }
warning=('------------[ cut here ]------------' 'WARNING: mm/a.c:7 at expected_fn+0x1/0x2, CPU#0: x/1' 'Call Trace:' '---[ end trace 0 ]---')
check 'a clean log' same "$(complaints 'Run /init as init process')" 0
check 'no log at all' same "$(awk -f "$LAB/vm/kernel-log.awk" "$WORK/expected" /dev/null | grep -c '^not ok')" 1
check 'a warning' same "$(complaints 'lab: begin kunit other' "${warning[@]}")" 1
check 'two warnings are two' same "$(complaints "${warning[@]}" "${warning[@]}")" 2
check 'an expected warning' same "$(complaints 'lab: begin kunit suite' "${warning[@]}")" 0
check 'an expected warning may come once' same "$(complaints 'lab: begin kunit suite' "${warning[@]}" "${warning[@]}")" 1
sed -i 's/^suite/suite*/' "$WORK/expected"
check 'an expected warning with * may come often' same "$(complaints 'lab: begin kunit suite' "${warning[@]}" "${warning[@]}" 'lab: begin kunit other' "${warning[@]}")" 1
sed -i 's/^suite[*]/suite/' "$WORK/expected"
check 'an expected lockdep report' same \
	"$(complaints 'lab: begin kunit suite' '====' 'WARNING: possible recursive locking detected' '----' 'x is trying to acquire lock:' 'y, at: expected_fn+0x1/0x2' 'more')" 0
check 'lockdep' same "$(complaints 'WARNING: possible circular locking dependency detected' 'x')" 1
check 'KASAN' same "$(complaints 'BUG: KASAN: slab-use-after-free in f+0x1/0x2' 'x')" 1
check 'a bad page' same "$(complaints 'BUG: Bad page state in process x  pfn:1')" 1
check 'a hung task' same "$(complaints 'INFO: task x:1 blocked for more than 120 seconds.')" 1
failure=('kswapd0: page allocation failure: order:0, mode:0xc0de0(GFP_KERNEL), nodemask=(null)' 'CPU: 0 UID: 0' 'Call Trace:' ' f+0x1/0x2')
check 'an allocation that failed in a zero-copy run' same "$(complaints 'lab: begin demo zero_copy' "${failure[@]}")" 1
check 'a failed allocation outside of the demo is no complaint' same "$(complaints 'lab: begin selftest x' "${failure[@]}")" 0
check 'a failed allocation without a trace is no complaint' same "$(complaints "${failure[@]:0:2}" 'lab: begin selftest x' "${failure[@]:2}")" 0
check 'a failed allocation in a copy run is no complaint' same "$(complaints 'lab: begin demo warmup' "${failure[@]}" 'lab: begin demo copy' "${failure[@]}")" 0
check 'a failed allocation in a zero-copy run is a complaint' same \
	"$(complaints 'lab: begin demo copy' 'all is well' 'lab: begin demo zero_copy' "${failure[@]}")" 1
check 'it is none if an earlier copy run has one, too' same \
	"$(complaints 'lab: begin demo copy' "${failure[@]}" 'lab: begin demo zero_copy' "${failure[@]}")" 0
check 'it is none if a later copy run has one, too' same \
	"$(complaints 'lab: begin demo zero_copy' "${failure[@]}" 'lab: begin demo copy' "${failure[@]}")" 0
check 'a failed allocation in the warm-up does not count' same \
	"$(complaints 'lab: begin demo warmup' "${failure[@]}" 'lab: begin demo zero_copy' "${failure[@]}")" 1
check 'the list of expected warnings may be empty' same \
	"$(printf '%s\n' "${warning[@]}" | awk -f "$LAB/vm/kernel-log.awk" /dev/null - | grep -c '^not ok .* complained')" 1
check 'a thread id before the text' same "$(complaints '[   T1] BUG: sleeping function called from invalid context')" 1

printf 'ours\n' >"$WORK/ours"
race=('=====' 'BUG: KCSAN: data-race in f / g' '' 'read to 0x1 of 8 bytes by task 1 on cpu 0:' ' f+0x1/0x2')
race_log() { printf '[    1.000000] %s\n' "${race[@]}" "$@" '=====' | awk -v ours="$WORK/ours" -f "$LAB/vm/kernel-log.awk" /dev/null -; }
check 'a data race is a complaint' same "$(complaints "${race[@]}")" 1
check 'a data race without a function of ours is counted only' same "$(race_log ' not_ours+0x1/0x2' ' ourselves+0x1/0x2' | grep -v '^1[.]')" \
	$'# 1 data races without a function of ours\nok 1 the kernel log is clean'
check 'a data race with a function of ours is a complaint' same "$(race_log ' ours+0x1/0x2' | grep -c '^not ok')" 1
check 'a data race in a part of a function of a module is a complaint' same "$(race_log ' ours.isra.0+0x1/0x2 [vttm]' | grep -c '^not ok')" 1
check 'not if shmem does it for any TTM' same "$(race_log ' folio_x+0x1/0x2' ' shmem_truncate_range+0x1/0x2' ' ours+0x1/0x2' | grep -c '^not ok')" 0
check 'but if the other side is ours' same "$(race_log ' shmem_truncate_range+0x1/0x2' 'write to 0x1 of 8 bytes by task 2 on cpu 1:' ' ours+0x1/0x2' | grep -c '^not ok')" 1
known_race() { printf '[    1.000000] %s\n' '=====' "BUG: KCSAN: data-race in $1" ' ours+0x1/0x2' '=====' | awk -v ours="$WORK/ours" -f "$LAB/vm/kernel-log.awk" "$LAB/vm/expected-warnings" - | grep -c '^not ok'; }
check 'a data race of 7.3 itself is none, whatever runs' same "$(known_race 'lruvec_lru_size / mem_cgroup_update_lru_size')" 0
check 'a data race of such a function with another one is a complaint' same "$(known_race 'lruvec_lru_size / shmem_insert_folio')" 1

# The stress campaign looks for complaints itself, turn by turn.
words_of_log() { sed -n 's|^text ~ /\(WARNING.*\)/ {$|\1|p' "$LAB/vm/kernel-log.awk" | tr '|' '\n' | sed 's/^\[Bb\]//' | sort; }
words_of_stress() { sed -n '/words\[\] = {/,/};/p' "${LAB_GUEST:-$LAB/../guest}/stress/kmsg.c" | grep -o '"[^"]*"' | tr -d '"' | sort; }
check 'the stress campaign knows the same complaints, except these' same "$(comm -3 <(words_of_log) <(words_of_stress))" \
	$'Kernel panic\nkmemleak: [0-9]+ new\npage allocation failure: '
done_testing
