# shellcheck shell=bash
# What a kernel complained about; check/boot.sh and stress.sh source this. They have a
# SCRATCH.

# Of these files a data race is ours.
OUR_OBJECTS='mm/shmem_transfer.o mm/shmem_readback.o mm/shmem_promote.o mm/memcg_owner.o
	drivers/gpu/drm/ttm/ttm_*.o drivers/gpu/drm/vttm/vttm_*.o'

# our_functions KERNEL: their names, without what the compiler puts behind them.
our_functions() {
	# A word is a glob.
	# shellcheck disable=SC2086
	(cd "$1" && nm $OUR_OBJECTS) | awk '$2 ~ /^[tT]$/ { sub(/[.].*/, "", $3); print $3 }' |
		grep -vx -e init_module -e cleanup_module | sort -u
}

# kernel_log KERNEL CONSOLE: as TAP. On the kernel that looks for data races, those that
# are not ours are counted.
kernel_log() {
	local ours=''

	if grep -qsx CONFIG_KCSAN=y "$1/.config"; then
		ours=$SCRATCH/our-functions
		our_functions "$1" >"$ours"
	fi
	awk -v ours="$ours" -f "$LAB/vm/kernel-log.awk" "$LAB/vm/expected-warnings" "$2"
}
