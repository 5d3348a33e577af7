# shellcheck shell=bash
# The complaints in a kernel's log. Scripts that set SCRATCH source this.

. "$LAB/kernel/ours.sh"

# our_functions KERNEL: the names of the series' functions, without the compiler's suffixes.
our_functions() {
	# The words are globs.
	# shellcheck disable=SC2046
	(cd "$1" && nm $(our_files races | sed 's/c$/o/')) | awk '$2 ~ /^[tT]$/ { sub(/[.].*/, "", $3); print $3 }' |
		grep -vx -e init_module -e cleanup_module | sort -u
}

# kernel_log KERNEL CONSOLE: the complaints as TAP. On the kernel with KCSAN, data races
# that are not ours are only counted.
kernel_log() {
	local ours=''

	if grep -qsx CONFIG_KCSAN=y "$1/.config"; then
		ours=$SCRATCH/our-functions
		our_functions "$1" >"$ours"
	fi
	log_tap "$2" "$ours"
}

# log_tap CONSOLE [FILE]: the complaints as TAP. FILE has names of functions: data races
# without one of them are only counted.
log_tap() { awk -v ours="${2-}" -f "$LAB/vm/kernel-log.awk" "$LAB/vm/expected-warnings" "$1"; }

# first_failed < TAP: the name of the first failed test, if any.
first_failed() { sed -n '/^not ok [0-9]* /{s///p;q}'; }
