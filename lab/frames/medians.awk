# medians.awk: tsv.awk's numbers as one line for each metric.
#
# awk -f ../report/median.awk -f medians.awk runs.tsv
#
# Prints metric, unit, and for copy and then for zero copy the median, the lowest and the
# highest of the seeds.

BEGIN {
	FS = OFS = "\t"
	print "metric", "unit", "copy", "copy_lowest", "copy_highest", "zero_copy", "zero_copy_lowest", "zero_copy_highest"
}

function add(key, v) { value[key, ++n[key]] = v }

function spread(key) {
	sort(key)
	return median(key) OFS value[key, 1] + 0 OFS value[key, n[key]] + 0
}

FNR > 1 {
	if (!($2 in unit)) {
		unit[$2] = $5
		order[++nr] = $2
	}
	add($2 SUBSEP "copy", $3)
	add($2 SUBSEP "zero", $4)
}

END {
	for (i = 1; i <= nr; i++)
		print order[i], unit[order[i]], spread(order[i] SUBSEP "copy"), spread(order[i] SUBSEP "zero")
}
