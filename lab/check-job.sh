#!/bin/sh
# In the guest, for check.sh: every KUnit suite, then every program in /tests,
# as ktap.awk reads them. Suites run here and not at boot because some need
# swap. /run-tests holds the words "kunit" and "selftests", or one of them.

begin() {
	echo "# lab: begin $1 $2"
	echo "lab: begin $1 $2" >/dev/kmsg
}

kunit() {
	for suite in /sys/kernel/debug/kunit/*/; do
		suite=${suite%/}
		begin kunit "${suite##*/}"
		echo 1 >"$suite/run"
		code=$?
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

for what in $(cat /run-tests); do
	$what
done
