#!/bin/bash
# deb.sh [--no-try]: make Debian packages of the patched kernel and of ttmstat, in out/deb/.
#
# The configuration is Debian's own for this kernel, with vttm as a module. The packages are
# then tried: they are installed in a small Debian, it is booted in QEMU, and the selftests
# of vttm must pass (lab/deb/try.sh).
#
#   FAST=1             for virtual machines: Debian's configuration for cloud machines, with
#                      only the modules of lab/deb/fast.modules. Takes half an hour on two
#                      cores; Debian's whole configuration, with 4,200 modules, takes about
#                      three hours
#   MODULES=file       Debian's configuration with only the modules in this file, which is
#                      the output of lsmod on the machine that the kernel is for. Takes half
#                      an hour or more
#   CONFIG_EXTRA=file  a configuration fragment of your own, merged last
#   KERNEL=, OVERLAY_EXTRA=, V=1: as for every verb
#   --no-try           only make the packages

. "$(dirname "$0")/lib.sh"
. "$LAB/kernel/make.sh"
usage_if_asked "$@"

DIR=$OUT/deb
NAME=deb FLAVOUR=$DEB_ARCH DISK_GIB=10
MODULES=${MODULES-}
[ -z "${FAST-}" ] || [ -z "$MODULES" ] || die "FAST=1 has a list of modules of its own" "leave out FAST=1, or MODULES=$MODULES"
[ -z "$MODULES" ] || NAME=deb-modules DISK_GIB=6
[ -z "${FAST-}" ] || NAME=deb-fast FLAVOUR=cloud-$DEB_ARCH DISK_GIB=6 MODULES=$LAB/deb/fast.modules
[ -z "$MODULES" ] || grep -Eqs '^[a-z0-9_]+ +[0-9]+' "$MODULES" ||
	die "MODULES=$MODULES is not what lsmod prints" "make the file on the machine that the kernel is for: lsmod >my.lsmod"
[ -z "${KERNEL_TREE-}${KERNEL_TARBALL-}" ] ||
	die "make deb wants Debian's kernel source, because Debian's configuration is for that" "leave out KERNEL_TREE and KERNEL_TARBALL"

# only_modules TREE CONFIG: reduce CONFIG to the modules in the list.
only_modules() {
	local o=$SCRATCH/modules

	mkdir "$o"
	cp "$2" "$o/.config"
	{
		"$1/scripts/kconfig/merge_config.sh" -m -Q -O "$o" "$o/.config" "$LAB/config/deb.config"
		make -s -C "$1" O="$o" olddefconfig
		{ yes '' || true; } | make -s -C "$1" O="$o" LSMOD="$(realpath -- "$MODULES")" localmodconfig
	} >"$SCRATCH/log" 2>&1 || {
		tail -20 "$SCRATCH/log" >&2
		die "Debian's configuration could not be reduced" "see the lines above"
	}
	cp "$o/.config" "$2"
}

configure() {
	local debian=$SCRATCH/debian.config

	xz -dc "$("$LAB/kernel/fetch.sh" --config)/config.${DEB_ARCH}_none_$FLAVOUR.xz" >"$debian" ||
		die "Debian has no configuration ${DEB_ARCH}_none_$FLAVOUR for this kernel" "see the configurations in cache/source"
	[ -z "$MODULES" ] || only_modules "$1" "$debian"
	DEFCONFIG=$debian "$LAB/kernel/config.sh" "$1" "$2" "$LAB/config/deb.config" ${CONFIG_EXTRA:+"$(realpath -- "$CONFIG_EXTRA")"}
}

# The version is higher than that of Debian's own kernel, and higher than that of this
# series before its last change.
version() {
	local v changes=0 tree=0

	v=$(basename "$("$LAB/kernel/fetch.sh" 2>/dev/null)" .tar.xz)
	if lab_git -C "$TOP" rev-parse -q --verify HEAD >/dev/null 2>&1; then
		changes=$(lab_git -C "$TOP" rev-list --count HEAD -- linux)
		tree=$(lab_git -C "$TOP" rev-parse --short=8 HEAD:linux)
	fi
	echo "${v#*_}+ttmzc1.$changes.g$tree"
}

progress() {
	if [ -n "${V-}" ]; then cat
	else awk '/^  (CC|AS|LD) / { if (++n % 250 == 0) { printf "   %d objects\n", n; fflush() } }'; fi
}

# compile TREE OBJ: build the packages.
compile() {
	KDEB_PKGVERSION=$(version) DPKG_FLAGS=-d KDEB_COMPRESS=xz \
		kernel_make "$1" "$2" bindeb-pkg 2>&1 | tee "$2/build.log" | progress >&2
}

packages() {
	local top=$1 tree=$1/linux obj=$1/$NAME/obj

	need_disk "$BUILD" "$DISK_GIB" "building packages"
	rm -f "$top/$NAME"/*.deb
	configure "$tree" "$obj"
	step "building packages (log: ${obj#"$TOP/"}/build.log)"
	start_group compile "$tree" "$obj"
	await_child || {
		build_errors "$obj/build.log" >&2 || true
		die "the packages cannot be built" "see the whole log: $obj/build.log"
	}
	rm -rf "$DIR"
	mkdir -p "$DIR"
	mv "$top/$NAME"/linux-{image,headers}-*.deb "$DIR/"
	ttmstat_package
}

# ttmstat_package: make the package of ttmstat, which is static and needs no other package.
ttmstat_package() {
	local root=$SCRATCH/ttmstat version

	version=$(version)
	make -s -C "$TTMSTAT" install PREFIX=/usr DESTDIR="$root" PROGRAM="$SCRATCH/ttmstat.static" CFLAGS="${GUEST_FLAGS[*]}" ||
		die "ttmstat does not compile" "see gcc's errors above"
	mkdir "$root/DEBIAN"
	cat >"$root/DEBIAN/control" <<-END
		Package: ttmstat
		Version: $version
		Architecture: $DEB_ARCH
		Maintainer: ttm-zerocopy <ttm-zerocopy@localhost>
		Section: admin
		Priority: optional
		Description: show how GPU buffers are moved out of memory and back
		 Shows how a kernel with zero copy backs up the buffers of GPU drivers: how much
		 went out without copying, and why the rest was copied.
	END
	dpkg-deb --root-owner-group --build "$root" "$DIR/ttmstat_${version}_$DEB_ARCH.deb" >/dev/null
}

try=1
case ${1-} in
'') ;;
--no-try) try= ;;
*) unknown "$1" ;;
esac
[ -z "${CONFIG_EXTRA-}" ] || [ -r "$CONFIG_EXTRA" ] || die "CONFIG_EXTRA=$CONFIG_EXTRA cannot be read" "give a file with lines CONFIG_X=y"
unset DEBUG KCSAN STOCK
"$LAB/deps.sh" deb
scratch
lock_build
top=$("$LAB/kernel/assemble.sh")
start=$SECONDS
packages "$top"
unlock_build
say "the packages, made in $((SECONDS - start)) s:"
(cd "$DIR" && du -h -- *.deb) >&2
image=$(find "$DIR" -name 'linux-image-*.deb' ! -name '*-dbg_*')
tool=$(find "$DIR" -name 'ttmstat_*.deb')
[ -z "$try" ] || "$LAB/deb/try.sh" "$top/linux" "$image" "$tool"
say "the image is not signed: it does not boot while Secure Boot is on"
say "to install them: apt install $image $tool"
say "to go back: boot the other kernel, and apt purge the package of this one"
