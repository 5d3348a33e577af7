# pairs.awk: a table in which each number is there twice, with copying and without; for
# use with another -f.

# pairs_of(METRIC, WIDTH, HEAD): the next column[], which is of so many places for each
# number. A "|" is between the two lines of its head.
function pairs_of(metric, places, words) {
	column[++nr] = metric
	width[metric] = places
	head[metric] = words
}

# titles(PART): the first or the second line of all heads, and the end of the line.
function titles(part,    i, text) {
	for (i = 1; i <= nr; i++) {
		split(head[column[i]], text, "|")
		printf "  %*s", 2 * width[column[i]] + 1, text[part]
	}
	print ""
}

# paths(): which is which, below the heads.
function paths(    i) {
	for (i = 1; i <= nr; i++)
		pair(column[i], "copy", "zero")
	print ""
}

function pair(metric, copied, kept) {
	printf "  %*s %*s", width[metric], copied, width[metric], kept
}
