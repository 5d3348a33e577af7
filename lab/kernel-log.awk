# kernel-log.awk: what the kernel complained about, as TAP.
#
# Reads a list of expected warnings (lab/expected-warnings), then a console log.
# Every complaint is one failed test, its lines with it; a log without one is one
# passed test. "lab: begin KIND NAME" in the log tells what was running.

function report() {
	if (!lines)
		return
	n++
	for (i = 1; i <= lines; i++)
		printf "# %s\n", line[i]
	printf "not ok %d the kernel complained during %s: %s\n", n, running, complaint
	lines = 0
}

FNR == NR {
	if ($0 !~ /^#/ && NF)
		expected[$1 " " $2 " " $3] = 1
	next
}

{
	sub(/\r$/, "")
	text = $0
	sub(/^\[ *[0-9.]+\] (\[ *[TC][0-9]+\] )?/, "", text)
}

text ~ /^lab: begin / { report(); split(text, word, " "); running = word[4]; next }

# One that a test provokes on purpose: swallow it to its end, once.
text ~ /^WARNING: .* at / {
	split(text, word, " ")
	file = word[2]
	sub(/:[0-9]+$/, "", file)
	sub(/^\.\.\/linux\//, "", file)
	fn = word[4]
	sub(/\+.*/, "", fn)
	key = running " " file " " fn
	if (key in expected) {
		delete expected[key]
		lines = 0
		swallow = 1
		next
	}
}
# Lockdep names no file; what tells is where the lock was wanted, some lines on.
lines && complaint ~ /possible .* locking/ && text ~ /, at: / {
	fn = text
	sub(/.*, at: /, "", fn)
	sub(/\+.*/, "", fn)
	key = running " lockdep " fn
	if (key in expected) {
		delete expected[key]
		lines = 0
		swallow = 1
		next
	}
}
swallow { if (text ~ /end trace|<\/TASK>/) swallow = 0; next }

text ~ /cut here/ { report(); next }

text ~ /WARNING: |BUG: |kernel BUG at|Oops: |UBSAN: |KASAN: |INFO: task |INFO: rcu|detected stall|general protection fault|nable to handle|[Bb]ad page|kmemleak: [0-9]+ new|i_blocks|Kernel panic/ {
	if (!lines)
		complaint = text
	quiet = 0
	line[++lines] = text
	next
}

lines && lines < 40 && text !~ /end trace/ { line[++lines] = text; if (++quiet > 30) report(); next }
lines { report() }

BEGIN { running = "boot" }

END {
	report()
	if (!n)
		printf "ok %d the kernel log is clean\n", ++n
	printf "1..%d\n", n
}
