# medians.awk: make a table of medians from several reports of the demo (report.tsv) for each
# set-up, with the lowest and the highest ratio of the times.
#
# awk -f median.awk -f medians.awk SET-UP/report.tsv... SET-UP-N.tsv...

function add(key, v) { value[key, ++n[key]] = v }

FNR == 1 {
	name = FILENAME
	sub(/(\/report)?\.tsv$/, "", name)
	sub(/^.*\//, "", name)
	sub(/-[0-9]+$/, "", name)
	if (!runs[name]++)
		order[++nr] = name
}
$1 ~ /^(restored|end)_(64k|2m)_share$|^wall_s$/ {
	add(name SUBSEP $1 SUBSEP "copy", $2)
	add(name SUBSEP $1 SUBSEP "zero", $3)
}
$1 == "wall_s" { add(name SUBSEP "ratio", $3 / $2) }

function median_of(name, metric, path,    key) {
	key = name SUBSEP metric SUBSEP path
	sort(key)
	return median(key)
}

function pair(name, metric) {
	return sprintf("%7.1f %6.1f", median_of(name, metric, "copy"), median_of(name, metric, "zero"))
}

END {
	print "                      % back in      % back in    % in the end   % in the end        seconds        ratio of the"
	print "                     64 KiB up       2 MiB up      64 KiB up       2 MiB up        to finish          seconds"
	print "set-up     runs    copy   zero    copy   zero    copy   zero    copy   zero    copy   zero     lowest  highest"
	for (i = 1; i <= nr; i++) {
		ratio = order[i] SUBSEP "ratio"
		sort(ratio)
		printf "%-10s %4d %s %s %s %s %s %9.2f %8.2f\n", order[i], runs[order[i]],
			pair(order[i], "restored_64k_share"), pair(order[i], "restored_2m_share"),
			pair(order[i], "end_64k_share"), pair(order[i], "end_2m_share"),
			pair(order[i], "wall_s"), value[ratio, 1], value[ratio, n[ratio]]
	}
}
