# shellcheck shell=bash disable=SC2034,SC2154
# A machine that hibernates, and a second one that resumes from the image: the same QEMU
# command line twice, with one swap disk. run.sh sources this and sets the variables.
#
# The kernel looks for the image before it starts an init. So if an init starts on the second
# machine (lab.resumes), there was no image. It only says so: a new swap area would destroy
# what is on the disk.

# Serial ports, because a virtio port loses what a thawed process writes. On the first
# machine, resume= says where the image goes.
RESUME="resume=$FIRST_DISK lab.serial"

# can_hibernate: die if another option does not go with hibernation.
can_hibernate() {
	local word

	[ -z "$UM" ] || die "the kernel as a program cannot hibernate" "leave out --um or --hibernates"
	[ -z "$icount" ] || die "a run that hibernates does not repeat to the instruction" "leave out --icount or --hibernates"
	[ -z "$shell" ] || die "a prompt does not come back from hibernation" "give a job instead of --shell"
	[ "$swap" -gt 0 ] || die "hibernation needs a swap disk" "leave out --swap 0"
	for word in zram zram-full swapfile slow-swap; do
		! setup_has "$word" || die "on the set-up $word swap is not on the disk that is resumed from" "leave $word out of SETUP="
	done
	mkdir -p "$(dirname "$power")"
}

# serial_ports: init writes to these, beside the console. The second disk takes the place
# of the fourth virtio port.
serial_ports() {
	local name

	for name in stdout stderr status; do serial "$name"; done
}

# fresh_power: before the first machine.
fresh_power() {
	: >"$power"
	truncate -s 64M "$SCRATCH/files"
}

# log_power on|off: write it and the time to the file of --hibernates.
log_power() { [ -z "$power" ] || echo "$1 $EPOCHREALTIME" >>"$power"; }

# has_image: true if the swap disk has an image that no kernel has begun to read. The end
# of the disk's first page tells.
has_image() {
	[ -n "$power" ] &&
		[ "$(dd if="$SCRATCH/swap" bs=1 skip=4086 count=9 2>/dev/null | tr -d '\0')" = S1SUSPEND ]
}

# found: wait until the kernel reads the image; false if that takes too long or the guest
# ends before.
found() {
	local until=$((SECONDS + BOOT_SECONDS))

	while has_image && kill -0 "$CHILD" 2>/dev/null; do
		[ "$SECONDS" -lt "$until" ] || return 1
		sleep 0.1
	done
	! has_image
}

# no_image: true if init has said that there was none.
no_image() { [[ $(tail -1 "$SCRATCH/status") == broken* ]]; }

# resume: switch the same machine on again, so that the job goes on; false if it does not.
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
