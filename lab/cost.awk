# cost.awk cost-floors.tsv bench.csv: does a page cost no more instructions than it may, and
# is zero copy as much cheaper than copying as it must be? Copying may cost no more than with
# the stock kernel, of which there are rows, too. As TAP, one test a line.
#
#   -v accept=1   instead, cost-floors.tsv anew: with what was measured of zero copy, and a
#                 tenth, as the most that each may cost

FILENAME ~ /floors/ {
	if (/^most\t/ && NF == 7)
		most[++mosts] = $0
	else if (!/^#/ && NF == 4)
		floor[++nr] = $0
	if (accept && !/^most\t/)
		print
	next
}

{ split($0, f, ",") }
f[7] == "ns/page" {
	cost[f[1], f[5], f[3], f[4], f[2]] = f[6]
	if (f[2] == "copy")
		copied[++copies] = $0
	if (accept && f[2] == "zero_copy")
		printf "most\t%s\t%s\t%s\t%s\t%s\t%d\n", f[1], f[2], f[3], f[4], f[5], f[6] * 1.1 + 1
}
f[7] == "pages" && f[2] == "zero_copy" && f[4] == "cached" && f[5] == "resident" { pages[f[3]] += f[6]; have[f[3]]++ }

function verdict(good, text) { printf "%s %d %s\n", good ? "ok" : "not ok", ++n, text }

END {
	if (accept)
		exit
	printf "1..%d\n", nr + mosts + copies
	for (i = 1; i <= mosts; i++) {
		split(most[i], w, "\t")
		is = cost[w[2], w[6], w[4], w[5], w[3]]
		verdict(is != "" && is <= w[7] + 0, sprintf("%s, %s, order %s, %s, %s: %s instructions per page, at most %s",
			w[2], w[3], w[4], w[5], w[6], is, w[7]))
	}
	for (i = 1; i <= copies; i++) {
		split(copied[i], f, ",")
		stock = cost[f[1], f[5], f[3], f[4], "stock"]
		percent = f[5] == "resident" ? 1 : 3
		verdict(stock && f[6] <= stock * (1 + percent / 100),
			sprintf("%s, copy, order %s, %s, %s: %s instructions per page, at most %s %% more than the stock kernel's %s",
			f[1], f[3], f[4], f[5], f[6], percent, stock))
	}
	for (i = 1; i <= nr; i++) {
		split(floor[i], w, "\t")
		if (w[1] == "pages") {
			verdict(have[w[3]] == 2 && pages[w[3]] <= w[4],
				sprintf("pages allocated at order %s: %d, at most %d", w[3], pages[w[3]], w[4]))
			continue
		}
		copy = cost[w[1], w[2], w[3], "cached", "copy"]
		zero = cost[w[1], w[2], w[3], "cached", "zero_copy"]
		ratio = zero ? copy / zero : 0
		verdict(ratio >= w[4], sprintf("%s, %s, order %s: %.1f times cheaper (%.1f against %.1f per page), at least %s",
			w[1], w[2], w[3], ratio, zero, copy, w[4]))
	}
}
