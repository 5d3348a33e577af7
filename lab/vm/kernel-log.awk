# kernel-log.awk: the kernel's complaints, as TAP.
#
# Reads lab/vm/expected-warnings, then a console log. Every complaint is one failed test,
# with its lines. A log without complaints is one passed test. "lab: begin KIND NAME" in the
# log tells what was running.
#
# A failed allocation with its stack trace is a complaint in a zero-copy run if the copy run
# of the same boot has none. In other boots there is no copy run to compare with, and 7.3
# fails allocations as well when memory is short.
#
# -v ours=FILE: each line of FILE is the name of a function. A data race without one of them
# is counted, but is no complaint: the kernel has many.

# A complaint is complete. It is a failure unless a test provokes it on purpose.
function report(    i, text) {
	if (!lines)
		return
	for (i = 1; i <= lines; i++)
		text = text line[i] "\n"
	if (ours != "" && line[1] ~ /KCSAN: / && !names_ours()) {
		others++
	} else if (!is_expected(text)) {
		if (text !~ /page allocation failure: /)
			complain(running, line[1], text)
		else if (text ~ /Call Trace:/)
			keep(text)
	}
	lines = 0
}

function is_expected(text,    e) {
	for (e = 1; e <= expected; e++)
		if (!used[e] && (suite[e] == running || suite[e] == "") && text ~ pattern[e]) {
			used[e] = !often[e]
			return 1
		}
	return 0
}

# Does one of the stack traces name one of our functions? What shmem does inside of SHMEMS
# own functions, it does for the TTM of 7.3 as well: the callers of these do not count.
function names_ours(    i, name, inside) {
	for (i = 1; i <= lines; i++) {
		name = line[i]
		if (name ~ /^(read|write|race).* by /)
			inside = 0
		if (!sub(/[+.].*/, "", name) || !sub(/^ +/, "", name))
			continue
		if (name ~ SHMEMS)
			inside = 1
		if (!inside && name in is_ours)
			return 1
	}
	return 0
}

function complain(during, what, text) {
	sub(/\n$/, "", text)
	gsub(/\n/, "\n# ", text)
	printf "# %s\n", text
	printf "not ok %d the kernel complained during %s: %s\n", ++n, during, what
}

# Only at the end it is known whether allocations failed in the copy run, too.
function keep(text) {
	if (running == "copy")
		copying_fails = 1
	if (running != "zero_copy")
		return
	kept++
	kept_line[kept] = line[1]
	kept_text[kept] = text
}

BEGIN {
	running = "boot"
	SHMEMS = "^shmem_(read_folio_gfp|truncate_range|writeout)$"
	while (ours != "" && (getline function_name < ours) > 0)
		is_ours[function_name]
}

# This file may be empty.
FILENAME == ARGV[1] {
	if ($0 !~ /^#/ && NF) {
		suite[++expected] = $1
		often[expected] = sub(/[*]$/, "", suite[expected])
		sub(/^[^\t]*\t+/, "")
		pattern[expected] = $0
	}
	next
}

{
	records++
	sub(/\r$/, "")
	text = $0
	sub(/^\[ *[0-9.]+\] (\[ *[TC][0-9]+\] )?/, "", text)
}

text ~ /^lab: begin / { report(); split(text, word, " "); running = word[4]; next }

text ~ /cut here|end trace|^=====/ { report(); next }

text ~ /WARNING: |BUG: |kernel BUG at|Oops: |UBSAN: |KASAN: |INFO: task |INFO: rcu|detected stall|general protection fault|nable to handle|[Bb]ad page|kmemleak: [0-9]+ new|i_blocks|page allocation failure: |Kernel panic/ {
	line[++lines] = text
	next
}

# The next lines belong to the complaint, up to the length of a trace. A data race has two.
lines && lines < (line[1] ~ /KCSAN: / ? 160 : 40) { line[++lines] = text; next }

{ report() }

END {
	report()
	for (i = 1; i <= kept && !copying_fails; i++)
		complain("zero_copy", kept_line[i], kept_text[i])
	if (others)
		printf "# %d data races without a function of ours\n", others
	if (!records)
		printf "not ok %d the kernel log is empty\n", ++n
	if (!n)
		printf "ok %d the kernel log is clean\n", ++n
	printf "1..%d\n", n
}
