# shellcheck shell=bash disable=SC2034
# All that the lab's scripts know of the architecture; lib.sh sources this. What its
# kernels are configured as is in lab/config.

# As uname says it.
ARCH_NAME=x86_64
QEMU=qemu-system-x86_64
# q35 and not pc: working out pc's interrupt routing is a loop in ACPI bytecode,
# on the debug kernel so slow that ACPI gives up after 30 s for each device.
QEMU_MACHINE=(-machine q35 -cpu max)
# The kernel's name for the first serial port, and what QEMU boots.
CONSOLE=ttyS0
IMAGE=vmlinux
# Debian's name, and the part of the kernel's tree.
DEB_ARCH=amd64
KERNEL_ARCH=arch/x86
