# tsv.awk: make one table of the demo's numbers on each set-up.
#
# awk -v dir=DIR -f tsv.awk NAMES
#
# NAMES has one set-up a line. DIR/NAME/{copy.metrics,zero_copy.metrics,report.tsv} have its
# numbers. Prints setup, metric, copy, zero_copy, unit; "-" if a run lacks a number. The outcome
# is "finished", "killed" (the kernel ran out of memory), "failed", "late", "wrong" (damaged
# content) or "none": the guest ended before that run.

BEGIN {
	FS = OFS = "\t"
	nr = split("surfaces_mib MiB wall_s s fault_p99_us us alloc_stalls stalls " \
		   "backup_alloc_pages pages restored_64k_share % restored_2m_share % " \
		   "end_64k_share % end_2m_share % alloc_failures failures " \
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

# Numbers that are computed from a run's numbers are only in the report.
function read_report(name,    file, line, part) {
	file = dir "/" name "/report.tsv"
	while ((getline line < file) > 0) {
		split(line, part, "\t")
		value[name, "copy", part[1]] = part[2]
		value[name, "zero_copy", part[1]] = part[3]
	}
	close(file)
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
	read_report($1)
	print $1, "outcome", outcome($1, "copy"), outcome($1, "zero_copy"), "-"
	for (i = 1; i < nr; i += 2)
		print $1, row[i], get($1, "copy", row[i]), get($1, "zero_copy", row[i]), row[i + 1]
}
