# shellcheck shell=bash
# What a kernel complained about; scripts that have a SCRATCH source this.

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
	log_tap "$2" "$ours"
}

# log_tap CONSOLE [FILE]: the same; with FILE, which has names of functions, of data races
# only those that name one.
log_tap() { awk -v ours="${2-}" -f "$LAB/vm/kernel-log.awk" "$LAB/vm/expected-warnings" "$1"; }

# first_failed < TAP: the words of the first test that failed, if one has.
first_failed() { sed -n '/^not ok [0-9]* /{s///p;q}'; }
