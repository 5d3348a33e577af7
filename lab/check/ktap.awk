# ktap.awk: count test results.
#
# Reads the output of tests (TAP or KTAP). That of each program or suite is between
#	# lab: begin KIND NAME
#	# lab: end STATUS
# Prints one line for each unit and each failing case, and appends
#	passed failed skipped WHERE KIND NAME
# to the file in the variable tally. WHERE is the variable where. Appends each skip to the
# same file with ".skips", separated by tabs:
#	WHERE, KIND NAME, the case (with those above it, if any), the reason
# Only leaves count, not a line that sums up the results below it. A unit has failed if it ran
# no case or fewer cases than it planned, or did not come to its end.

function fail(what,    i) {
	failed++
	printf "  FAIL %s: %s\n", unit, what
	for (i = (notes > 16 ? notes - 15 : 1); i <= notes; i++)
		printf "       %s\n", note[i]
}

# close_level(D, NAME): compare the results at this depth with the plan.
function close_level(d, name) {
	if (d in plan && plan[d] != seen[d] + 0)
		fail(name ": " seen[d] + 0 " results of " plan[d] " planned")
	delete plan[d]
	delete seen[d]
	delete bad[d]
}

function begin_unit(name) {
	unit = name
	passed = failed = skipped = notes = 0
	split("", plan); split("", seen); split("", bad); split("", subtest)
}

# skip(DEPTH, NAME, WHY): keep a skip, with the names of the cases above it.
function skip(depth, name, why,    path, d) {
	skipped++
	for (d = 2; d <= depth; d++)
		path = path subtest[d] "/"
	printf "%s\t%s\t%s\t%s\n", where, unit, path name, why >> (tally ".skips")
}

function end_unit(status,    ran) {
	ran = passed + failed + skipped
	notes = 0
	close_level(0, "plan")
	if (!ran)
		fail("ran no case")
	else if (status == "")
		fail("did not come to its end")
	else if (status != 0 && !failed && !(status == 4 && skipped))
		fail("ended with status " status)
	printf "%-40s %4d passed", (where ? where ": " : "") unit, passed
	if (failed)
		printf ", %d failed", failed
	if (skipped)
		printf ", %d skipped", skipped
	printf "\n"
	print passed, failed, skipped, where, unit >> tally
	fflush()
	unit = ""
}

{ sub(/\r$/, "") }

/^# lab: begin / {
	if (unit != "")
		end_unit("")
	begin_unit($4 " " $5)
	next
}

/^# lab: end / { end_unit($4); next }

unit == "" { next }

/^ *1\.\.[0-9]+/ {
	match($0, /^ */)
	sub(/^ *1\.\./, "")
	plan[RLENGTH / 4] = $1 + 0
	notes = 0
	next
}

/^ *(not )?ok [0-9]+/ {
	match($0, /^ */)
	depth = RLENGTH / 4
	ok = ($1 == "ok")
	why = ""
	if (match($0, / *# *SKIP */))
		why = substr($0, RSTART + RLENGTH)
	is_skip = ok && RSTART > 0
	name = $0
	sub(/^ *(not )?ok [0-9]+ *(- )?/, "", name)
	sub(/ *# *SKIP.*/, "", name)
	if (seen[depth + 1] || (depth + 1) in plan) {
		below = bad[depth + 1]
		close_level(depth + 1, name)
		if (!ok && !below)
			fail(name)
	} else if (is_skip)
		skip(depth, name, why)
	else if (ok)
		passed++
	else
		fail(name)
	seen[depth]++
	if (!ok)
		bad[depth]++
	notes = 0
	next
}

/^ *# Subtest: / {
	match($0, /^ */)
	subtest[RLENGTH / 4] = $3
	next
}

/^ *# (module|Totals|RUN)|^ *# .*: pass:|^ *K?TAP version/ { next }

NF { note[++notes] = $0 }

END { if (unit != "") end_unit("") }
