# setups-medians.awk SET-UP-N.tsv...: reports of the demo (report.tsv), several of each
# set-up, as one table of medians, with the lowest and the highest ratio of the times.

function median(list,    a, n, i, j, t) {
	n = split(list, a, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && a[j] + 0 < a[j - 1] + 0; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
	return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}

FNR == 1 {
	name = FILENAME
	sub(/^.*\//, "", name)
	sub(/-[0-9]+\.tsv$/, "", name)
	if (!runs[name]++)
		order[++nr] = name
}
$1 ~ /^(restored|end)_(64k|2m)_share$|^wall_s$/ {
	copy[name, $1] = copy[name, $1] " " $2
	zero[name, $1] = zero[name, $1] " " $3
}
$1 == "wall_s" {
	if (!(name in low) || $3 / $2 < low[name]) low[name] = $3 / $2
	if ($3 / $2 > high[name]) high[name] = $3 / $2
}

function pair(name, metric) {
	return sprintf("%7.1f %6.1f", median(copy[name, metric]), median(zero[name, metric]))
}

END {
	print "                      % back in      % back in    % in the end   % in the end        seconds        ratio of the"
	print "                     64 KiB up       2 MiB up      64 KiB up       2 MiB up        to finish          seconds"
	print "set-up     runs    copy   zero    copy   zero    copy   zero    copy   zero    copy   zero     lowest  highest"
	for (i = 1; i <= nr; i++)
		printf "%-10s %4d %s %s %s %s %s %9.2f %8.2f\n", order[i], runs[order[i]],
			pair(order[i], "restored_64k_share"), pair(order[i], "restored_2m_share"),
			pair(order[i], "end_64k_share"), pair(order[i], "end_2m_share"),
			pair(order[i], "wall_s"), low[order[i]], high[order[i]]
}
