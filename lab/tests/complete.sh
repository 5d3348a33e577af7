#!/bin/bash
# complete.sh notices missing suites, selftests and cases, and unexpected skips.

. "$(dirname "$0")/tap.bash"
unset KERNEL KERNEL_TREE KERNEL_TARBALL
export LAB_BUILD=$WORK/build LAB_LINUX=$WORK/linux LAB_OUT=$WORK/out
# The test has its own lists.
cp -r "$LAB" "$WORK/lab"
CHECK=$WORK/lab/check/complete.sh
LIST=$WORK/lab/check/expected-cases
SKIPS=$WORK/lab/check/expected-skips
DIR=$LAB_OUT/check
mkdir -p "$DIR" "$LAB_LINUX/mm/tests" "$LAB_LINUX/drivers/gpu/drm/ttm/tests" "$LAB_LINUX/tools/testing/selftests/drivers/vttm"
printf '%s\n' 'static struct kunit_suite a = {' $'\t.name = "a_suite",' '};' 'struct other b = {' $'\t.name = "no_suite",' '};' \
	>"$LAB_LINUX/mm/tests/shmem_a.c"
touch "$LAB_LINUX/drivers/gpu/drm/ttm/tests/none.c" "$LAB_LINUX/tools/testing/selftests/drivers/vttm"/{one,two}.c

list() { { echo '# words'; printf '%s\n' "$@"; } >"$LIST"; }
# ran PARTS LINE...: the last 'make check', as ktap.awk leaves it.
ran() { echo "$1" >"$DIR/parts"; printf '%s\n' "${@:2}" >"$DIR/tally"; }
skipped() { printf '%s\t%s\t%s\twhy\n' "$@" >"$DIR/tally.skips"; }
bad() { "$CHECK" 2>/dev/null | sed -n 's/^not ok [0-9]* //p'; }

check 'without a make check it fails' fails_saying "no 'make check' has run yet" "$CHECK"
list 'kunit a_suite 3 debug,normal' 'kunit ttm 7 normal' 'kunit ttm 8 debug' 'lab x 5 host' \
	'selftest one 1 debug,normal' 'selftest two 2 debug,normal'
: >"$SKIPS"
normal=('3 0 0 normal kunit a_suite' '5 0 0 normal kunit ttm' '2 0 0 normal kunit ttm' '1 0 0 normal selftest one' '1 0 1 normal selftest two')
ran normal "${normal[@]}"
check 'all of one part has run' same "$(bad)" ''
check 'the result says that all has run' same "$("$CHECK" | grep -c '^ok 1 ')" 2
ran normal "${normal[@]:0:3}" "${normal[@]:4}"
check 'a unit is gone' same "$(bad)" 'normal: selftest one has not run: 1 cases'
ran normal '2 0 0 normal kunit a_suite' "${normal[@]:1}"
check 'a case is gone' same "$(bad)" 'normal: kunit a_suite ran 2 cases, not 3; to accept it: lab/check/complete.sh --accept'
ran normal '1 1 0 normal kunit a_suite' "${normal[@]:1}"
check 'a missing case is not reported again if the unit failed' same "$(bad)" ''
ran normal "${normal[@]}" '4 0 0 normal kunit new'
check 'a unit is new' same "$(bad)" 'normal: kunit new is new, with 4 cases; to accept it: lab/check/complete.sh --accept'
ran normal "${normal[@]:0:3}" '0 1 0 normal boot selftests'
check 'a guest that died is reported once' same "$(bad)" 'normal: 2 units have not run, because a guest did not end well'
ran 'normal debug' "${normal[@]}" '0 1 0 debug kernel debug'
check 'a kernel that could not be built is not reported again' same "$(bad)" ''
ran 'normal host' "${normal[@]}"
check 'a test of the lab is gone' same "$(bad)" 'host: lab x has not run: 5 cases'

list 'kunit a_suite 3 normal' 'kunit ttm 7 normal' 'selftest one 1 normal' 'selftest two 2 normal'
ran 'normal debug' "${normal[@]}" "${normal[@]//normal/debug}"
skipped debug 'kunit ttm' case
check 'a part that is not in the list is not compared' same "$(bad)" ''
: >"$DIR/tally.skips"

list 'kunit ttm 7 normal' 'selftest one 1 normal'
ran normal "${normal[@]:1:3}"
check 'a suite in linux/ that is in no list and did not run' same "$(bad | xargs -d '\n')" \
	'normal: kunit a_suite is in linux/ and has not run normal: selftest two is in linux/ and has not run'
check 'such a suite is reported with KERNEL_TREE=, too' same "$(KERNEL_TREE=/x bad | wc -l)" 2
ran normal "${normal[@]}"
check 'the lists are not compared with KERNEL_TREE=' same "$(KERNEL_TREE=/x bad)" ''
check 'and nothing fails then' same "$(KERNEL_TREE=/x "$CHECK" 2>/dev/null |
	awk -v tally="$WORK/tally" -f "$LAB/check/ktap.awk")" 'complete cases                              1 passed'
list 'kunit a_suite 9 debug,normal' 'kunit ttm 9 debug,normal' 'selftest one 9 debug,normal' 'selftest two 9 normal'
ran 'normal debug' "${normal[@]}" "${normal[@]:0:4}"
sed -i '6,9s/normal/debug/' "$DIR/tally"
check 'a unit that the list has for one kernel only is not missed on the other' same "$(KERNEL_TREE=/x bad)" ''
ran normal "${normal[@]}"

list 'kunit gone 1 debug,normal' 'kunit ttm 7 debug'
check '--accept ends with 0' "$CHECK" --accept
accepted='# words
kunit a_suite 3 normal
kunit gone 1 debug
kunit ttm 7 debug,normal
selftest one 1 normal
selftest two 2 normal'
check '--accept writes what ran and keeps the other parts' same "$(cat "$LIST")" "$accepted"
check 'after --accept nothing is missing' same "$(bad)" ''
ran normal '2 1 0 normal kunit a_suite' "${normal[@]:1}"
check '--accept refuses if tests failed' fails_saying 'these have failed' "$CHECK" --accept
ran normal "${normal[@]}" '0 1 0 complete complete cases'
check '--accept does not mind that the list was incomplete' "$CHECK" --accept
check '--accept refuses with KERNEL_TREE=' env KERNEL_TREE=/x bash -c '! "$@"' sh "$CHECK" --accept
check 'an unknown option' fails_saying "does not know '--tea'" "$CHECK" --tea

ran normal "${normal[@]}"
skipped normal 'kunit ttm' 'order/order 9'
check 'a skip that is not expected' same "$(bad)" 'normal: kunit ttm: order/order 9 is skipped, which is not expected: why'
printf '# why\ndebug,normal\tkunit ttm\torder/(order )?[0-9]\n' >"$SKIPS"
check 'an expected skip; one of a part that did not run does not matter' same "$(bad)" ''
skipped normal 'kunit ttm' 'order/order 10'
check 'a skip with a similar name is not expected' same "$(bad | wc -l)" 2
: >"$DIR/tally.skips"
check 'an expected skip that did not skip' same "$(bad)" 'normal: kunit ttm: order/(order )?[0-9] is not skipped: remove it from lab/check/expected-skips'
ran normal '1 1 0 normal kunit ttm' "${normal[@]:0:1}" "${normal[@]:3}"
check 'an expected skip may be missing if its unit failed' same "$(bad)" ''
done_testing
