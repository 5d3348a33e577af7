# tsv.awk: make one table of the numbers of all hibernations.
#
# awk -v dir=DIR -f tsv.awk PAIRS
#
# Each line of PAIRS has a kind of buffer and a share of memory. DIR/KIND-SHARE-RUN.metrics has
# the numbers of a run. Prints kind, share, metric, copy, zero_copy, unit; "-" if a run lacks a
# number. The outcome is "resumed", "refused" (the kernel did not hibernate), "damaged" (content
# is wrong), "killed" (the kernel ran out of memory), "broken" (there were no such buffers),
# "lost" (the machine did not come back) or "late"; "-" if there was no run.

BEGIN {
	FS = OFS = "\t"
	nr = split("outcome - reason - off_s s first_s s prepare_alloc_pages pages prepare_ns ns pages_allocated pages " \
		   "snapshot_pages pages image_pages pages image_kib KiB pages_written pages " \
		   "pages_inserted pages pages_copied pages alloc_stalls stalls buffer_pages pages bad_pages pages",
		   row, " ")
	print "kind", "share", "metric", "copy", "zero_copy", "unit"
}

function read_metrics(kind, share, run,    file, line, part) {
	file = dir "/" kind "-" share "-" run ".metrics"
	while ((getline line < file) > 0) {
		split(line, part, "\t")
		value[run, part[1]] = part[2]
	}
	close(file)
}

function get(run, metric) {
	return (run, metric) in value ? value[run, metric] : "-"
}

{
	delete value
	read_metrics($1, $2, "copy")
	read_metrics($1, $2, "zero_copy")
	for (i = 1; i < nr; i += 2)
		print $1, $2, row[i], get("copy", row[i]), get("zero_copy", row[i]), row[i + 1]
}
