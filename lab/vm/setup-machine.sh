# shellcheck shell=bash disable=SC2034,SC2154
# How the words of SETUP= change QEMU's machine and the kernel's command line. run.sh
# sources this. init-setup has the changes inside the guest.

# Milliseconds that each request takes on slow-swap.
SLOW_MS=200

setup_has() { [[ " $setup " == *" $1 "* ]]; }

# setup_machine: add the devices that come after the swap disk.
setup_machine() {
	[ -z "$setup" ] || [ "$swap" -gt 0 ] ||
		die "the set-up $setup wants a swap disk" "leave out --swap 0, or SETUP="
	! setup_has numa || setup_nodes
	! setup_has cached || setup_cached_disk
}

# setup_processors: the value for -smp. On two nodes no processors share a cache.
setup_processors() { if setup_has numa; then echo "$cpus,sockets=$cpus"; else echo "$cpus"; fi; }

# Two nodes, each with half of the memory and half of the processors. If there is only one
# processor, the second node has only memory.
setup_nodes() {
	local first=$(((cpus + 1) / 2)) half=$((mem / 2)) others=''

	[ "$cpus" -eq 1 ] || others=,cpus=$first-$((cpus - 1))
	qemu+=(-object "memory-backend-ram,id=node0,size=$((mem - half))M"
	       -object "memory-backend-ram,id=node1,size=${half}M"
	       -numa "node,nodeid=0,memdev=node0,cpus=0-$((first - 1))"
	       -numa "node,nodeid=1,memdev=node1$others")
}

# The disk holds a file as large as memory, and the file system's own data.
setup_cached_disk() {
	truncate -s "$((mem + mem / 16 + 16))M" "$SCRATCH/cached"
	disk cached
}

# setup_command_line: the addition to the kernel's command line.
setup_command_line() {
	[ -z "$setup" ] || printf ' lab.setup=%s' "${setup// /,}"
	! setup_has numa || printf ' vttm.node=1'
	! setup_has movable || printf ' kernelcore=75%% cma=%dM' $((mem / 16))
	! setup_has slow-swap ||
		printf ' dm-mod.create="slow,,,rw,0 %d delay %s 0 %d"' $((swap * 2048)) "$FIRST_DISK" "$SLOW_MS"
}
