#!/bin/bash
# However a guest ends, the host is told in words and in the exit status, and
# nothing is left running.

. "$(dirname "$0")/tap.bash"
kernel=$("$LAB/build.sh" --quiet 2>/dev/null)
VERB=shell PROGRAM=qemu-system
. "$(dirname "$0")/guest-cases.bash"
done_testing
