# table.awk: tsv.awk's numbers for people, a line for each limit of A.
#
# awk -f human.awk -f table.awk table.tsv

BEGIN {
	FS = "\t"
	split("stock copy zero", title, " ")
	columns = split("backed_up_pages a_pages b_pages others_pages a_killed b_killed", column, " ")
	head["backed_up_pages"] = "backed up"
	head["a_pages"] = "charged to A"
	head["b_pages"] = "billed to B"
	head["others_pages"] = "to nobody of them"
	head["a_killed"] = "A killed"
	head["b_killed"] = "B killed"
	words["asks"] = "B asks the device to back the buffer up"
	words["has no room"] = "The same, and B's cgroup has room for half of it, and no swap"
	words["presses"] = "B wants memory until the buffer has to go"
}

FNR > 1 {
	if (!(($1, $2) in seen)) {
		seen[$1, $2] = 1
		limit[$2, ++lines[$2]] = $1
	}
	for (run = 1; run <= 3; run++)
		value[$1, $2, $3, run] = $(3 + run)
}

function cell(metric, number) {
	if (number == "")
		return "-"
	if (metric ~ /_killed$/)
		return number == "-" ? "-" : number ? "yes" : "no"
	return number == "-" ? number : commas(number)
}

function print_line(how, name,    i, run) {
	printf "%-40s", name
	for (i = 1; i <= columns; i++) {
		printf " "
		for (run = 1; run <= 3; run++)
			printf " %5s", cell(column[i], value[name, how, column[i], run])
	}
	print ""
}

function print_part(how,    i, run, l) {
	print words[how]
	printf "%-40s", ""
	for (i = 1; i <= columns; i++)
		printf "  %17s", head[column[i]]
	print ""
	printf "%-40s", "limit of A"
	for (i = 1; i <= columns; i++) {
		printf " "
		for (run = 1; run <= 3; run++)
			printf " %5s", title[run]
	}
	print ""
	for (l = 1; l <= lines[how]; l++)
		print_line(how, limit[how, l])
}

END {
	print_part("asks")
	print ""
	print_part("has no room")
	print ""
	print_part("presses")
}
