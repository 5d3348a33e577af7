# expected-cases.awk UNITS lab/check/expected-cases TALLY: did everything run? As TAP.
#
# UNITS are the units that must have run on both kernels, if the list does not have them
# of one only; TALLY is what ktap.awk has counted, parts are the parts of 'make check'
# that ran. With units_only set, no number of cases counts. With accept set, prints what
# the list should be instead, each line for one part: what TALLY has of these parts, and
# what the list has of others.

function bad(text) { printf "not ok %d %s\n", ++n, text }

function in_parts(where) { return index(" " parts " ", " " where " ") }

function know(where, unit) {
	if (!((where, unit) in known)) {
		known[where, unit] = ++units
		where_of[units] = where
		unit_of[units] = unit
	}
}

# Which of the three this is: some of them may be empty.
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

# judge WHERE, UNIT: by the list, if that has anything of this part. A unit that failed
# has been told of, and may have broken off.
function judge(where, unit,    is, should) {
	is = ran[where, unit]
	should = cases[where, unit]
	if (!in_parts(where) || not_built[where] || failed[where, unit] || is == should)
		return
	if (!is && died[where])
		lost[where]++
	else if (!is)
		bad(where ": " unit " has not run, which has " should " cases")
	else if (!should && listed[where])
		bad(where ": " unit " is new, with " is " cases; if all is well: lab/check/complete.sh --accept")
	else if (listed[where])
		bad(where ": " unit " ran " is " cases, not " should "; if that is meant: lab/check/complete.sh --accept")
}

# What is in linux/ and neither in the list, for whatever part, nor in the tally.
function judge_must(where,    i) {
	for (i = 1; i <= musts; i++)
		if (in_parts(where) && !died[where] && !not_built[where] && !((where, must_run[i]) in known) && !(must_run[i] in has_place))
			bad(where ": " must_run[i] " is in linux/ and has not run")
}

function judge_all(    i, where) {
	for (i = 1; i <= units; i++)
		judge(where_of[i], unit_of[i])
	for (where in lost)
		bad(where ": " lost[where] " units have not run, for a guest came to no good end")
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
