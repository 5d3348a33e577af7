# shellcheck shell=bash disable=SC2034
# The kernel's own make, as the lab calls it. Scripts that build or configure a kernel source
# this.

# With UM=1 the kernel is a program (lab/um). LAB_CROSS='ARCH PREFIX' is for another machine,
# with the compiler PREFIXgcc (check/matrix.sh).
ARCH_ARGS=() CROSS_PREFIX=''
[ -z "${UM-}" ] || ARCH_ARGS=(ARCH=um)
if [ -n "${LAB_CROSS-}" ]; then
	read -r arch CROSS_PREFIX <<<"$LAB_CROSS"
	ARCH_ARGS=("ARCH=$arch" "CROSS_COMPILE=$CROSS_PREFIX")
fi

# LLVM=1 uses clang and its linker. Debian 12 has several versions, and the kernel needs 17 or
# later.
COMPILER=${CROSS_PREFIX}gcc LINKER=${CROSS_PREFIX}ld
if [ -n "${LLVM-}" ] && [ -z "${UM-}${LAB_CROSS-}" ]; then
	suffix=-19
	command -v "clang$suffix" >/dev/null || suffix=''
	ARCH_ARGS=("LLVM=${suffix:-1}")
	COMPILER=clang$suffix LINKER=ld.lld$suffix
fi

# kernel_make TREE OBJDIR MAKE-ARGUMENT...: run the kernel's make, with the same result for
# everybody. In its depend mode ccache leaves the preprocessing to gcc, which saves a quarter
# of a first build. The price: it finds nothing that was compiled with another .config.
kernel_make() {
	KBUILD_BUILD_TIMESTAMP=$BASE_DATE KBUILD_BUILD_USER=lab KBUILD_BUILD_HOST=ttm-zerocopy \
	CCACHE_DIR=$CACHE/ccache CCACHE_BASEDIR=$BUILD CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1 CCACHE_MAXSIZE=5G \
		make -C "$1" O="$2" V="${V:-0}" -j"$(($(nproc) + 1))" CC="ccache $COMPILER" "${ARCH_ARGS[@]}" "${@:3}"
}

# build_errors LOG: print the errors of a build, without those of the make levels above.
# False if there are none.
build_errors() {
	grep -E '(error: |undefined reference|ERROR: |\*\*\*|No space left)' "$1" |
		grep -vE 'Waiting for unfinished jobs|__sub-make' | head -30
}

# kernel_version: print the version of the tag base in $GIT_DIR.
kernel_version() {
	lab_git show base:Makefile |
		awk '$2 == "=" && /^(VERSION|PATCHLEVEL|SUBLEVEL) / { v = v sep $3; sep = "." } END { print v }'
}
