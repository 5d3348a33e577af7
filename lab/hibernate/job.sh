# shellcheck shell=dash disable=SC2154
# job.sh: one hibernation inside the VM, with busybox. lab/hibernate.sh puts
# before it:
#   RUN      copy or zero_copy
#   KIND     of the buffers
#   MIB      how large they are together
#   BREAK    more options for the program
#
# Leaves /out/metrics. Ends with the status of /bin/hibernate; its --help says what that
# means.

set -eu
# set_to FILE TEXT
set_to() { echo "$2" >"$1"; }

echo "lab: begin hibernate $KIND-$RUN" >/dev/kmsg
case $RUN in
copy) set_to /sys/module/ttm/parameters/zero_copy 0 ;;
zero_copy) set_to /sys/module/ttm/parameters/zero_copy 1 ;;
esac
memory=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo) # KiB
limit=$((memory / 4)) # all of it, in pages
case $KIND in
vram*)
	# The device has as much memory of its own as the buffers take. They are filled there.
	# What is moved out TTM's limit has swapped out again, which is half of the machine's
	# memory if nobody says otherwise.
	rmmod vttm
	modprobe vttm vram_mib="$MIB"
	limit=$(((limit - MIB * 256) / 2))
	;;
esac
set_to /sys/module/ttm/parameters/pages_limit $limit
set_to /sys/power/disk shutdown
# How large the image is, and why there is none.
set_to /sys/power/pm_debug_messages 1
set_to /proc/sys/kernel/printk 8
# Options are words.
# shellcheck disable=SC2086
exec hibernate --kind "$KIND" --mib "$MIB" --out /out/metrics $BREAK disk
