# shellcheck shell=bash
# Build the selftests for vttm with the kernel's own make, as a kernel developer would.
# initramfs.sh and deb/try.sh source this and set SCRATCH.

# The folder in tools/testing/selftests, and in what its make installs.
SELFTESTS=drivers/vttm

# quiet_make ARGUMENT...: print only errors.
quiet_make() {
	make -s "$@" >"$SCRATCH/make" 2>&1 || {
		cat "$SCRATCH/make" >&2
		return 1
	}
}

# uapi_headers TREE OBJDIR: the kernel's headers for programs, made again if one changed.
uapi_headers() {
	local id

	mkdir -p "$2"
	id=$(lab_git -C "$1" rev-parse HEAD:include/uapi "HEAD:$KERNEL_ARCH/include/uapi")
	[ "$(cat "$2/headers.id" 2>/dev/null)" != "$id" ] || return 0
	quiet_make -C "$1" O="$2" headers ||
		die "the kernel's headers for programs cannot be made" "see the lines above"
	echo "$id" >"$2/headers.id"
}

# selftests TREE OBJDIR FOLDER: put their programs into FOLDER. All are built again, because
# make does not notice a changed header.
selftests() {
	rm -rf "$2/kselftest"
	quiet_make -C "$1/tools/testing/selftests" TARGETS="$SELFTESTS" O="$2" FORCE_TARGETS=1 \
		USERCFLAGS=-Werror KSFT_INSTALL_PATH="$SCRATCH/kselftest" -j"$(nproc)" install ||
		die "the selftests in $SELFTESTS do not build" "see the lines above"
	mkdir -p "$3"
	find "$SCRATCH/kselftest/$SELFTESTS" -type f -perm -u+x -exec mv -t "$3" {} +
}
