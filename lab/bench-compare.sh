#!/bin/bash
# bench-compare.sh: print two runs of the bench side by side.
#
#   A=, B=  names of runs, or folders; A is the baseline
#
# Prints each row of A with B's value and the difference in percent. A minus sign means less
# than the baseline, which is better for a cost. Rows of real time have a path such as "um
# copy". Their difference is marked with "~" if the ranges of the two runs overlap, so that
# it may be noise.

. "$(dirname "$0")/lib.sh"
takes_nothing "$@"

# run_of NAME VALUE: print the folder of a run.
run_of() {
	local dir

	[ -n "$2" ] || die "$1= is missing" "make bench-compare A=baseline B=other, with names of runs"
	for dir in "$2" "$OUT/bench/$2" "$RESULTS/bench/$2"; do
		if [ -s "$dir/bench.csv" ] || [ -s "$dir/time.csv" ]; then
			echo "$dir"
			return
		fi
	done
	die "there is no run '$2'" "choose a folder of out/bench or results/bench: $(find "$OUT/bench" "$RESULTS/bench" -mindepth 1 -maxdepth 1 -printf '%f ' 2>/dev/null)"
}

# rows_of RUN: both tables as one, with the rows of real time marked.
rows_of() {
	echo header
	[ ! -s "$1/bench.csv" ] || tail -n +2 "$1/bench.csv"
	[ ! -s "$1/time.csv" ] || tail -n +2 "$1/time.csv" | awk -F, -v OFS=, '{ $2 = "um " $2; print }'
}

a=$(run_of A "${A-}")
b=$(run_of B "${B-}")
awk -F, '
	function value(v) { return sprintf(v < 100 ? "%.1f" : "%.0f", v) }
	FNR == 1 { file++; next }
	{ key = $1 "," $2 "," $3 "," $4 "," $5 "," $7 }
	$8 != "" { low[file, key] = $8; high[file, key] = $9 }
	file == 1 { base[key] = $6; if (!(key in seen)) { seen[key]; keys[++n] = key } next }
	{ other[key] = $6; if (!(key in seen)) { seen[key]; keys[++n] = key } }
	# Do the two ranges meet?
	function noise(key) {
		return (1, key) in low && (2, key) in low && low[1, key] <= high[2, key] && low[2, key] <= high[1, key]
	}
	END {
		printf "%-13s %-12s %5s %-9s %-9s %-19s %12s %12s %9s\n",
			"op", "path", "order", "caching", "state", "unit", "A", "B", "B - A"
		for (i = 1; i <= n; i++) {
			split(keys[i], k, ",")
			x = base[keys[i]]; y = other[keys[i]]
			diff = x == "" || y == "" ? "-" : x == y ? "+0.0%" : x == 0 ? "new" : sprintf("%+.1f%%", 100 * (y - x) / x)
			if (noise(keys[i])) diff = "~" diff
			printf "%-13s %-12s %5s %-9s %-9s %-19s %12s %12s %9s\n", k[1], k[2], k[3], k[4], k[5], k[6],
				x == "" ? "-" : value(x), y == "" ? "-" : value(y), diff
		}
	}' <(rows_of "$a") <(rows_of "$b")
