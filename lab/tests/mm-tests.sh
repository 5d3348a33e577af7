#!/bin/bash
# mm-tests.sh compares the verdicts of two kernels, and is not misled by tests that are not the
# same from run to run. The guest that it boots here is none.

# shellcheck disable=SC2016 # the stand-ins expand it
. "$(dirname "$0")/tap.bash"
own_lab
printf '#!/bin/bash\necho "$WORK/${STOCK:+stock}${STOCK:-ours}"\n' >lab/kernel/build.sh
printf 'uapi_headers() { :; }\nquiet_make() { :; }\n' >lab/vm/selftests.sh
# Every test passes its two cases, but for what BREAK, a shell function of the boot's name
# and the test's, says.
cat >lab/vm/run.sh <<'END'
#!/bin/bash
while [ $# -gt 0 ]; do
	case $1 in
	--files) files=$2 ;;
	--console) console=$2 ;;
	--add) [[ $2 != *:/mm/wanted ]] || wanted=${2%:*} ;;
	esac
	shift
done
boot=$(basename "$files")
echo "$boot $(xargs <"$wanted")" >>"$BOOTS"
mkdir -p "$files"
echo 'all is well' >"$console"
while read -r test; do
	printf 'TAP version 13\nok 1 maps 0x%x\nok 2 - second # SKIP no hardware\nstatus 0\n' $RANDOM >"$files/$test"
	eval "$BREAK"
done <"$wanted"
END
export WORK BOOTS=$WORK/boots BREAK=:
git init -q . && git add -A && git -c user.name=t -c user.email=t@example.org commit -qm one

tests() { lab/mm-tests.sh --only 'mkdirty rmap' "$@"; }
broken() { BREAK=$1 fails_saying "$2" tests; }
boots() { cut -d ' ' -f 1 "$BOOTS" | xargs; }

check 'an unknown test is named' fails_saying "there is no test 'tea'" lab/mm-tests.sh --only tea
check 'two tests on both kernels' tests
check 'each kernel boots once' same "$(boots)" 'stock patched'
check 'cases are counted' grep -qE '^stock +2 +0 +2$' "$LAB_OUT/mm-tests/table.txt"
check 'and found to be the same' grep -q 'same verdicts on both' "$LAB_OUT/mm-tests/table.txt"
check 'the table names the commit' grep -q "^code $(git rev-parse HEAD), clean" "$LAB_OUT/mm-tests/table.txt"
rm "$BOOTS"
check 'a case that fails on ours alone' broken '[[ $boot$test != patched*rmap ]] || sed -i "s/^ok 1/not &/" "$files/$test"' 'changes the verdicts of: rmap'
check 'was run twice more on both' same "$(boots)" 'stock patched stock.1 patched.1 stock.2 patched.2'
check 'alone' grep -qx 'patched.2 rmap' "$BOOTS"
check 'so does a case that is missing' broken '[[ $boot$test != patched*rmap ]] || sed -i 2d "$files/$test"' 'changes the verdicts of: rmap'
check 'and a status' broken '[[ $boot$test != patched*rmap ]] || sed -i "s/^status 0/status 137/" "$files/$test"' 'changes the verdicts of: rmap'
unsteady='[ $boot$test != patchedrmap ] || sed -i "s/^ok 1/not &/" "$files/$test"'
check 'a test that differs once' env BREAK="$unsteady" lab/mm-tests.sh --only 'mkdirty rmap'
check 'is told as unsteady' grep -q '^Not the same from run to run.*: rmap$' "$LAB_OUT/mm-tests/table.txt"
check 'a complaint of our kernel alone' broken '[[ $boot != patched ]] || echo "WARNING: mm/x.c:1 at f+0x1/0x2" >"$console"' 'our kernel complains where the stock kernel does not'
check 'one that both have' env BREAK='echo "WARNING: mm/x.c:1 at f+0x1/0x2" >"$console"' lab/mm-tests.sh --only 'mkdirty rmap'
done_testing
