#!/bin/sh
# In the guest, for check.sh: every KUnit suite, or every program in /tests, as
# ktap.awk reads them. Suites run here and not at boot because some need
# swap. /run-tests holds the word: kunit or selftests.

begin() {
	echo "# lab: begin $1 $2"
	echo "lab: begin $1 $2" >/dev/kmsg
}

kunit() {
	for suite in /sys/kernel/debug/kunit/*/; do
		suite=${suite%/}
		begin kunit "${suite##*/}"
		if echo 1 >"$suite/run"; then code=0; else code=1; fi
		cat "$suite/results"
		echo "# lab: end $code"
	done
}

selftests() {
	for program in /tests/*; do
		[ -x "$program" ] || continue
		begin selftest "${program##*/}"
		"$program" 2>&1
		echo "# lab: end $?"
	done
}

"$(cat /run-tests)"
