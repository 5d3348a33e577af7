# shellcheck shell=bash
# What a kernel complained about; check/boot.sh and stress.sh source this. They have a
# SCRATCH.

. "$LAB/kernel/ours.sh"

# our_functions KERNEL: their names, without what the compiler puts behind them.
our_functions() {
	# Words are globs.
	# shellcheck disable=SC2046
	(cd "$1" && nm $(our_files races | sed 's/c$/o/')) | awk '$2 ~ /^[tT]$/ { sub(/[.].*/, "", $3); print $3 }' |
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
