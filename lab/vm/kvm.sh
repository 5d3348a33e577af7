#!/bin/bash
# kvm.sh KERNELDIR: does KVM run this kernel here? Status 0 if so.
#
# /dev/kvm can be there and still not run a stock kernel, so the kernel is
# really booted with it, once per build folder and boot of the host; the answer
# is kept in KERNELDIR/kvm. A host that cannot gives up within seconds.

. "$(dirname "$0")/../lib.sh"
. "$LAB/vm/machine.sh"
usage_if_asked "$@"

kernel=$1
PROBE_SECONDS=8

[ -r /dev/kvm ] && [ -w /dev/kvm ] || exit 1
boot=$(cat /proc/sys/kernel/random/boot_id)
read -r known answer < <(cat "$kernel/kvm" 2>/dev/null) || true
if [ "${known-}" != "$boot" ]; then
	scratch
	answer=no
	machine 512 2 "$kernel/$IMAGE" "$kernel/initramfs.cpio" "$ALWAYS lab.probe"
	qemu+=(-accel kvm -device virtio-serial-pci)
	status_port
	start_guest "$PROBE_SECONDS" "${qemu[@]}"
	# Not a word when QEMU aborts, as it does where KVM is there but broken.
	await_child 2>/dev/null || true
	! grep -qx 'exit 0' "$SCRATCH/status" 2>/dev/null || answer=yes
	echo "$boot $answer" >"$kernel/kvm"
	[ "$answer" = yes ] || say "KVM does not run this kernel here; using emulation (TCG)"
fi
[ "$answer" = yes ]
