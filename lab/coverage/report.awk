# report.awk: from what gcov -b says, the lines of the series that have run.
#
#	awk -v not_run=FILE -f report.awk OURS GCOV...
#
# OURS has a path and, after a tab, the lines that are the series', "FIRST-LAST ...". A line
# has run if it has in any of the files GCOV. Prints a table by file and function, and
# writes the lines that have not to the file not_run: path, function, line, text. Branches
# are those of the files whose name has "qemu" in it.

FNR == NR {
	n = split($2, part, " ")
	for (i = 1; i <= n; i++) {
		split(part[i], at, "-")
		for (l = at[1]; l <= at[2] + 0; l++)
			OURS[$1, l]
	}
	order[++files] = $1
	next
}

FNR == 1 { path = func_name = line = "" }

/^ *-: *0:Source:/ {
	path = $0
	sub(/^.*Source:(.*\/linux\/)?/, "", path)
	next
}

/^function / { split($0, word, " "); pending = word[2]; next }

/^branch / {
	if (FILENAME ~ /qemu/ && (path, line) in OURS) {
		key = path SUBSEP line SUBSEP ++nth
		branch[key]
		if ($0 ~ /taken [1-9]/)
			taken[key]
	}
	next
}

/^ *([0-9]+[*]?|[#=-]+): *[0-9]+:/ {
	split($0, field, ":")
	line = field[2] + 0
	nth = 0
	if (pending != "") {
		func_name = pending
		pending = ""
	}
	gsub(/ /, "", field[1])
	if (field[1] == "-" || !((path, line) in OURS))
		next
	if (!((path, line) in where)) {
		where[path, line] = func_name
		lines[path] = lines[path] " " line
		text[path, line] = substr($0, index($0, field[2] ":") + length(field[2]) + 1)
	}
	if (field[1] ~ /^[0-9]/)
		ran[path, line]
}

function percent(a, b) { return b ? sprintf("%.1f", 100 * a / b) : "-" }

function row(name, all, run, branches, branches_taken) {
	printf "%-58s %6d %6d %7s %9d %7s\n", name, all, run, percent(run, all), branches,
		percent(branches_taken, branches)
}

function count_branches(    key, part, f) {
	for (key in branch) {
		split(key, part, SUBSEP)
		f = part[1] SUBSEP where[part[1], part[2]]
		b[f]++; b[part[1]]++; b["all"]++
		if (key in taken) {
			t[f]++; t[part[1]]++; t["all"]++
		}
	}
}

# A file's functions, in the order of their lines.
function file_report(p,    i, n, at, f, named, name, names) {
	n = split(lines[p], at, " ")
	for (i = 1; i <= n; i++) {
		f = p SUBSEP where[p, at[i]]
		if (!(f in all)) {
			name[++names] = f
		}
		all[f]++; all[p]++; all["all"]++
		if ((p, at[i]) in ran) {
			run[f]++; run[p]++; run["all"]++
		} else {
			print p "\t" where[p, at[i]] "\t" at[i] "\t" text[p, at[i]] >not_run
		}
	}
	row(p, all[p], run[p], b[p], t[p])
	for (i = 1; i <= names; i++) {
		split(name[i], named, SUBSEP)
		row("  " named[2], all[name[i]], run[name[i]], b[name[i]], t[name[i]])
	}
}

BEGIN { FS = "\t" }

END {
	printf "%-58s %6s %6s %7s %9s %7s\n", "file, function", "lines", "run", "%", "branches", "%"
	printf "" >not_run
	count_branches()
	for (i = 1; i <= files; i++)
		if (lines[order[i]] != "")
			file_report(order[i])
	row("all", all["all"], run["all"], b["all"], t["all"])
}
