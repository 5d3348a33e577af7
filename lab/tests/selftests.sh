#!/bin/bash
# The selftests for vttm are complete without the lab, and the lab builds them the same way.

. "$(dirname "$0")/tap.bash"
TESTS=${LAB_LINUX:-$LAB/../linux}/tools/testing/selftests/drivers/vttm
programs=$(sed -n '/^TEST_GEN_PROGS/,/[^\\]$/{s/^.*=//;s/\\$//;p}' "$TESTS/Makefile" | xargs -n1 | sort)
not_in() { grep -vxFf "$1" "$2"; }

check 'the Makefile has every program' same "$(cd "$TESTS" && printf '%s\n' *.c | sed 's/\.c$//')" "$programs"
check 'git ignores every program' fails not_in "$TESTS/.gitignore" <(echo "$programs")
check 'the lab has every symbol of their config' fails not_in "$LAB/config/base.config" "$TESTS/config"

# build RECIPE: in a tree whose make says how it was called, and does that.
mkdir -p "$WORK/tree/tools/testing/selftests"
build() {
	# shellcheck disable=SC2016 # make expands it
	printf 'install:\n\t@echo "made: $(TARGETS) $(O)" >&2\n\t@%s\n' "$1" >"$WORK/tree/tools/testing/selftests/Makefile"
	LAB_BUILD=$WORK bash -c '. "$1/lib.sh"; . "$1/vm/selftests.sh"; scratch; selftests "$2" "$3" "$4"' sh \
		"$LAB" "$WORK/tree" "$WORK/obj" "$WORK/programs"
}
# shellcheck disable=SC2016 # make expands it
install='d=$(KSFT_INSTALL_PATH)/$(TARGETS); mkdir -p $$d; echo >$$d/settings; cp /bin/true $$d/one'
check "the tree's own make builds them" build "$install"
check 'only its programs count' same "$(ls "$WORK/programs")" one
check 'a selftest that does not build is reported' fails_saying 'the selftests in drivers/vttm do not build' build false
check "in make's words" same "$(build false 2>&1 | sed -n 's/^made: //p')" "drivers/vttm $WORK/obj"
done_testing
