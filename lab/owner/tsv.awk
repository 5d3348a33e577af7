# tsv.awk: make one table of the numbers that /bin/owner found on each kernel.
#
# awk -f tsv.awk stock.tsv copy.tsv zero_copy.tsv
#
# Prints limit, what B does, metric, and the number of each kernel; "-" if there is none: a B
# that was killed counted no pages.

BEGIN {
	FS = OFS = "\t"
	print "limit", "b", "metric", "stock", "copy", "zero_copy"
}

FNR == 1 { file++ }

{
	key = $1 OFS $2 OFS $3
	if (!(key in seen)) {
		seen[key] = 1
		row[++rows] = key
	}
	value[key, file] = $4
}

function get(key, run) {
	return (key, run) in value ? value[key, run] : "-"
}

END {
	for (i = 1; i <= rows; i++)
		print row[i], get(row[i], 1), get(row[i], 2), get(row[i], 3)
}
