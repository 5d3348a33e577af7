# shellcheck shell=bash disable=SC2154
# Tests for any guest, in QEMU or as a program. run.sh and um.sh source this. They set VERB
# (of make), PROGRAM (the pattern by which pgrep finds the guest's process) and kernel.

tmp=${LAB_BUILD:-$(cd "$LAB/.." && pwd)/build}/tmp
# For the consoles of guests that end badly on purpose.
export LAB_OUT=$WORK/kept

job() { printf '%s\n' "$@" >"$WORK/job"; }
run() { "$LAB/vm/run.sh" --kernel "$kernel" --mem 256 --swap 64 "$@" -- "$WORK/job"; }
# The scratch folder of the run with this process id. Other commands may have theirs.
scratch_of() { find "$tmp" -maxdepth 1 -name "run.$1.*" 2>/dev/null; }

status() { "$@" >"$WORK/out" 2>"$WORK/err"; echo $?; }
# shellcheck disable=SC2016 # the guest expands it
words='echo "out of $(uname -s)"; echo err >&2; exit 7'
check "make $VERB CMD: the status of the command" same "$(status make -s -C "$LAB/.." "$VERB" CMD="$words")" 7
check "make $VERB CMD: only the command's output" same "$(cat "$WORK/out")" 'out of Linux'
# Another command may be building.
check "make $VERB CMD: only the command's errors" same "$(grep -v '^waiting: ' "$WORK/err")" err
check "lab/$VERB.sh: the status of the command" same "$(CMD='exit 7' status "$LAB/$VERB.sh")" 7

echo carried >"$WORK/in"
job 'mkdir -p /out/sub; cp /some/where/in /out/sub; grep -c ^/dev/ /proc/swaps >/out/swaps'
check 'a job with a file in and files out' run --add "$WORK/in:/some/where/in" --files "$WORK/files"
check 'the file comes back unchanged' same "$(cat "$WORK/files/sub/in")" carried
check 'the guest has swap' same "$(cat "$WORK/files/swaps")" 1
job 'head -c 3000000 /dev/zero | tr "\0" x'
check 'all of a long output arrives' same "$(run 2>/dev/null | wc -c)" 3000000

job 'echo c >/proc/sysrq-trigger'
check 'a panic is reported, with its reason' fails_saying "the guest's kernel panicked: sysrq triggered crash" run
check 'a panic has the status 125' same "$(status run)" 125
job 'echo started; while :; do sleep 1; done'
check 'a guest that hangs is ended' fails_saying 'did not finish within 12 s' run --timeout 12
job 'poweroff -f'
check 'a guest that switches off early is reported' fails_saying 'switched off before the job was done' run
job 'exit 0'
check 'a folder without a kernel' fails_saying 'holds no kernel' run --kernel "$WORK"
check 'memory that is not a number' fails_saying "'lots' is not a number" run --mem lots

# interrupted SIGNAL: start a run, wait until the job talks, send the signal.
interrupted() {
	local pid qemu

	job 'echo started; while :; do sleep 1; done'
	rm -f "$WORK/out"
	# A background process ignores INT unless it has a process group of its own.
	set -m
	run --timeout 120 >"$WORK/out" 2>&1 &
	pid=$!
	set +m
	# Should this very test be interrupted.
	# shellcheck disable=SC2064
	trap "kill -- -$pid 2>/dev/null" EXIT
	for _ in $(seq 60); do
		! grep -q started "$WORK/out" || break
		sleep 1
	done
	pid=$(pgrep -f -- "run.sh --kernel $kernel .* $WORK/job" | head -1)
	qemu=$(pgrep -f -- "^$PROGRAM.*/run\.$pid\.")
	[ -n "$qemu" ] || { echo 'no guest was running'; return 1; }
	kill "-$1" "$pid"
	wait
	for _ in $(seq 10); do
		kill -0 "$qemu" 2>/dev/null || break
		sleep 1
	done
	! kill -0 "$qemu" 2>/dev/null || { kill "$qemu"; echo 'the guest is still there'; return 1; }
	[ "$1" = KILL ] || same "$(scratch_of "$pid")" ''
}
check 'Ctrl-C leaves nothing behind' interrupted INT
check 'SIGTERM leaves nothing behind' interrupted TERM
check 'SIGKILL leaves no guest behind' interrupted KILL
