#!/bin/bash
# kvm.sh KERNELDIR: test whether KVM runs this kernel here. Ends with 0 if it does.
#
# A machine can have a /dev/kvm that does not run a kernel. So the kernel is really booted
# with it, once for each build folder and each boot of the host. KERNELDIR/kvm keeps the
# answer. A host that cannot run it fails within seconds.

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
	# QEMU aborts if KVM is there but broken. The shell must not report that.
	await_child 2>/dev/null || true
	! grep -qx 'exit 0' "$SCRATCH/status" 2>/dev/null || answer=yes
	echo "$boot $answer" >"$kernel/kvm"
	[ "$answer" = yes ] || say "KVM does not run this kernel here; using emulation (TCG)"
fi
[ "$answer" = yes ]
