# shellcheck shell=bash disable=SC2034,SC2154
# What the words of SETUP= make of QEMU's machine and of the kernel's command line;
# run.sh sources this. What they make of the guest is in init-setup.

# Milliseconds that each request takes on slow-swap.
SLOW_MS=200

setup_has() { [[ " $setup " == *" $1 "* ]]; }

# setup_machine: add to qemu what comes after the swap disk.
setup_machine() {
	[ -z "$setup" ] || [ "$swap" -gt 0 ] ||
		die "the set-up $setup wants a swap disk" "leave out --swap 0, or SETUP="
	! setup_has numa || setup_nodes
	! setup_has cached || setup_cached_disk
}

# setup_processors: how many, for -smp. On two nodes none shares a cache with another.
setup_processors() { if setup_has numa; then echo "$cpus,sockets=$cpus"; else echo "$cpus"; fi; }

# Two nodes, each with half of the memory and half of the processors. With only one of
# these the second node is memory alone.
setup_nodes() {
	local first=$(((cpus + 1) / 2)) half=$((mem / 2)) others=''

	[ "$cpus" -eq 1 ] || others=,cpus=$first-$((cpus - 1))
	qemu+=(-object "memory-backend-ram,id=node0,size=$((mem - half))M"
	       -object "memory-backend-ram,id=node1,size=${half}M"
	       -numa "node,nodeid=0,memdev=node0,cpus=0-$((first - 1))"
	       -numa "node,nodeid=1,memdev=node1$others")
}

# It has a file as large as memory, and what the file system needs for itself.
setup_cached_disk() {
	truncate -s "$((mem + mem / 16 + 16))M" "$SCRATCH/cached"
	disk cached
}

# setup_command_line: what to tell the kernel.
setup_command_line() {
	[ -z "$setup" ] || printf ' lab.setup=%s' "${setup// /,}"
	! setup_has numa || printf ' vttm.node=1'
	! setup_has movable || printf ' kernelcore=75%% cma=%dM' $((mem / 16))
	! setup_has slow-swap ||
		printf ' dm-mod.create="slow,,,rw,0 %d delay %s 0 %d"' $((swap * 2048)) "$FIRST_DISK" "$SLOW_MS"
}
