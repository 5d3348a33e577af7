#!/bin/bash
# Test results and kernel complaints are counted, none is overlooked.

. "$(dirname "$0")/tap.bash"

count() { printf '%s\n' "$@" | awk -v tally="$WORK/tally" -v where= -f "$LAB/ktap.awk" >"$WORK/said"; tail -1 "$WORK/tally"; }
unit() { count '# lab: begin kunit x' "$@" '# lab: end 0'; }

check 'passes' same "$(unit 1..2 'ok 1 a' 'ok 2 - b')" '2 0 0'
check 'a failure' same "$(unit 1..2 'ok 1 a' '# why' 'not ok 2 b')" '1 1 0'
check 'is printed with its reason' same "$(sed -n '1,2p' "$WORK/said" | xargs)" 'FAIL kunit x: b # why'
check 'a skip' same "$(unit 1..1 'ok 1 a # SKIP no swap')" '0 0 1'
check 'nested results count once' same \
	"$(unit 1..1 '    KTAP version 1' '    # Subtest: s' '    1..2' '        1..2' '        ok 1 p' '        ok 2 q' '    ok 1 c' '    ok 2 d' 'ok 1 s')" '3 0 0'
check 'a nested failure counts once' same "$(unit 1..1 '    1..2' '    ok 1 c' '    not ok 2 d' 'not ok 1 s')" '1 1 0'
check 'a parent that failed by itself counts' same "$(unit 1..1 '    1..1' '    ok 1 c' 'not ok 1 s')" '1 1 0'
check 'fewer results than planned' same "$(unit 1..3 'ok 1 a')" '1 1 0'
check 'no case at all' same "$(unit 1..0)" '0 1 0'
check 'no end' same "$(count '# lab: begin kunit x' 1..1 'ok 1 a')" '1 1 0'
check 'a bad end' same "$(count '# lab: begin test x' 1..1 'ok 1 a' '# lab: end 139')" '1 1 0'
check 'the first unit breaks off, the second counts' same \
	"$(count '# lab: begin kunit x' 'ok 1 a' '# lab: begin kunit y' 1..1 'ok 1 b' '# lab: end 0')" '1 0 0'

printf 'suite\tWARNING: .*mm/a.c:[0-9]+ at expected_fn[+]\nsuite\tpossible .* locking.* at: expected_fn[+]\n' >"$WORK/expected"
complaints() { printf '[    1.000000] %s\n' "$@" | awk -f "$LAB/kernel-log.awk" "$WORK/expected" - | grep -c '^not ok'; }
warning=('------------[ cut here ]------------' 'WARNING: mm/a.c:7 at expected_fn+0x1/0x2, CPU#0: x/1' 'Call Trace:' '---[ end trace 0 ]---')
check 'a clean log' same "$(complaints 'Run /init as init process')" 0
check 'no log at all' same "$(awk -f "$LAB/kernel-log.awk" "$WORK/expected" /dev/null | grep -c '^not ok')" 1
check 'a warning' same "$(complaints 'lab: begin kunit other' "${warning[@]}")" 1
check 'two warnings are two' same "$(complaints "${warning[@]}" "${warning[@]}")" 2
check 'an expected one' same "$(complaints 'lab: begin kunit suite' "${warning[@]}")" 0
check 'is expected once' same "$(complaints 'lab: begin kunit suite' "${warning[@]}" "${warning[@]}")" 1
check 'an expected lockdep report' same \
	"$(complaints 'lab: begin kunit suite' '====' 'WARNING: possible recursive locking detected' '----' 'x is trying to acquire lock:' 'y, at: expected_fn+0x1/0x2' 'more')" 0
check 'lockdep' same "$(complaints 'WARNING: possible circular locking dependency detected' 'x')" 1
check 'KASAN' same "$(complaints 'BUG: KASAN: slab-use-after-free in f+0x1/0x2' 'x')" 1
check 'a bad page' same "$(complaints 'BUG: Bad page state in process x  pfn:1')" 1
check 'a hung task' same "$(complaints 'INFO: task x:1 blocked for more than 120 seconds.')" 1
check 'a thread id before the text' same "$(complaints '[   T1] BUG: sleeping function called from invalid context')" 1
done_testing
