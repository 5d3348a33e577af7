# tsv.awk: make one table of the numbers of two runs.
#
# awk -f tsv.awk metrics.tsv DIR/{copy,zero_copy}.{metrics,samples.tsv}
#
# Prints metric, copy, zero_copy, ratio, unit; ratio is zero_copy / copy, "-"
# where that is undefined or a run has no such number.

BEGIN { FS = OFS = "\t" }

FNR == 1 { file++; run = FILENAME; sub(/.*\//, "", run); sub(/\..*/, "", run) }

# The metrics of the report, in its order.
file == 1 && FNR > 1 { order[++nr] = $1; unit[$1] = $2 }

file > 1 && FILENAME ~ /\.metrics$/ {
	value[run, $1] = $2
	if ($1 ~ /^fallback_/ && !($1 in reason)) {
		reason[$1] = 1
		reasons[++nr_reasons] = $1
	}
}

# Free blocks only mean something once memory is full.
file > 1 && FILENAME ~ /\.samples\.tsv$/ && FNR > 1 && $2 != "fill" {
	samples[run]++
	sum[run] += $5
	if (samples[run] == 1 || $5 < least[run])
		least[run] = $5
}

function per(run, whole, parts) {
	if (!value[run, parts])
		return 0
	return sprintf("%.0f", value[run, whole] / value[run, parts])
}

# A share of the pages that came back, in per cent. Older runs did not count this.
function share(run, pages) {
	return sprintf("%.2f", value[run, "pages_restored"] ? 100 * pages / value[run, "pages_restored"] : 0)
}

function derive(run) {
	value[run, "backup_ns_per_page"] = per(run, "backup_ns", "pages_swapped_out")
	value[run, "restore_ns_per_page"] = per(run, "restore_ns", "restore_pages")
	value[run, "free_blocks_order9_min"] = least[run] + 0
	if ((run, "restored_2m_pages") in value) {
		value[run, "restored_2m_share"] = share(run, value[run, "restored_2m_pages"])
		value[run, "restored_64k_share"] = share(run, value[run, "restored_2m_pages"] + value[run, "restored_64k_pages"])
	}
	value[run, "free_blocks_order9_mean"] = 0
	if (samples[run])
		value[run, "free_blocks_order9_mean"] = sprintf("%.2f", sum[run] / samples[run])
}

function get(run, metric) {
	return (run, metric) in value ? value[run, metric] : "-"
}

function emit(metric, unit,    a, b, ratio) {
	a = get("copy", metric)
	b = get("zero_copy", metric)
	ratio = a == "-" || b == "-" || a == 0 ? "-" : sprintf("%.4g", b / a)
	print metric, a, b, ratio, unit
}

END {
	derive("copy")
	derive("zero_copy")
	print "metric", "copy", "zero_copy", "ratio", "unit"
	for (i = 1; i <= nr; i++) {
		if (order[i] != "fallback_*") {
			emit(order[i], unit[order[i]])
			continue
		}
		for (k = 1; k <= nr_reasons; k++)
			emit(reasons[k], unit[order[i]])
	}
}
