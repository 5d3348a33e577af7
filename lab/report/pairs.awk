# pairs.awk: a table with two numbers for each metric, with copying and without. For use with
# another -f.

# pairs_of(METRIC, WIDTH, HEAD): add a column[] with that width for each number. A "|" separates
# the two lines of its head.
function pairs_of(metric, places, words) {
	column[++nr] = metric
	width[metric] = places
	head[metric] = words
}

# titles(PART): print the first or the second line of all heads.
function titles(part,    i, text) {
	for (i = 1; i <= nr; i++) {
		split(head[column[i]], text, "|")
		printf "  %*s", 2 * width[column[i]] + 1, text[part]
	}
	print ""
}

# paths(): print the names of the paths below the heads.
function paths(    i) {
	for (i = 1; i <= nr; i++)
		pair(column[i], "copy", "zero")
	print ""
}

function pair(metric, copied, kept) {
	printf "  %*s %*s", width[metric], copied, width[metric], kept
}
