# losses.awk: where zero copy loses, in the medians of several runs, a line each.
#
# awk -f median.awk -f losses.awk table.tsv
#
# table.tsv is tsv.awk's, with SET-UP-N for each run. Ten per cent more time is not more, as in
# the demo's report. OOM kills, failed allocations and runs that did not finish are added up.

BEGIN {
	FS = "\t"
	EVEN = 1.1
	share["restored_64k_share"] = "come back in blocks of 64 KiB and more"
	share["restored_2m_share"] = "come back in blocks of 2 MiB and more"
	share["end_64k_share"] = "are in blocks of 64 KiB and more in the end"
	share["end_2m_share"] = "are in blocks of 2 MiB and more in the end"
}

FNR == 1 { next }

{
	sub(/-[0-9]+$/, "", $1)
	if (!($1 in known)) {
		known[$1]
		order[++nr] = $1
	}
}
$2 == "outcome" {
	unfinished[$1, "copy"] += $3 != "finished"
	unfinished[$1, "zero"] += $4 != "finished"
	next
}
$2 == "oom_kills" || $2 == "alloc_failures" {
	sum[$1, $2, "copy"] += $3
	sum[$1, $2, "zero"] += $4
	next
}
{
	add($1 SUBSEP $2 SUBSEP "copy", $3)
	add($1 SUBSEP $2 SUBSEP "zero", $4)
}

function add(key, v) { if (v != "-") value[key, ++n[key]] = v }

function middle(name, metric, path,    key) {
	key = name SUBSEP metric SUBSEP path
	if (!n[key])
		return 0
	sort(key)
	return median(key)
}

function more(name, what, text) {
	if (sum[name, what, "zero"] > sum[name, what, "copy"])
		printf "%s: %d %s against %d\n", name, sum[name, what, "zero"], text, sum[name, what, "copy"]
}

function losses(name,    metric, copy, zero) {
	if (unfinished[name, "zero"] > unfinished[name, "copy"])
		printf "%s: %d runs did not finish, against %d\n", name, unfinished[name, "zero"], unfinished[name, "copy"]
	more(name, "oom_kills", "OOM kills")
	more(name, "alloc_failures", "failed allocations")
	copy = middle(name, "wall_s", "copy")
	zero = middle(name, "wall_s", "zero")
	if (copy && zero > copy * EVEN)
		printf "%s: %.1f s against %.1f\n", name, zero, copy
	for (metric in share) {
		copy = middle(name, metric, "copy")
		zero = middle(name, metric, "zero")
		if (zero < copy)
			printf "%s: %.1f %% against %.1f %s\n", name, zero, copy, share[metric]
	}
}

END { for (i = 1; i <= nr; i++) losses(order[i]) }
