#!/bin/bash
# try.sh TREE KERNEL-PACKAGE TTMSTAT-PACKAGE: try the packages in a Debian.
#
# Makes a small Debian in build/, of the release and from the mirror that this machine uses.
# dpkg installs the packages in it, in a chroot, with an initramfs. The Debian is booted in
# QEMU, and systemd starts a unit that loads vttm, runs the selftests of TREE, and ttmstat. Ends
# with "N passed, N failed, N skipped" and a status that says the same. Needs root, or sudo,
# for the chroot.

. "$(dirname "$0")/../lib.sh"
. "$LAB/check/tally.sh"
. "$LAB/vm/machine.sh"
. "$LAB/vm/selftests.sh"
usage_if_asked "$@"

tree=$1 packages=("$2" "$3")
USERLAND=$BUILD/debian
# The disk has this much room beside the userland and the kernel.
ROOM_MIB=512
BOOT_LIMIT=1800

as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
root() { "${as_root[@]}" "$@"; }

# The userland does not depend on the kernel, so it is made once.
userland() {
	local suite

	[ ! -e "$USERLAND/made" ] || return 0
	need_disk "$BUILD" 3 "a Debian userland"
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	step "making a Debian $suite in ${USERLAND#"$TOP/"}"
	root rm -rf "$USERLAND"
	mkdir -p "$USERLAND"
	root debootstrap --variant=minbase --include=systemd-sysv,udev,kmod,initramfs-tools \
		"$suite" "$USERLAND/root" "$("$LAB/kernel/fetch.sh" --mirror)" >"$USERLAND/log" 2>&1 || {
		tail -5 "$USERLAND/log" >&2
		die "the Debian userland cannot be made" "check the network, or see the whole log: $USERLAND/log"
	}
	touch "$USERLAND/made"
}

# The unit, and the script that it runs, with the commands of an ordinary userland.
put_tests() {
	uapi_headers "$tree" "$SCRATCH/headers"
	selftests "$tree" "$SCRATCH/headers" "$SCRATCH/vttm"
	cat >"$SCRATCH/run" <<-'END'
		#!/bin/sh
		exec >/dev/ttyS1 2>&1
		mkswap /dev/vdb >/dev/null && swapon /dev/vdb && modprobe vttm || echo "not prepared"
		uname -rv
		for program in /opt/vttm/*; do
		    echo "# lab: begin selftest ${program##*/}"
		    "$program"
		    echo "# lab: end $?"
		done
		echo "# lab: begin selftest ttmstat"
		echo 1..1
		ttmstat --devices | grep -q ^vttm || printf "not "
		echo "ok 1 ttmstat knows vttm"
		echo "# lab: end 0"
		echo "# all done"
		systemctl poweroff
	END
	cat >"$SCRATCH/unit" <<-'END'
		[Unit]
		Description=Selftests of vttm
		[Service]
		Type=oneshot
		ExecStart=/opt/run-vttm
		StandardOutput=null
		[Install]
		WantedBy=multi-user.target
	END
	root mkdir -p "$root/opt/vttm"
	root cp "$SCRATCH"/vttm/* "$root/opt/vttm/"
	root install -m 755 "$SCRATCH/run" "$root/opt/run-vttm"
	root install -m 644 "$SCRATCH/unit" "$root/etc/systemd/system/vttm-selftests.service"
	root chroot "$root" systemctl -q enable vttm-selftests.service
}

install_packages() {
	local names=("${packages[@]##*/}")

	step "installing ${names[*]}"
	root cp "${packages[@]}" "$root/tmp/"
	root chroot "$root" dpkg -i "${names[@]/#//tmp/}" >"$SCRATCH/dpkg" 2>&1 || {
		cat "$SCRATCH/dpkg" >&2
		die "dpkg cannot install the packages" "see its errors above"
	}
	root rm "${names[@]/#/"$root/tmp/"}"
	root cp "$root"/boot/vmlinuz-* "$SCRATCH/vmlinuz"
	root cp "$root"/boot/initrd.img-* "$SCRATCH/initrd"
	root chmod a+r "$SCRATCH"/{vmlinuz,initrd}
}

boot() {
	step "booting it"
	truncate -s "$(($(root du -sm "$root" | cut -f1) + ROOM_MIB))M" "$SCRATCH/disk"
	root mke2fs -q -t ext4 -d "$root" "$SCRATCH/disk" || die "the disk cannot be made" "see mke2fs's errors above"
	root chmod a+rw "$SCRATCH/disk"
	truncate -s 2G "$SCRATCH/swap"
	machine "${MEM:-1024}" 2 "$SCRATCH/vmlinuz" "$SCRATCH/initrd" "root=$FIRST_DISK rw $ALWAYS"
	qemu+=(-accel "tcg,thread=multi")
	serial console
	serial tests
	disk disk
	disk swap
	start_guest "$BOOT_LIMIT" "${qemu[@]}"
	await_child || true
	[ -s "$SCRATCH/console" ] || {
		cat "$SCRATCH/qemu" >&2
		die "the kernel of the package does not start" "see QEMU's errors above, if any"
	}
	cp "$SCRATCH/console" "$OUT/deb/console.log"
	tr -d '\r' <"$SCRATCH/tests" >"$OUT/deb/tests.tap"
	grep -qx '# all done' "$OUT/deb/tests.tap" || {
		tail -25 "$SCRATCH/console" | tr -d '\r' >&2
		die "the kernel of the package did not finish the selftests" "see where it stopped in ${OUT#"$TOP/"}/deb/console.log"
	}
}

"$LAB/deps.sh" deb
scratch
mkdir -p "$OUT/deb"
# Remove root's files first. on_exit needs the status unchanged.
leave() {
	local status=$?

	set +e
	root rm -rf "$SCRATCH/root"
	(exit "$status")
	on_exit
}

userland
# Each try has a fresh copy of the userland.
root=$SCRATCH/root
trap leave EXIT
root cp -a "$USERLAND/root" "$root"
install_packages
put_tests
boot
tally "$SCRATCH/tally" '' <"$OUT/deb/tests.tap"
close_tally "$SCRATCH/tally"
