# table.awk: tsv.awk's numbers for people, a line for each share.
#
# awk -f human.awk -f pairs.awk -f table.awk report.tsv

BEGIN {
	FS = "\t"
	pairs_of("outcome", 7, "|")
	pairs_of("prepare_ns", 6, "seconds to|prepare")
	pairs_of("off_s", 6, "seconds to|power-off")
	pairs_of("first_s", 6, "seconds to|1st buffer")
	pairs_of("prepare_alloc_pages", 8, "pages allocated|to prepare")
	pairs_of("image_pages", 5, "image,|MiB")
	pairs_of("pages_written", 5, "written to|swap, MiB")
}

FNR > 1 {
	if (!(($1, $2) in seen)) {
		seen[$1, $2] = 1
		kind[++lines] = $1
		share[lines] = $2
	}
	value[$1, $2, $3, "copy"] = $4
	value[$1, $2, $3, "zero_copy"] = $5
}

function cell(number, metric) {
	if (number == "-" || metric == "outcome")
		return number
	if (metric == "prepare_ns")
		return sprintf("%.2f", number / 1e9)
	if (metric ~ /_s$/)
		return sprintf("%.1f", number)
	if (metric ~ /^(image_pages|pages_written)$/)
		return commas(number / 256)
	return commas(number)
}

# note LINE RUN WORDS: print why a run has no numbers.
function note(line, run, words,    reason) {
	reason = value[kind[line], share[line], "reason", run]
	if (value[kind[line], share[line], "outcome", run] !~ /^(resumed|-)$/)
		printf "%s at %d %%, %s: %s\n", kind[line], share[line], words, reason
}

# largest KIND RUN: the largest share, if no smaller one failed.
function largest(which, run,    line, most) {
	for (line = 1; line <= lines; line++) {
		if (kind[line] != which)
			continue
		if (value[which, share[line], "outcome", run] != "resumed")
			break
		most = share[line]
	}
	return most ? most " %" : "none"
}

END {
	printf "%-8s %5s", "", ""
	titles(1)
	printf "%-8s %5s", "kind", "share"
	titles(2)
	printf "%-8s %5s", "", ""
	paths()
	for (l = 1; l <= lines; l++) {
		printf "%-8s %3d %%", kind[l], share[l]
		for (i = 1; i <= nr; i++)
			pair(column[i], cell(value[kind[l], share[l], column[i], "copy"], column[i]),
			     cell(value[kind[l], share[l], column[i], "zero_copy"], column[i]))
		print ""
	}
	print ""
	for (l = 1; l <= lines; l++) {
		note(l, "copy", "copy")
		note(l, "zero_copy", "zero copy")
	}
	for (l = 1; l <= lines; l++)
		if (kind[l] != kind[l - 1])
			printf "Largest share that resumed, and all below it: %s, copy %s, zero copy %s\n",
				kind[l], largest(kind[l], "copy"), largest(kind[l], "zero_copy")
}
