# table.awk: medians.awk's numbers for people.
#
# awk -f table.awk report.tsv

BEGIN {
	FS = "\t"
	label["backups"] = "buffers backed up"
	label["backed_up"] = "backed up"
	label["restores"] = "buffers restored"
	label["frames"] = "frames"
	label["late"] = "frames that were late"
	label["frame_p50_ms"] = "a frame takes, median"
	label["frame_p99_ms"] = "  99th percentile"
	label["frame_max_ms"] = "  worst"
	label["churned"] = "buffers made and freed"
	label["swapped_out"] = "written to swap"
	label["swapped_in"] = "read from swap"
	label["alloc_stalls"] = "allocation stalls"
	label["compact_stalls"] = "compaction stalls"
	label["kswapd_runs"] = "runs of kswapd"
	label["kernel_time"] = "processors are in the kernel"
	label["free_least"] = "free memory, least"
	label["high_watermark"] = "  the high watermark"
	label["large_most"] = "  free in 64 KiB and more, most"
	printf "%-42s %24s  %24s\n", "", "copy", "zero copy"
}

function spread(from) {
	return sprintf("%9.2f %14s", $from, sprintf("(%.1f-%.1f)", $(from + 1), $(from + 2)))
}

FNR > 1 { printf "%-42s %24s  %24s\n", label[$1] ", " $2, spread(3), spread(6) }
