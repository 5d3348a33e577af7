# table.awk: tsv.awk's numbers for people, a line for each set-up.
#
# awk -f human.awk -f pairs.awk -f table.awk table.tsv
#
# If a run did not finish, its outcome takes the place of the seconds.

BEGIN {
	FS = "\t"
	pairs_of("wall_s", 8, "seconds|to finish")
	pairs_of("fault_p99_us", 7, "99 % of|faults, ms")
	pairs_of("alloc_stalls", 7, "allocation|stalls")
	pairs_of("backup_alloc_pages", 9, "pages allocated|to back up")
	pairs_of("restored_64k_share", 5, "% back in|64 KiB up")
	pairs_of("alloc_failures", 5, "failures|in log")
	pairs_of("oom_kills", 5, "OOM|kills")
}

FNR > 1 {
	if (!($1 in seen)) {
		seen[$1] = 1
		setup[++setups] = $1
	}
	copy[$1, $2] = $3
	zero[$1, $2] = $4
}

# One number, or the outcome in its place.
function cell(number, metric, outcome) {
	if (metric == "wall_s")
		return outcome != "finished" ? outcome : sprintf("%.1f", number)
	if (number == "-")
		return number
	return metric == "fault_p99_us" ? commas(number / 1000) : commas(number)
}

END {
	printf "%-22s %8s", "", "surfaces"
	titles(1)
	printf "%-22s %8s", "", "MiB"
	titles(2)
	printf "%-22s %8s", "set-up", ""
	paths()
	for (s = 1; s <= setups; s++) {
		name = setup[s]
		printf "%-22s %8s", name, copy[name, "surfaces_mib"]
		for (i = 1; i <= nr; i++) {
			metric = column[i]
			pair(metric, cell(copy[name, metric], metric, copy[name, "outcome"]),
			     cell(zero[name, metric], metric, zero[name, "outcome"]))
		}
		print ""
	}
	printf "\n%s\n%s\n",
		"Instead of seconds: killed, the kernel ran out of memory; failed, a client was refused",
		"something; late, not done in time; wrong, damaged content; none, the guest ended before."
}
