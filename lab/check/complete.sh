#!/bin/bash
# complete.sh [--accept]: check that the last 'make check' was complete.
#
# Prints marked results in the form that tally() reads. Each of these is a failure:
#   - a unit (suite, selftest, test of the lab) in lab/check/expected-cases that did not run,
#     or ran with another number of cases; a unit that is not in that list
#   - a KUnit suite or selftest in linux/ that did not run on both kernels
#   - a skip that is not in lab/check/expected-skips; a case in that list that did not skip
# Only the parts that ran count, and only those that are in the list of cases. For a new
# part, --accept adds it. The two lists are for the lab's own kernels and guests. With
# another kernel or configuration, with SETUP= or MEM=, they do not apply.
#
#   --accept   write what the last 'make check' ran to lab/check/expected-cases. Add a skip
#              to lab/check/expected-skips by hand, because it needs a reason

. "$(dirname "$0")/../lib.sh"
. "$LAB/check/tally.sh"
. "$LAB/check/suites.sh"
usage_if_asked "$@"

DIR=$OUT/check
CASES=$LAB/check/expected-cases
SKIPS=$LAB/check/expected-skips
# With these inputs a test may behave differently.
OWN_INPUTS=(KERNEL_TREE KERNEL_TARBALL CONFIG_EXTRA OVERLAY_EXTRA SETUP MEM CPUS)

# units_of_linux: the suites and selftests in linux/, as units.
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
		say "not compared with the lists of expected cases and skips: they are for the lab's own kernels and guests"
		units_only=1
	fi
	awk -v parts="$(cat "$DIR/parts")" -v units_only="$units_only" -f "$LAB/check/expected-cases.awk" <(units_of_linux) "$CASES" "$DIR/tally"
}

# listed_parts: the parts of the last 'make check' that are in the list of cases.
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

# one_line_a_count < sorted lines, one for each part: join parts with the same count.
one_line_a_count() {
	awk '{ unit = $1 " " $2 " " $3 }
	     unit == last { printf ",%s", $4; next }
	     { printf "%s%s %s", sep, unit, $4; last = unit; sep = "\n" }
	     END { print "" }'
}

accept() {
	lists_apply || die "the list is for the lab's own kernels and guests" "run 'make check' without these inputs: KERNEL ${OWN_INPUTS[*]}"
	awk '$2 && $4 != "complete" { print $4 ": " $5 " " $6; bad = 1 } END { exit bad }' "$DIR/tally" >&2 ||
		die "these have failed in the last 'make check', so they may lack cases" "fix them first"
	{
		grep '^#' "$CASES"
		awk -v accept=1 -v parts="$(cat "$DIR/parts")" -f "$LAB/check/expected-cases.awk" /dev/null "$CASES" "$DIR/tally" |
			sort -k1,2 -k3,3n -k4,4 | one_line_a_count
	} >"$SCRATCH/cases"
	cp "$SCRATCH/cases" "$CASES"
}

scratch
[ -s "$DIR/parts" ] || die "no 'make check' has run yet" "run 'make check', or a part of it: see lab/check.sh --help"
: >>"$DIR/tally.skips"
case ${1-} in
'')
	as_unit complete cases cases
	! lists_apply || as_unit complete skips skips
	;;
--accept) accept ;;
*) unknown "$1" ;;
esac
