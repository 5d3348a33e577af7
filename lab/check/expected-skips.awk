# expected-skips.awk lab/check/expected-skips TALLY SKIPS: is skipped what may be, and no more?
# As TAP. TALLY and SKIPS are what ktap.awk leaves, parts the parts of 'make check' that
# ran.

BEGIN { FS = "\t" }

function bad(text) { printf "not ok %d %s\n", ++n, text }

FILENAME == ARGV[1] && !/^#/ && NF {
	for (i = split($1, list, ","); i > 0; i--) {
		unit_of[++entries] = list[i] "\t" $2
		pattern[entries] = $3
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

FILENAME == ARGV[3] && index(" " parts " ", " " $1 " ") {
	if (!is_expected($1 "\t" $2, $3))
		bad($1 ": " $2 ": " $3 " is skipped, which is not expected: " $4)
}

function is_expected(unit, name,    i, found) {
	for (i = 1; i <= entries; i++)
		if (unit_of[i] == unit && name ~ ("^(" pattern[i] ")$"))
			found = happened[i] = 1
	return found
}

END {
	for (i = 1; i <= entries; i++) {
		unit = unit_of[i]
		if (happened[i] || !ran[unit] || failed[unit])
			continue
		sub(/\t/, ": ", unit)
		bad(unit ": " pattern[i] " is not skipped: take it out of lab/check/expected-skips")
	}
	if (!n)
		printf "ok %d nothing is skipped but what may be\n", ++n
	printf "1..%d\n", n
}
