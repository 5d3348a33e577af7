# losses.awk: where medians.awk's numbers are not what they shall be, a line each.
#
# awk -f losses.awk report.tsv
#
# Ten per cent more are not more, as in the demo's report. Memory is in pieces if no more
# than a tenth of what is free is in larger blocks. A frame is late if it is not done when the
# next one is due. One frame of a run, in per cent, decides nothing.

BEGIN { FS = "\t"; EVEN = 1.1; FEW = 0.1; ONE_FRAME = 0.5 }

FNR > 1 {
	copy[$1] = $3
	zero[$1] = $6
	least[$1] = $4 < $7 ? $4 : $7
	most[$1] = $5 > $8 ? $5 : $8
	unit[$1] = $2
}

function no_more(metric, what) {
	if (zero[metric] > copy[metric] * EVEN)
		printf "zero copy %s: %.2f %s against %.2f\n", what, zero[metric], unit[metric], copy[metric]
}

END {
	if (least["free_least"] <= most["high_watermark"])
		printf "free memory fell to %.1f MiB, with a high watermark of %.1f\n", least["free_least"], most["high_watermark"]
	if (most["large_most"] > least["free_least"] * FEW)
		printf "memory was not in pieces: %.1f MiB were free in blocks of 64 KiB and more\n", most["large_most"]
	no_more("backed_up", "backs up more than copying")
	if (zero["late"] > copy["late"] * EVEN && zero["late"] > copy["late"] + ONE_FRAME)
		printf "zero copy draws more frames late than copying: %.2f %% against %.2f\n", zero["late"], copy["late"]
	if (zero["frames"] * EVEN < copy["frames"])
		printf "zero copy draws fewer frames than copying: %.2f a second against %.2f\n", zero["frames"], copy["frames"]
}
