#!/bin/bash
# shell.sh: the patched kernel at a prompt on this terminal; leave with "exit".
#
#   CMD='...'   run this in the guest instead; prints only its output and ends with its
#               status (124: over TIMEOUT seconds, 125: the guest died)
#   DEBUG=1, SETUP=, MEM=, CPUS=, TIMEOUT=: see lab/vm/run.sh --help

. "$(dirname "$0")/lib.sh"
takes_nothing "$@"

if [ -z "${CMD-}" ]; then
	exec "$LAB/vm/run.sh" --shell
fi
scratch
printf '#!/bin/sh\n%s\n' "$CMD" >"$SCRATCH/cmd"
status=0
"$LAB/vm/run.sh" -- "$SCRATCH/cmd" || status=$?
exit "$status"
