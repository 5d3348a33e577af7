# shellcheck shell=bash
# Results of tests, added up; what runs tests sources this.

# as_unit KIND NAME COMMAND...: run it, mark its output for tally().
as_unit() {
	local status=0

	echo "# lab: begin $1 $2"
	"${@:3}" || status=$?
	echo "# lab: end $status"
}

# tally FILE WHERE < marked results: print them and add them up in FILE; WHERE is a
# word, or nothing.
tally() { awk -v tally="$1" -v where="$2" -f "$LAB/check/ktap.awk"; }

# close_tally FILE: the line that closes a verb that tests, and its status.
close_tally() {
	awk '{ p += $1; f += $2; s += $3 }
	     END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit !(p && !f) }' "$1"
}
