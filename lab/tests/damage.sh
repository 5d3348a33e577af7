#!/bin/bash
# The demo and the stress campaign notice a damaged page: a check that never failed proves
# nothing. Both run on small machines and leave their files in out/damage/.

. "$(dirname "$0")/tap.bash"
kernel=$("$LAB/kernel/build.sh" --quiet 2>/dev/null)
export LAB_OUT=${LAB_OUT:-$LAB/../out}/damage
rm -rf "$LAB_OUT"
mkdir -p "$LAB_OUT"

# run VERB OPTION...: its status.
run() {
	local status=0

	"$LAB/$1.sh" --kernel "$kernel" --mem 256 "${@:2}" >"$LAB_OUT/$1.log" 2>&1 || status=$?
	echo "$status"
}
# said VERB REGEX: what fits in what it said, or all that it said.
said() { grep -E -- "$2" "$LAB_OUT/$1.log" || { cat "$LAB_OUT/$1.log"; return 1; }; }
# complaints VERB: of the kernel.
complaints() { awk -f "$LAB/vm/kernel-log.awk" "$LAB/vm/expected-warnings" "$LAB_OUT/$1/console" | grep '^not ok'; }
hung_boots() { ls "$LAB_OUT/$1"/console.[0-9]; }
metric() { sed -n "s/^$2\t//p" "$LAB_OUT/demo/$1.metrics"; }

check 'demo: a damaged page is a failure' same "$(run demo --rounds 1 --corrupt)" 1
check 'the error names the run' said demo '^error: 1 pages came back with wrong content in the zero_copy run$'
check 'the damaged run went on to its end' same "$(metric zero_copy verdict) $(metric zero_copy checksum_errors)" '1 1'
check 'the other run has no wrong page' same "$(metric copy verdict) $(metric copy checksum_errors)" '0 0'
check 'pages were inserted' test "$(metric zero_copy pages_inserted)" -gt 10000
check 'demo: the kernel does not complain' fails complaints demo
check 'demo: the guest booted at the first attempt' fails hung_boots demo

check 'stress: a damaged page is a failure' same \
	"$(run stress --minutes 0 --seed 1 --turns calm --turn-ms 2000 --break corrupt)" 1
check 'the error names the wrong page' said stress '^# client [0-9]+, buffer [0-9]+ of [0-9]+ pages, page [0-9]+, .* word [0-9]+ is '
check 'the wrong page is counted' said stress '^#   pages with wrong content +[1-9][0-9]*$'
check 'nothing else was wrong in the campaign' said stress '^#   unexpected errors +0$'
check 'stress: the kernel does not complain' said stress '^# the kernel log is clean$'
check 'stress: the guest booted at the first attempt' fails hung_boots stress
done_testing
