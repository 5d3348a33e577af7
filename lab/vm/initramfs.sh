#!/bin/bash
# initramfs.sh TREE OBJDIR: make the guest's root file system, OBJDIR/initramfs.cpio.
#
# It holds busybox, lab/vm/init with lab/vm/init-setup, the kernel's modules
# (/modules/NAME.ko), our programs (guest/NAME/*.c -> /bin/NAME, and ttmstat), and the
# selftests for vttm, built by their own Makefile in the assembled tree
# (tools/testing/selftests/drivers/vttm -> /tests). All programs are static. The kernel's own
# gen_init_cpio makes it, without root, and only if something in it has changed.
# OBJDIR/programs keeps the programs, because most changes of the kernel do not affect them.

. "$(dirname "$0")/../lib.sh"
. "$LAB/vm/selftests.sh"
usage_if_asked "$@"

tree=$1
obj=$2
# ARCH=um has no headers for programs. There they are the host architecture's.
UAPI=$obj
[ ! -f "$obj/linux" ] || UAPI=$obj/uapi

PROGRAMS=$obj/programs
SHARED=$LINUX/tools/testing/selftests

sums() { [ ! -d "$1" ] || (cd "$1" && find . \( -name '*.[ch]' -o -name Makefile \) -print0 | sort -z | xargs -0r sha256sum); }

program_inputs() {
	echo "${GUEST_FLAGS[*]} $UAPI"
	gcc --version | sed -n 1p
	cat "$LAB/vm/initramfs.sh" "$LAB/vm/selftests.sh"
	lab_git -C "$tree" rev-parse HEAD:include/uapi "HEAD:$KERNEL_ARCH/include/uapi" HEAD:tools/testing/selftests
	sums "$GUEST"
	sums "$TTMSTAT"
	sums "$SHARED"
}

inputs() {
	echo "$1"
	cat "$obj/id" "$LAB/vm/init" "$LAB/vm/init-setup" 2>/dev/null || true
	busybox | sed -n 1p
}

# compile NAME SOURCE...: make $PROGRAMS/bin/NAME. Headers that are shared with the selftests
# come from linux/, because this tree may lack them.
compile() {
	local name=$1

	shift
	gcc "${GUEST_FLAGS[@]}" -I"$GUEST" -isystem "$UAPI/usr/include" -I"$tree/tools/testing/selftests" \
		-I"$SHARED" \
		-o "$PROGRAMS/bin/$name" "$@" ||
		die "the guest program $name does not compile" "see gcc's errors above"
}

# compile_all HASH: make all programs unless they are up to date. HASH is that of the inputs.
compile_all() {
	local src

	[ "$(cat "$PROGRAMS/id" 2>/dev/null)" != "$1" ] || return 0
	rm -rf "$PROGRAMS"
	mkdir -p "$PROGRAMS"/{bin,tests}
	uapi_headers "$tree" "$UAPI"
	for src in "$GUEST"/*/; do
		[ -n "$(ls "$src"*.c 2>/dev/null)" ] || continue
		compile "$(basename "$src")" "$src"*.c
	done
	quiet_make -C "$TTMSTAT" PROGRAM="$PROGRAMS/bin/ttmstat" CFLAGS="${GUEST_FLAGS[*]}" ||
		die "ttmstat does not compile" "see gcc's errors above"
	# A tree with only a part of the series has no selftests.
	[ ! -d "$tree/tools/testing/selftests/$SELFTESTS" ] || selftests "$tree" "$UAPI" "$PROGRAMS/tests"
	echo "$1" >"$PROGRAMS/id"
}

programs() {
	local program

	for program in "$PROGRAMS"/{bin,tests}/*; do
		[ ! -e "$program" ] || echo "file ${program#"$PROGRAMS"} $program 755 0 0"
	done
}

modules() {
	local module dir

	[ -s "$obj/modules.order" ] || return 0
	dir=lib/modules/$(cat "$obj/include/config/kernel.release")
	printf 'dir %s 755 0 0\n' /lib /lib/modules "/$dir"
	echo "slink /modules $dir 777 0 0"
	sed 's/\.o$/.ko/' "$obj/modules.order" | while read -r module; do
		echo "file /$dir/${module##*/} $obj/$module 644 0 0"
	done
}

skeleton() {
	local d

	for d in bin dev proc sys tmp root tests out; do
		echo "dir /$d 755 0 0"
	done
	echo "nod /dev/console 600 0 0 c 5 1"
	echo "file /init $LAB/vm/init 755 0 0"
	echo "file /init-setup $LAB/vm/init-setup 644 0 0"
	echo "file /bin/busybox $(command -v busybox) 755 0 0"
	busybox --list | grep -vx busybox | sed 's|.*|slink /bin/& busybox 777 0 0|'
	# Programs and scripts that expect the usual places.
	echo "slink /sbin bin 777 0 0"
	echo "dir /usr 755 0 0"
	echo "slink /usr/bin ../bin 777 0 0"
}

# Several guests may start at once.
exec 8>>"$obj/initramfs.lock"
flock 8
programs=$(program_inputs | sha256sum)
print=$(inputs "$programs" | sha256sum)
[ "$(cat "$obj/initramfs.id" 2>/dev/null)" != "$print" ] || exit 0
rm -f "$obj/initramfs.id"
! ldd "$(command -v busybox)" >/dev/null 2>&1 ||
	die "busybox is not static" "apt-get install busybox-static"
scratch
compile_all "$programs"
{ skeleton; modules; programs; } >"$SCRATCH/list"
"$obj/usr/gen_init_cpio" "$SCRATCH/list" >"$SCRATCH/cpio" || die "the guest's root cannot be packed"
mv "$SCRATCH/cpio" "$obj/initramfs.cpio"
echo "$print" >"$obj/initramfs.id"
