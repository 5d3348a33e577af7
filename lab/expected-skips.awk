# expected-skips.awk lab/expected-skips TALLY SKIPS: is skipped what may be, and no more?
# As TAP. TALLY and SKIPS are what ktap.awk leaves, parts the parts of 'make check' that
# ran.

BEGIN { FS = "\t" }

function bad(text) { printf "not ok %d %s\n", ++n, text }

FILENAME == ARGV[1] && !/^#/ && NF {
	for (i = split($1, list, ","); i > 0; i--) {
		entry[++entries] = list[i] "\t" $2 "\t" $3
		entry_of[entry[entries]] = entries
	}
	next
}

# Where a unit failed it may not have come as far as the skip.
FILENAME == ARGV[2] {
	split($0, word, " ")
	unit = word[4] "\t" word[5] " " word[6]
	ran[unit] = 1
	failed[unit] += word[2]
	next
}

FILENAME == ARGV[3] {
	skip = $1 "\t" $2 "\t" $3
	if (skip in entry_of)
		happened[skip] = 1
	else if (index(" " parts " ", " " $1 " "))
		bad($1 ": " $2 ": " $3 " is skipped, which is not expected: " $4)
}

END {
	for (i = 1; i <= entries; i++) {
		split(entry[i], word, "\t")
		unit = word[1] "\t" word[2]
		if (!happened[entry[i]] && ran[unit] && !failed[unit])
			bad(word[1] ": " word[2] ": " word[3] " is not skipped: take it out of lab/expected-skips")
	}
	if (!n)
		printf "ok %d nothing is skipped but what may be\n", ++n
	printf "1..%d\n", n
}
