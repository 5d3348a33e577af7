#!/bin/bash
# How the demo judges two runs and the kernel's log. There is no guest: lab/vm/run.sh and
# the report are stand-ins.

. "$(dirname "$0")/tap.bash"
export LAB_BUILD=$WORK/build LAB_OUT=$WORK/out
cp -r "$LAB" "$WORK/lab"
RUN=$WORK/run
cat >"$WORK/lab/vm/run.sh" <<'END'
#!/bin/bash
while [ "$1" != -- ]; do
	[ "$1" != --files ] || files=$2
	[ "$1" != --console ] || console=$2
	shift
done
cp "$RUN"/*.metrics "$files"
cp "$RUN/console" "$console"
: >"$files/report.txt"
END
ln -sf /bin/true "$WORK/lab/demo/report.sh"
export RUN
: >"$WORK/lab/vm/expected-warnings"

# metrics RUN NAME=VALUE...: those of a good run, except for these.
metrics() {
	printf '%s\t0\n' checksum_errors verdict oom_kills >"$RUN/$1.metrics"
	echo $'pages_inserted\t1000' >>"$RUN/$1.metrics"
	for pair in "${@:2}"; do
		sed -i "s/^${pair%=*}\t.*/${pair%=*}\t${pair#*=}/" "$RUN/$1.metrics"
	done
}
good_runs() {
	rm -rf "$RUN"
	mkdir "$RUN"
	metrics copy
	metrics zero_copy
	log '' ''
}
failure=$'kswapd0: page allocation failure: order:0, mode:0xc0de0, nodemask=(null)\nCall Trace:\n f+0x1/0x2'
# log COPY ZERO-COPY: the kernel's messages in each run.
log() {
	printf '%s\n' 'lab: begin demo warmup' 'lab: begin demo copy' "$1" 'lab: begin demo zero_copy' "$2" |
		sed 's/^/[    1.000000] /; s/$/\r/' >"$RUN/console"
}
# ends STATUS SENTENCE
ends() {
	local status=0

	"$WORK/lab/demo.sh" >"$WORK/said" 2>&1 || status=$?
	cat "$WORK/said"
	grep -qE -- "^$2" "$WORK/said" && same "$status" "$1"
}
metric() { sed -n "s/^$2\t//p" "$LAB_OUT/demo/$1.metrics"; }

good_runs
check 'two good runs' ends 0 'All of it, with plots: '
check 'no failed allocation is counted' same "$(metric copy alloc_failures) $(metric zero_copy alloc_failures)" '0 0'
metrics copy checksum_errors=3
check 'wrong pages' ends 1 'error: 3 pages came back with wrong content in the copy run$'
good_runs
metrics zero_copy verdict=4
check 'a run that did not finish' ends 1 'error: the zero_copy run did not finish'
good_runs
metrics copy verdict=3 oom_kills=1
check 'copying may run out of memory' ends 0 'warning: the copy run did not finish: the kernel ran out of memory$'
good_runs
metrics zero_copy oom_kills=1
check 'zero copy may not run out of memory' ends 1 'error: the kernel ran out of memory in the zero-copy run$'
good_runs
metrics zero_copy pages_inserted=0
check 'all was copied' ends 1 'error: nothing was swapped out without copying$'

good_runs
log '' "$failure"
check 'allocations fail in the zero-copy run alone' ends 1 'error: the kernel complained during zero_copy: kswapd0: page allocation failure'
check 'the failed allocation is counted' same "$(metric copy alloc_failures) $(metric zero_copy alloc_failures)" '0 1'
printf 'zero_copy\tpage allocation failure\n' >"$WORK/lab/vm/expected-warnings"
check 'an expected failed allocation is a warning' ends 0 'warning: the kernel failed 1 allocations in the zero_copy run'
: >"$WORK/lab/vm/expected-warnings"
log "$failure" "$failure"
check 'a failed allocation in both runs is a warning' ends 0 'warning: the kernel failed 1 allocations in the copy run'
log 'WARNING: mm/a.c:7 at f+0x1/0x2' ''
check 'any other complaint' ends 1 'error: the kernel complained during copy: WARNING: mm/a.c:7'
done_testing
