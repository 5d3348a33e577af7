# expected-skips.awk lab/check/expected-skips TALLY SKIPS: compare the skips with the list.
# Prints TAP. ktap.awk leaves TALLY and SKIPS. The variable parts has the parts of 'make check'
# that ran.

BEGIN { FS = "\t" }

function bad(text) { printf "not ok %d %s\n", ++n, text }

FILENAME == ARGV[1] && !/^#/ && NF {
	for (i = split($1, list, ","); i > 0; i--) {
		unit_of[++entries] = list[i] "\t" $2
		pattern[entries] = $3
	}
	next
}

# A unit that failed may have ended before the skip.
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
		bad(unit ": " pattern[i] " is not skipped: remove it from lab/check/expected-skips")
	}
	if (!n)
		printf "ok %d only expected cases are skipped\n", ++n
	printf "1..%d\n", n
}
