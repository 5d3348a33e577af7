# shellcheck shell=dash disable=SC2154
# job.sh: one hibernation inside the VM, with busybox. lab/hibernate.sh puts in front of
# it:
#   RUN      copy or zero_copy
#   KIND     the kind of the buffers
#   MIB      the size of all buffers together
#   BREAK    more options for the program
#
# Leaves /out/metrics. Ends with the status of /bin/hibernate (see its --help).

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
	# When they are moved out, TTM swaps them out again at its page limit, by default half of
	# the machine's memory.
	rmmod vttm
	modprobe vttm vram_mib="$MIB"
	limit=$(((limit - MIB * 256) / 2))
	;;
esac
set_to /sys/module/ttm/parameters/pages_limit $limit
set_to /sys/power/disk shutdown
# So that the log has the size of the image, or the reason for having none.
set_to /sys/power/pm_debug_messages 1
set_to /proc/sys/kernel/printk 8
# shellcheck disable=SC2086 # words
exec hibernate --kind "$KIND" --mib "$MIB" --out /out/metrics $BREAK disk
