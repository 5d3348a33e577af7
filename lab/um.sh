#!/bin/bash
# um.sh: the patched kernel as a program on this machine (ARCH=um), at a prompt;
# leave with "exit". It starts in a quarter of a second and its seconds are real, but
# it has one processor, no write-combining and no memory failures (docs/testing.md).
#
#   CMD='...'   run this in it instead; prints only its output and ends with its status
#               (124: over TIMEOUT seconds, 125: the kernel died)
#   DEBUG=1     with as much of KASAN, lockdep and DEBUG_VM as ARCH=um has
#   MEM=, TIMEOUT=: see lab/vm/run.sh --help

. "$(dirname "$0")/lib.sh"
takes_nothing "$@"

export UM=1
exec "$LAB/shell.sh"
