# shellcheck shell=bash
# One boot with tests. check.sh, check/only.sh, series.sh and coverage.sh source this and set
# SCRATCH.

. "$LAB/check/tally.sh"
. "$LAB/vm/kernel-log.sh"

# boot_for KERNEL WHAT POWER [NAMES]: set the array BOOT to run.sh's options for a boot of the
# build in KERNEL that runs WHAT, or only NAMES of it (see job.sh). If the machine
# hibernates, POWER gets the times when it was on.
#
# The boot for drivers has the cards in cards.tsv. TTM's suites count the TTM devices, so
# vttm is not loaded for them. The sizes are small, so that swap fills up and memory gets
# short soon. kmemleak needs some memory for itself.
boot_for() {
	local kernel=$1 what=$2 power=$3 append='' mem=512 swap=2048 more=() qemu=''

	case $what in
	kunit) append=lab.novttm mem=1024 swap=256 ;;
	selftests) append=kmemleak=on mem=640 ;;
	crowd) mem=384 ;;
	# Hibernation needs the swap disk, which some set-ups do not use as it is.
	sleep) mem=256 more=(--setup '' --hibernates "$power") ;;
	stress) [ -n "${SETUP-}" ] || more=(--hibernates "$power") ;;
	programs) [[ " ${4-} " != *' pm '* || -n ${SETUP-} ]] || more=(--hibernates "$power") ;;
	drivers)
		append="kmemleak=on $(cards 3 | xargs)"
		more=(--add "$LAB/check/cards.tsv:/cards.tsv")
		qemu=$(cards 2 | xargs)
		;;
	esac
	[ ! -f "$kernel/linux" ] || more=(--setup '' --add "$LAB/um/cannot:/cannot")
	echo "$what ${4-}" >"$SCRATCH/run-tests"
	BOOT=(--kernel "$kernel" --mem "${MEM:-$mem}" --swap "$swap" --append "$append"
	      ${qemu:+--qemu "$qemu"} --add "$SCRATCH/run-tests:/run-tests" "${more[@]}")
}

# check_boot KERNEL WHAT FILES [NAMES]: boot and print the results in the form that tally()
# reads. How the guest ended and the complaints in its kernel's log are results, too.
# FILES.* get the console's output and all messages.
check_boot() {
	local kernel=$1 what=$2 files=$3 status=0 BOOT

	boot_for "$kernel" "$what" "$files.power" "${4-}"
	"$LAB/vm/run.sh" "${BOOT[@]}" --timeout "${TIMEOUT:-1800}" --console "$files.console" -- "$LAB/check/job.sh" \
		2>"$files.err" | tee "$files.tap" || status=$?
	[ "$status" -eq 0 ] || tail -40 "$files.err" >&2
	{
		as_unit boot "$what" guest_ended "$status" "$files.console"
		as_unit log "$what" kernel_log "$kernel" "$files.console"
	} | tee "$files-log.tap"
}

# cards COLUMN: print a column of the table of emulated cards.
cards() { awk -F'\t' -v column="$1" 'NR > 1 { print $column }' "$LAB/check/cards.tsv"; }

# boots CONSOLE: print how often run.sh started the guest with this console.
boots() {
	local n=1

	while [ -e "$1.$n" ]; do n=$((n + 1)); done
	echo "$n"
}

# guest_ended STATUS CONSOLE: pass if the guest ended well and no kernel hung before its init.
# A QEMU that hung is not the kernel's fault.
guest_ended() {
	local n i

	n=$(boots "$2")
	echo 1..1
	for ((i = 1; i < n; i++)); do
		if kernel_hung "$2.$i"; then
			sed -n '/Kernel panic/,$s/^.*\] *\(.*RIP: .*\|CPU: .*\|.*+0x.*\)/# \1/p' "$2.$i" | tr -d '\r' | sed -n 1,16p
			echo "not ok 1 it took $n boots, because the kernel hung before its init: ${2#"$TOP/"}.$i"
			return
		fi
	done
	[ "$n" -eq 1 ] || warn "QEMU hung before the guest's init, and was started again ($n boots): ${2#"$TOP/"}.1"
	if [ "$1" -ne 0 ]; then echo "not ok 1 the guest ended with status $1 ($n boots)"
	else echo "ok 1 the guest ran to its end ($n boots)"; fi
}
