# shellcheck shell=bash
# Add up the results of tests. Scripts that run tests source this.

# as_unit KIND NAME COMMAND...: run the command and mark its output for tally().
as_unit() {
	local status=0

	echo "# lab: begin $1 $2"
	"${@:3}" || status=$?
	echo "# lab: end $status"
}

# tally FILE WHERE < marked results: print the results and add them to FILE. WHERE is a word,
# or empty.
tally() { awk -v tally="$1" -v where="$2" -f "$LAB/check/ktap.awk"; }

# close_tally FILE: print the last line of a verb that tests; false if a test failed.
close_tally() {
	awk '{ p += $1; f += $2; s += $3 }
	     END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit !(p && !f) }' "$1"
}
