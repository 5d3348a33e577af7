# shellcheck shell=bash disable=SC2034,SC2154
# A machine that hibernates, and the one that resumes from its image: the same QEMU command
# line twice, with one swap disk. run.sh sources this, and has its variables.
#
# The kernel looks for the image before there is an init. An init that runs on the second
# machine all the same (lab.resumes) only says that there was none: swap made anew would
# be the end of it.

# A virtio port does not take what a thawed process writes, a serial port does.

# On the first machine the first word tells hibernation where to.
RESUME="resume=$FIRST_DISK lab.serial"

# can_hibernate: what else was asked for must go with it.
can_hibernate() {
	local word

	[ -z "$UM" ] || die "the kernel as a program cannot hibernate" "leave out --um or --hibernates"
	[ -z "$icount" ] || die "a run that hibernates cannot be repeated to the instruction" "leave out --icount or --hibernates"
	[ -z "$shell" ] || die "a prompt does not come back from hibernation" "give a job"
	[ "$swap" -gt 0 ] || die "hibernation needs a swap disk" "leave out --swap 0"
	for word in zram zram-full swapfile slow-swap; do
		! setup_has "$word" || die "on the set-up $word swap is not on the disk that is resumed from" "leave $word out of SETUP="
	done
	mkdir -p "$(dirname "$power")"
}

# serial_ports: what init writes to, beside the console. What goes to the fourth virtio
# port goes to the second disk.
serial_ports() {
	local name

	for name in stdout stderr status; do serial "$name"; done
}

# fresh_power: for a first machine.
fresh_power() {
	: >"$power"
	truncate -s 64M "$SCRATCH/files"
}

# log_power on|off
log_power() { [ -z "$power" ] || echo "$1 $EPOCHREALTIME" >>"$power"; }

# has_image: is there one on the swap disk that nobody has begun to read? The first page
# of the disk ends with what it is.
has_image() {
	[ -n "$power" ] &&
		[ "$(dd if="$SCRATCH/swap" bs=1 skip=4086 count=9 2>/dev/null | tr -d '\0')" = S1SUSPEND ]
}

# found: wait until the image is being read; false if it takes too long, or the guest ends
# before that.
found() {
	local until=$((SECONDS + BOOT_SECONDS))

	while has_image && kill -0 "$CHILD" 2>/dev/null; do
		[ "$SECONDS" -lt "$until" ] || return 1
		sleep 0.1
	done
	! has_image
}

# no_image: has init said so?
no_image() { [[ $(tail -1 "$SCRATCH/status") == broken* ]]; }

# resume: the same machine is switched on again, and what had been hibernated goes on.
# False if it does not.
resume() {
	local boot read=''

	qemu=("${qemu[@]/ $RESUME/ $RESUME lab.resumes}")
	for ((boot = 1; boot <= boots; boot++)); do
		switch_on
		if found; then
			read=1
			break
		fi
		if [ "$boot" -eq "$boots" ] || no_image; then break; fi
		kill "$CHILD" 2>/dev/null || true
		finish
		warn "the guest has not found its image within $BOOT_SECONDS s; starting it again"
	done
	finish
	qemu=("${qemu[@]/ lab.resumes/}")
	[ -n "$read" ] && ! no_image
}
