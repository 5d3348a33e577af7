# shellcheck shell=bash disable=SC2034
# The virtual machine: the base that all of the lab's machines share, and functions that
# add devices. run.sh, kvm.sh and deb/try.sh source this and set SCRATCH.

# The first disk is the swap disk, except in deb/try.sh. init has the same path.
FIRST_DISK=/dev/vda
# Every kernel gets this: it ends with its first oops.
ALWAYS="console=$CONSOLE panic=-1 oops=panic"

# machine MIB PROCESSORS KERNEL INITRD TEXT: begin the array qemu, with TEXT for the
# kernel's command line.
machine() {
	qemu=("$QEMU" -nodefaults -no-user-config -display none -no-reboot "${QEMU_MACHINE[@]}"
	      -m "$1" -smp "$2" -kernel "$3" -initrd "$4" -append "$5")
}

# serial NAME: the next serial port, the first of which is the console; written to
# $SCRATCH/NAME.
serial() { qemu+=(-chardev "file,id=$1,path=$SCRATCH/$1,append=on" -serial "chardev:$1"); }

# port NAME NUMBER: a virtio port of that number, written to $SCRATCH/NAME. It needs a
# virtio-serial-pci. init knows the numbers.
port() {
	qemu+=(-chardev "file,id=$1,path=$SCRATCH/$1,append=on"
	       -device "virtserialport,chardev=$1,name=lab.$1,nr=$2")
}

# status_port: init writes here how far it is and how the job ended.
status_port() { port status 3; }

# disk NAME: the next virtio disk, which is the file $SCRATCH/NAME.
disk() {
	qemu+=(-drive "file=$SCRATCH/$1,if=none,id=$1,format=raw,cache=unsafe"
	       -device "virtio-blk-pci,drive=$1")
}

# start_guest SECONDS COMMAND...: start a guest, as CHILD. It ends with the script, or after
# SECONDS. $SCRATCH/qemu gets what its program prints.
start_guest() {
	start_child setpriv --pdeathsig TERM timeout -k 5 "$1" "${@:2}" </dev/null >"$SCRATCH/qemu" 2>&1
}
