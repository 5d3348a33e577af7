# shellcheck shell=bash disable=SC2034
# Everything in the lab's scripts that depends on the architecture. lib.sh sources this. The
# kernel configurations are in lab/config.

# The output of uname -m.
ARCH_NAME=x86_64
QEMU=qemu-system-x86_64
# q35 and not pc: pc's interrupt routing is computed by a loop in ACPI bytecode. On the debug
# kernel it is so slow that ACPI gives up after 30 s for each device.
QEMU_MACHINE=(-machine q35 -cpu max)
# The kernel's name for the first serial port, and the file that QEMU boots.
CONSOLE=ttyS0
IMAGE=vmlinux
# Debian's name of the architecture, and its folder in the kernel tree.
DEB_ARCH=amd64
KERNEL_ARCH=arch/x86
