# shellcheck shell=bash disable=SC2034
# The kernel's own make, as the lab calls it; what builds or configures a kernel sources
# this.

# With UM=1 the kernel is a program of its own (lab/um). LAB_CROSS='ARCH PREFIX' is
# another machine's, with the compiler PREFIXgcc (check/matrix.sh).
ARCH_ARGS=() CROSS_PREFIX=''
[ -z "${UM-}" ] || ARCH_ARGS=(ARCH=um)
if [ -n "${LAB_CROSS-}" ]; then
	read -r arch CROSS_PREFIX <<<"$LAB_CROSS"
	ARCH_ARGS=("ARCH=$arch" "CROSS_COMPILE=$CROSS_PREFIX")
fi

# With LLVM=1 the kernel is made by clang and its linker. Debian 12 has several of them, and
# the kernel wants 17 or later.
COMPILER=${CROSS_PREFIX}gcc LINKER=${CROSS_PREFIX}ld
if [ -n "${LLVM-}" ] && [ -z "${UM-}${LAB_CROSS-}" ]; then
	suffix=-19
	command -v "clang$suffix" >/dev/null || suffix=''
	ARCH_ARGS=("LLVM=${suffix:-1}")
	COMPILER=clang$suffix LINKER=ld.lld$suffix
fi

# kernel_make TREE OBJDIR MAKE-ARGUMENT...: the kernel's own make, the same bytes
# for everybody. In its depend mode ccache does not preprocess what gcc will
# preprocess again, which is a quarter of a first build; the price is that it
# finds nothing that was compiled with another .config.
kernel_make() {
	KBUILD_BUILD_TIMESTAMP=$BASE_DATE KBUILD_BUILD_USER=lab KBUILD_BUILD_HOST=ttm-zerocopy \
	CCACHE_DIR=$CACHE/ccache CCACHE_BASEDIR=$BUILD CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1 CCACHE_MAXSIZE=5G \
		make -C "$1" O="$2" V="${V:-0}" -j"$(($(nproc) + 1))" CC="ccache $COMPILER" "${ARCH_ARGS[@]}" "${@:3}"
}

# build_errors LOG: the lines of a build that say what went wrong, not the make levels
# passing it on. False if there are none.
build_errors() {
	grep -E '(error: |undefined reference|ERROR: |\*\*\*|No space left)' "$1" |
		grep -vE 'Waiting for unfinished jobs|__sub-make' | head -30
}

# kernel_version: of the tag base in $GIT_DIR.
kernel_version() {
	lab_git show base:Makefile |
		awk '$2 == "=" && /^(VERSION|PATCHLEVEL|SUBLEVEL) / { v = v sep $3; sep = "." } END { print v }'
}
