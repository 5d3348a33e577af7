# kernel-log.awk: what the kernel complained about, as TAP.
#
# Reads lab/expected-warnings, then a console log. Every complaint is one failed
# test, its lines with it; a log without one is one passed test. "lab: begin KIND
# NAME" in the log tells what was running.

# A complaint is complete: a test provokes it on purpose, or it is a failure.
function report(    i, text, e) {
	if (!lines)
		return
	for (i = 1; i <= lines; i++)
		text = text line[i] "\n"
	for (e = 1; e <= expected; e++)
		if (!used[e] && suite[e] == running && text ~ pattern[e]) {
			used[e] = 1
			lines = 0
			return
		}
	n++
	for (i = 1; i <= lines; i++)
		printf "# %s\n", line[i]
	printf "not ok %d the kernel complained during %s: %s\n", n, running, line[1]
	lines = 0
}

BEGIN { running = "boot" }

FNR == NR {
	if ($0 !~ /^#/ && NF) {
		suite[++expected] = $1
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

text ~ /WARNING: |BUG: |kernel BUG at|Oops: |UBSAN: |KASAN: |INFO: task |INFO: rcu|detected stall|general protection fault|nable to handle|[Bb]ad page|kmemleak: [0-9]+ new|i_blocks|Kernel panic/ {
	line[++lines] = text
	next
}

# What follows belongs to it, as far as a trace reaches.
lines && lines < 40 { line[++lines] = text; next }

{ report() }

END {
	report()
	if (!records)
		printf "not ok %d the kernel log is empty\n", ++n
	if (!n)
		printf "ok %d the kernel log is clean\n", ++n
	printf "1..%d\n", n
}
