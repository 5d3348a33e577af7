#!/bin/bash
# initramfs.sh TREE OBJDIR: the guest's root, as OBJDIR/initramfs.cpio.
#
# Holds busybox, lab/init with lab/init-setup, the kernel's modules (/modules/NAME.ko),
# our programs (guest/NAME/*.c -> /bin/NAME), and the selftests for vttm from the
# assembled tree, made by their own Makefile (tools/testing/selftests/drivers/vttm ->
# /tests). All programs are linked statically.
# Made without root by the kernel's own gen_init_cpio, and only when something
# in it has changed.

. "$(dirname "$0")/lib.sh"
. "$LAB/selftests.sh"
usage_if_asked "$@"

tree=$1
obj=$2
GUEST=${LAB_GUEST:-$TOP/guest}
# ARCH=um has no headers for programs of its own: they are x86's there.
UAPI=$obj
[ ! -f "$obj/linux" ] || UAPI=$obj/uapi

inputs() {
	echo "${GUEST_FLAGS[*]}"
	cat "$obj/id" "$LAB/init" "$LAB/init-setup" "$LAB/initramfs.sh" "$LAB/selftests.sh" 2>/dev/null || true
	busybox | head -1
	[ ! -d "$GUEST" ] || (cd "$GUEST" && find . -name '*.[ch]' -print0 | sort -z | xargs -0r sha256sum)
}

# compile NAME SOURCE...: $SCRATCH/bin/NAME. What is shared with the selftests is
# in linux/ even if the tree at hand does not have them.
compile() {
	local name=$1

	shift
	gcc "${GUEST_FLAGS[@]}" -Wall -Wextra -Werror -I"$GUEST" -isystem "$UAPI/usr/include" -I"$tree/tools/testing/selftests" \
		-I"$LINUX/tools/testing/selftests" \
		-o "$SCRATCH/bin/$name" "$@" ||
		die "the guest program $name does not compile" "see gcc's words above"
}

programs() {
	local src name

	for src in "$GUEST"/*/; do
		[ -n "$(ls "$src"*.c 2>/dev/null)" ] || continue
		name=$(basename "$src")
		compile "$name" "$src"*.c
		echo "file /bin/$name $SCRATCH/bin/$name 755 0 0"
	done
}

# A tree without the whole series has none.
tests() {
	local program

	[ -d "$tree/tools/testing/selftests/$SELFTESTS" ] || return 0
	selftests "$tree" "$UAPI" "$SCRATCH/tests"
	for program in "$SCRATCH"/tests/*; do
		echo "file /tests/${program##*/} $program 755 0 0"
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
	echo "file /init $LAB/init 755 0 0"
	echo "file /init-setup $LAB/init-setup 644 0 0"
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
print=$(inputs | sha256sum)
[ "$(cat "$obj/initramfs.id" 2>/dev/null)" != "$print" ] || exit 0
rm -f "$obj/initramfs.id"
! ldd "$(command -v busybox)" >/dev/null 2>&1 ||
	die "busybox is not the static one" "apt-get install busybox-static"
scratch
mkdir "$SCRATCH/bin"
uapi_headers "$tree" "$UAPI"
{ skeleton; modules; programs; tests; } >"$SCRATCH/list"
"$obj/usr/gen_init_cpio" "$SCRATCH/list" >"$SCRATCH/cpio" || die "the guest's root cannot be packed"
mv "$SCRATCH/cpio" "$obj/initramfs.cpio"
echo "$print" >"$obj/initramfs.id"
