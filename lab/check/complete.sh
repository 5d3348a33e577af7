#!/bin/bash
# complete.sh [--accept]: was the last 'make check' all that it should be?
#
# Prints marked results as tally() reads them, one failure for each
#   - unit (suite, selftest, part of the lab's own tests) in lab/check/expected-cases that
#     has not run, or not with that many cases, and each one that is not in it;
#   - KUnit suite or selftest in linux/ that has not run on both kernels;
#   - skip that is not in lab/check/expected-skips, and each one in it that was none.
# Only the parts that ran count, and of these only what the list of cases has anything
# of: for a new part, --accept makes it. The two lists are for the lab's own kernels and
# guests: with a kernel, a configuration, a SETUP= or a MEM= of one's own they do not
# apply.
#
#   --accept   make lab/check/expected-cases what the last 'make check' ran. A skip is put
#              into lab/check/expected-skips by hand, for it wants a reason.

. "$(dirname "$0")/../lib.sh"
. "$LAB/check/tally.sh"
. "$LAB/check/suites.sh"
usage_if_asked "$@"

DIR=$OUT/check
CASES=$LAB/check/expected-cases
SKIPS=$LAB/check/expected-skips
# Whatever changes what a test can do here.
OWN_INPUTS=(KERNEL_TREE KERNEL_TARBALL CONFIG_EXTRA OVERLAY_EXTRA SETUP MEM CPUS)

# What linux/ has, as units.
units_of_linux() {
	suites "$LINUX" | sed 's/^/kunit /'
	selftest_names "$LINUX" | sed 's/^/selftest /'
}

lists_apply() {
	local input

	[ "$KERNEL_SERIES" = "$MAIN_KERNEL" ] || return 1
	for input in "${OWN_INPUTS[@]}"; do
		[ -z "${!input-}" ] || return 1
	done
}

cases() {
	local units_only=''

	if ! lists_apply; then
		say "the lists of expected cases and skips are for the lab's own kernels and guests: not compared"
		units_only=1
	fi
	awk -v parts="$(cat "$DIR/parts")" -v units_only="$units_only" -f "$LAB/check/expected-cases.awk" <(units_of_linux) "$CASES" "$DIR/tally"
}

# listed_parts: those of the last 'make check' of which the list of cases has anything.
listed_parts() {
	local part ran

	read -r -a ran <"$DIR/parts"
	for part in "${ran[@]}"; do
		! grep -qE "^[^#].*[ ,]$part(,|\$)" "$CASES" || echo "$part"
	done
}

skips() {
	awk -v parts="$(listed_parts | xargs)" -f "$LAB/check/expected-skips.awk" "$SKIPS" "$DIR/tally" "$DIR/tally.skips"
}

# one_line_a_count < sorted lines for one part each: units with as many cases in several.
one_line_a_count() {
	awk '{ unit = $1 " " $2 " " $3 }
	     unit == last { printf ",%s", $4; next }
	     { printf "%s%s %s", sep, unit, $4; last = unit; sep = "\n" }
	     END { print "" }'
}

accept() {
	lists_apply || die "the list is for the lab's own kernels and guests" "run 'make check' without KERNEL=, ${OWN_INPUTS[*]}"
	awk '$2 && $4 != "complete" { print $4 ": " $5 " " $6; bad = 1 } END { exit bad }' "$DIR/tally" >&2 ||
		die "these have failed in the last 'make check', and may lack cases" "fix them first"
	{
		grep '^#' "$CASES"
		awk -v accept=1 -v parts="$(cat "$DIR/parts")" -f "$LAB/check/expected-cases.awk" /dev/null "$CASES" "$DIR/tally" |
			sort -k1,2 -k3,3n -k4,4 | one_line_a_count
	} >"$SCRATCH/cases"
	cp "$SCRATCH/cases" "$CASES"
}

scratch
[ -s "$DIR/parts" ] || die "there is no 'make check' to look at" "run 'make check', or a part of it: lab/check.sh --help"
: >>"$DIR/tally.skips"
case ${1-} in
'')
	as_unit complete cases cases
	! lists_apply || as_unit complete skips skips
	;;
--accept) accept ;;
*) unknown "$1" ;;
esac
