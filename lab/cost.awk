# cost.awk cost-floors.tsv bench.csv: is zero copy as much cheaper than copying
# as it must be? As TAP, one test a floor.

FILENAME ~ /floors/ {
	if ($0 !~ /^#/ && NF == 4)
		floor[++nr] = $0
	next
}

{ split($0, f, ",") }
f[7] == "ns/page" { cost[f[1], f[5], f[3], f[2]] = f[6] }
f[7] == "pages" && f[2] == "zero_copy" && f[5] == "resident" { pages[f[3]] += f[6]; have[f[3]]++ }

function verdict(good, i, text) { printf "%s %d %s\n", good ? "ok" : "not ok", i, text }

END {
	printf "1..%d\n", nr
	for (i = 1; i <= nr; i++) {
		split(floor[i], w, "\t")
		if (w[1] == "pages") {
			verdict(have[w[3]] == 2 && pages[w[3]] <= w[4], i,
				sprintf("pages allocated at order %s: %d, at most %d", w[3], pages[w[3]], w[4]))
			continue
		}
		copy = cost[w[1], w[2], w[3], "copy"]
		zero = cost[w[1], w[2], w[3], "zero_copy"]
		ratio = zero ? copy / zero : 0
		verdict(ratio >= w[4], i, sprintf("%s, %s, order %s: %.1f times cheaper (%.1f against %.1f per page), at least %s",
			w[1], w[2], w[3], ratio, zero, copy, w[4]))
	}
}
