# expected-cases.awk UNITS lab/check/expected-cases TALLY: check that everything ran. Prints TAP.
#
# UNITS must have run on both kernels, unless the list has them for one only. TALLY has the
# counts of ktap.awk. The variable parts has the parts of 'make check' that ran. With
# units_only, numbers of cases are not compared. With accept, prints a new list instead, with
# one part in each line: the counts of TALLY for these parts, and the old lines for others.

function bad(text) { printf "not ok %d %s\n", ++n, text }

function in_parts(where) { return index(" " parts " ", " " where " ") }

function know(where, unit) {
	if (!((where, unit) in known)) {
		known[where, unit] = ++units
		where_of[units] = where
		unit_of[units] = unit
	}
}

# By name, because some of the three files may be empty.
FILENAME == ARGV[1] { must_run[++musts] = $1 " " $2; next }

FILENAME == ARGV[2] && !/^#/ && NF {
	unit = $1 " " $2
	has_place[unit] = 1
	if (units_only)
		next
	for (i = split($4, list, ","); i > 0; i--) {
		listed[list[i]] = 1
		if (accept && in_parts(list[i]))
			continue
		know(list[i], unit)
		cases[list[i], unit] = $3
	}
	next
}

# Some suites run twice.
FILENAME == ARGV[3] && in_parts($4) {
	unit = $5 " " $6
	know($4, unit)
	ran[$4, unit] += $1 + $2 + $3
	failed[$4, unit] += $2
	if ($2 && $5 == "boot")
		died[$4] = 1
	if ($2 && $5 == "kernel")
		not_built[$4] = 1
}

# judge(WHERE, UNIT): compare with the list, if it has this part. A unit that failed was
# reported already, and may have ended early.
function judge(where, unit,    is, should) {
	is = ran[where, unit]
	should = cases[where, unit]
	if (!in_parts(where) || not_built[where] || failed[where, unit] || is == should)
		return
	if (!is && died[where])
		lost[where]++
	else if (!is)
		bad(where ": " unit " has not run: " should " cases")
	else if (!should && listed[where])
		bad(where ": " unit " is new, with " is " cases; to accept it: lab/check/complete.sh --accept")
	else if (listed[where])
		bad(where ": " unit " ran " is " cases, not " should "; to accept it: lab/check/complete.sh --accept")
}

# judge_must(WHERE): report what is in linux/, in the list for no part, and not in the tally.
function judge_must(where,    i) {
	for (i = 1; i <= musts; i++)
		if (in_parts(where) && !died[where] && !not_built[where] && !((where, must_run[i]) in known) && !(must_run[i] in has_place))
			bad(where ": " must_run[i] " is in linux/ and has not run")
}

function judge_all(    i, where) {
	for (i = 1; i <= units; i++)
		judge(where_of[i], unit_of[i])
	for (where in lost)
		bad(where ": " lost[where] " units have not run, because a guest did not end well")
	judge_must("normal")
	judge_must("debug")
	if (!n)
		printf "ok %d all units have run, with all their cases\n", ++n
	printf "1..%d\n", n
}

function print_list(    i, where, unit) {
	for (i = 1; i <= units; i++) {
		where = where_of[i]
		unit = unit_of[i]
		print unit, (where, unit) in ran ? ran[where, unit] : cases[where, unit], where
	}
}

END {
	if (accept)
		print_list()
	else
		judge_all()
}
