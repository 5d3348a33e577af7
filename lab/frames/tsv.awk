# tsv.awk: what the runs of 'make frames' have left, as one table of numbers.
#
# awk -v dir=DIR -f tsv.awk SEEDS
#
# SEEDS has a seed a line, DIR/SEED/{copy,zero_copy}.{metrics,samples.tsv} its runs. Prints
# seed, metric, copy, zero_copy, unit.

BEGIN {
	FS = OFS = "\t"
	print "seed", "metric", "copy", "zero_copy", "unit"
}

function read_metrics(run,    file, line, part) {
	file = dir "/" seed "/" run ".metrics"
	while ((getline line < file) > 0) {
		split(line, part, "\t")
		value[run, part[1]] = part[2]
	}
	close(file)
}

# Of the samples that were taken while frames were drawn.
function read_samples(run,    file, line, part, least, most, nr) {
	file = dir "/" seed "/" run ".samples.tsv"
	while ((getline line < file) > 0) {
		split(line, part, "\t")
		if (part[2] != "frames")
			continue
		if (!nr++ || part[3] < least)
			least = part[3]
		if (part[9] > most)
			most = part[9]
	}
	close(file)
	value[run, "free_least"] = least
	value[run, "large_most"] = most + 0
}

function number(run, metric) { return value[run, metric] + 0 }
function rate(run, metric, per) { return number(run, "frames_s") ? number(run, metric) / per / number(run, "frames_s") : 0 }
function part_of(run, metric, whole) { return number(run, whole) ? 100 * number(run, metric) / number(run, whole) : 0 }

function emit(metric, copy, zero, unit) { print seed, metric, sprintf("%.3f", copy), sprintf("%.3f", zero), unit }
function emit_rate(name, metric, per, unit) { emit(name, rate("copy", metric, per), rate("zero_copy", metric, per), unit) }
function emit_as_is(metric, unit) { emit(metric, number("copy", metric), number("zero_copy", metric), unit) }

function emit_memory(name, metric) {
	emit(name, number("copy", metric) / 1024, number("zero_copy", metric) / 1024, "MiB")
}

# What has been backed up, however.
function backed_up(run) { value[run, "out_pages"] = number(run, "frames_pages_inserted") + number(run, "frames_pages_copied") }

# In all processors' time together.
function busy(run) { value[run, "busy_ms"] = number(run, "frames_s") * 1000 * number(run, "cpus") }

{
	seed = $1
	delete value
	split("copy zero_copy", runs, " ")
	for (r = 1; r <= 2; r++) {
		read_metrics(runs[r])
		read_samples(runs[r])
		backed_up(runs[r])
		busy(runs[r])
	}
	emit_rate("backups", "frames_backup_calls", 1, "a second")
	emit_rate("backed_up", "out_pages", 256, "MiB/s")
	emit_rate("restores", "frames_restore_calls", 1, "a second")
	emit_rate("frames", "frames", 1, "a second")
	emit("late", part_of("copy", "frames_late", "frames"), part_of("zero_copy", "frames_late", "frames"), "%")
	emit_as_is("frame_p50_ms", "ms")
	emit_as_is("frame_p99_ms", "ms")
	emit_as_is("frame_max_ms", "ms")
	emit_rate("churned", "churned", 1, "a second")
	emit_rate("swapped_out", "frames_pswpout", 256, "MiB/s")
	emit_rate("swapped_in", "frames_pswpin", 256, "MiB/s")
	emit_rate("alloc_stalls", "frames_alloc_stalls", 1, "a second")
	emit_rate("compact_stalls", "frames_compact_stalls", 1, "a second")
	emit_rate("kswapd_runs", "frames_kswapd_runs", 1, "a second")
	emit("kernel_time", part_of("copy", "frames_cpu_system_ms", "busy_ms"), part_of("zero_copy", "frames_cpu_system_ms", "busy_ms"), "%")
	emit_memory("free_least", "free_least")
	emit_memory("high_watermark", "high_watermark_kib")
	emit_memory("large_most", "large_most")
}
