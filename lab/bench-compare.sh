#!/bin/bash
# bench-compare.sh: two runs of the bench side by side.
#
#   A=, B=  names of runs in results/, or folders; A is the baseline
#
# Prints each row of A with B's value and the difference in percent: a minus
# sign is less than the baseline, which for a cost is better.

. "$(dirname "$0")/lib.sh"
usage_if_asked "$@"

# run_of NAME VALUE: the folder of a run.
run_of() {
	local dir

	[ -n "$2" ] || die "$1= is missing" "make bench-compare A=baseline B=other, with names of folders in results/"
	for dir in "$2" "$RESULTS/$2"; do
		if [ -s "$dir/bench.csv" ]; then
			echo "$dir/bench.csv"
			return
		fi
	done
	die "there is no run '$2'" "runs are the folders in results/: $(cd "$RESULTS" 2>/dev/null && echo *)"
}

a=$(run_of A "${A-}")
b=$(run_of B "${B-}")
awk -F, '
	function value(v) { return sprintf(v < 100 ? "%.1f" : "%.0f", v) }
	FNR == 1 { file++; next }
	{ key = $1 "," $2 "," $3 "," $4 "," $5 "," $7 }
	file == 1 { base[key] = $6; if (!(key in seen)) { seen[key]; keys[++n] = key } next }
	{ other[key] = $6; if (!(key in seen)) { seen[key]; keys[++n] = key } }
	END {
		printf "%-13s %-9s %5s %-9s %-9s %-19s %12s %12s %9s\n",
			"op", "path", "order", "caching", "state", "unit", "A", "B", "B - A"
		for (i = 1; i <= n; i++) {
			split(keys[i], k, ",")
			x = base[keys[i]]; y = other[keys[i]]
			diff = x == "" || y == "" ? "-" : x == y ? "+0.0%" : x == 0 ? "new" : sprintf("%+.1f%%", 100 * (y - x) / x)
			printf "%-13s %-9s %5s %-9s %-9s %-19s %12s %12s %9s\n", k[1], k[2], k[3], k[4], k[5], k[6],
				x == "" ? "-" : value(x), y == "" ? "-" : value(y), diff
		}
	}' "$a" "$b"
