# setups-tsv.awk: what the demo left on each set-up, as one table of numbers.
#
# awk -v dir=DIR -f setups-tsv.awk NAMES
#
# NAMES has one set-up a line, DIR/NAME/{copy,zero_copy}.metrics its numbers. Prints
# setup, metric, copy, zero_copy, unit; "-" where a run has no such number. The outcome
# is "finished", "killed" (the kernel ran out of memory), "failed", "late", "wrong"
# (damaged content) or "none": the guest did not get as far.

BEGIN {
	FS = OFS = "\t"
	nr = split("surfaces_mib MiB wall_s s fault_p99_us us alloc_stalls stalls " \
		   "backup_alloc_pages pages restored_64k_share % alloc_failures failures " \
		   "oom_kills kills", row, " ")
	verdict[0] = "finished"
	verdict[1] = "wrong"
	verdict[3] = "failed"
	verdict[4] = "late"
	print "setup", "metric", "copy", "zero_copy", "unit"
}

function read_metrics(name, run,    file, line, part) {
	file = dir "/" name "/" run ".metrics"
	while ((getline line < file) > 0) {
		split(line, part, "\t")
		value[name, run, part[1]] = part[2]
	}
	close(file)
}

function get(name, run, metric) {
	return (name, run, metric) in value ? value[name, run, metric] : "-"
}

# Of the pages that came back, per cent in blocks of at least 64 KiB.
function derive_share(name, run,    all, large) {
	all = get(name, run, "pages_restored")
	large = get(name, run, "restored_64k_pages") + get(name, run, "restored_2m_pages")
	if (all > 0 && (name, run, "restored_64k_pages") in value)
		value[name, run, "restored_64k_share"] = sprintf("%.0f", 100 * large / all)
}

function outcome(name, run) {
	if (!((name, run, "verdict") in value))
		return "none"
	if (get(name, run, "verdict") == 3 && get(name, run, "oom_kills") > 0)
		return "killed"
	return verdict[get(name, run, "verdict")]
}

{
	read_metrics($1, "copy")
	read_metrics($1, "zero_copy")
	derive_share($1, "copy")
	derive_share($1, "zero_copy")
	print $1, "outcome", outcome($1, "copy"), outcome($1, "zero_copy"), "-"
	for (i = 1; i < nr; i += 2)
		print $1, row[i], get($1, "copy", row[i]), get($1, "zero_copy", row[i]), row[i + 1]
}
