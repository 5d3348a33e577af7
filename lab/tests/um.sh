#!/bin/bash
# The kernel as a program is a guest like any other. It has large folios and one processor.

. "$(dirname "$0")/tap.bash"
kernel=$(UM=1 "$LAB/kernel/build.sh" --quiet 2>/dev/null)
VERB=um PROGRAM=$kernel/linux
. "$(dirname "$0")/guest-cases.bash"

# in_um COMMAND: its output.
in_um() { CMD=$1 "$LAB/um.sh" 2>/dev/null; }
check 'the page cache has folios of 2 MiB' same "$(in_um 'cat /sys/kernel/mm/transparent_hugepage/hpage_pmd_size')" 2097152
check 'it has one processor' same "$(in_um nproc)" 1
check 'vttm is there' in_um '[ -c /dev/dri/renderD128 ]'
job '[ ! -e /dev/dri/renderD128 ]'
check 'lab.novttm keeps vttm away' run --append lab.novttm
check 'instructions cannot be counted' fails_saying 'cannot be counted' run --icount
done_testing
