# floors.awk floors.tsv bench.csv...: compare the instructions that a page costs, and the ratio
# of copying to zero copy, with the limits in floors.tsv. Copying may cost one per cent more
# than on the stock kernel, three where it writes. Prints TAP, one test for each line.
#
#   -v stock=1    compare the stock kernel's rows with those in the list instead
#   -v accept=1   print a new floors.tsv instead: the limits are the measured numbers plus a
#                 tenth; the stock kernel's rows are as measured

function is_list(line) { return line ~ /^(most|stock)\t/ && NF == 7 }

FILENAME ~ /floors/ {
	if (is_list($0))
		listed[++nr_listed] = $0
	else if (!/^#/ && (NF == 4 || NF == 5))
		floor[++nr] = $0
	if (accept && !is_list($0))
		print
	next
}

{ split($0, f, ",") }
f[7] == "ns/page" {
	cost[f[1], f[5], f[3], f[4], f[2]] = f[6]
	if (accept && f[2] != "stock")
		printf "most\t%s\t%s\t%s\t%s\t%s\t%d\n", f[1], f[2], f[3], f[4], f[5], f[6] * 1.1 + 1
	if (accept && f[2] == "stock")
		printf "stock\t%s\tcopy\t%s\t%s\t%s\t%s\n", f[1], f[3], f[4], f[5], f[6]
}
f[7] == "pages" && f[2] == "zero_copy" && f[4] == "cached" && f[5] == "resident" {
	way = f[1] ~ /^swap/ ? "swap_pages" : "pages"
	pages[way, f[3]] += f[6]
	have[way, f[3]]++
}

function verdict(good, text) { printf "%s %d %s\n", good ? "ok" : "not ok", ++n, text }

# measured(W, PATH): what a page costs on that path, for a row of the list.
function measured(w, path) { return cost[w[2], w[6], w[4], w[5], path] }

function name(w, path) { return sprintf("%s, %s, order %s, %s, %s", w[2], path, w[4], w[5], w[6]) }

# tolerance(STATE): how far a row may be off. More with I/O.
function tolerance(state) { return state ~ /^(written|swapped)/ ? 0.03 : 0.01 }

function judge_listed(line,    w, is, limit) {
	split(line, w, "\t")
	is = measured(w, w[3])
	limit = w[1] == "most" ? w[7] + 0 : w[7] * (1 + tolerance(w[6]))
	verdict(is != "" && is <= limit, sprintf("%s: %s instructions per page, at most %.1f",
		name(w, w[3]), is, limit))
}

# judge_stock(LINE): compare a row of the stock kernel.
function judge_stock(line,    w, is, off) {
	split(line, w, "\t")
	is = measured(w, "stock")
	off = w[7] * tolerance(w[6])
	verdict(is != "" && is <= w[7] + off && is >= w[7] - off,
		sprintf("%s: %s instructions per page, %s listed", name(w, "stock"), is, w[7]))
}

function judge_floor(line,    w, copy, zero, ratio, caching) {
	split(line, w, "\t")
	if (w[1] ~ /pages$/) {
		verdict(have[w[1], w[3]] == 2 && pages[w[1], w[3]] <= w[4],
			sprintf("%s allocated at order %s: %d, at most %d", w[1], w[3], pages[w[1], w[3]], w[4]))
		return
	}
	caching = w[5] == "" ? "cached" : w[5]
	copy = cost[w[1], w[2], w[3], caching, "copy"]
	zero = cost[w[1], w[2], w[3], caching, "zero_copy"]
	ratio = zero ? copy / zero : 0
	verdict(ratio >= w[4], sprintf("%s, %s, order %s, %s: %.1f times cheaper (%.1f against %.1f per page), at least %s",
		w[1], w[2], w[3], caching, ratio, zero, copy, w[4]))
}

END {
	if (accept)
		exit
	for (i = 1; i <= nr_listed; i++)
		nr_stock += listed[i] ~ /^stock/
	printf "1..%d\n", stock ? nr_stock : nr + nr_listed
	for (i = 1; i <= nr_listed; i++) {
		if (!stock)
			judge_listed(listed[i])
		else if (listed[i] ~ /^stock/)
			judge_stock(listed[i])
	}
	for (i = 1; i <= nr && !stock; i++)
		judge_floor(floor[i])
}
