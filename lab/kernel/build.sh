#!/bin/bash
# build.sh [--quiet] [--only 'DIR...']: build the kernel, if anything it depends on has
# changed.
#
# Prints the folder of the result, which holds vmlinux, .config, modules and the file "id".
# If the result is up to date, nothing is built. --quiet then prints no messages. --only
# builds only the objects of those folders, and the file is called "id-only".
#
#   DEBUG=1              the debug kernel (with lab/config/debug.config)
#   KCSAN=1              the kernel with KCSAN (lab/config/kcsan.config)
#   GDB=1                with debug information for gdb (lab/config/gdb.config)
#   LLVM=1               with clang and lld instead of gcc and ld
#   UM=1                 the kernel as a program, "linux" in that folder (lab/um)
#   CONFIG_EXTRA=file    a configuration fragment of your own, merged last
#   V=1                  show every line the build prints
#   KERNEL_TARBALL, KERNEL_TREE, OVERLAY_EXTRA, STOCK: see source.sh, assemble.sh

. "$(dirname "$0")/../lib.sh"
. "$LAB/kernel/make.sh"
usage_if_asked "$@"

flavour() {
	local name=normal

	[ -z "${DEBUG-}" ] || name=debug
	[ -z "${KCSAN-}" ] || name=kcsan
	[ -z "${GDB-}" ] || name+=-gdb
	[ -z "${LLVM-}" ] || name+=-llvm
	[ -z "${CONFIG_EXTRA-}" ] || name+=-$(realpath -- "$CONFIG_EXTRA" | short_hash)
	echo "$name"
}

fragments() {
	echo "$CONFIGS/base.config"
	[ -z "${DEBUG-}" ] || echo "$CONFIGS/debug.config"
	[ -z "${KCSAN-}" ] || echo "$CONFIGS/kcsan.config"
	[ -z "${GDB-}" ] || echo "$CONFIGS/gdb.config"
	[ -z "${STOCK-}" ] || echo "$LAB/config/stock.config"
	[ -z "${CONFIG_EXTRA-}" ] || realpath -- "$CONFIG_EXTRA"
}

# inputs: what the objects depend on, besides the commit.
inputs() {
	"$COMPILER" --version | sed -n 1p
	"$LINKER" --version | sed -n 1p
	cat "${FRAGMENTS[@]}" "$LAB/kernel/config.sh" "$LAB/kernel/build.sh"
}

# configure TREE OBJ: only if something that Kconfig reads has changed, because it takes 10
# seconds.
configure() {
	local print

	print=$({ inputs; lab_git -C "$1" ls-files -s '*Kconfig*' scripts/kconfig 'scripts/*.sh' kernel/configs 'arch/*/configs/*'; } | short_hash)
	[ "$(cat "$2/config.id" 2>/dev/null)" != "$print" ] || return 0
	rm -f "$2/config.id"
	"$LAB/kernel/config.sh" "$1" "$2" "${FRAGMENTS[@]}"
	echo "$print" >"$2/config.id"
}

show_errors() {
	say "-- the errors of the build:"
	build_errors "$1" >&2 || tail -20 "$1" >&2
}

# progress EXPECTED < build output: on a terminal one line that changes, else a line every 15
# seconds. Prints warnings at once. EXPECTED is the number of objects, or 0.
progress() {
	local expected=$1 start=$SECONDS last=$SECONDS done=0 line text left

	while IFS= read -r line; do
		if [ -n "${V-}" ] || [[ $line == *' warning: '* ]]; then
			say "$line"
			continue
		fi
		[[ $line =~ ^'  '(CC|AS|LD|AR|HOSTCC)' ' ]] || continue
		done=$((done + 1))
		[ "$SECONDS" -ge $((last + LIVE)) ] || continue
		last=$SECONDS
		text="   $done objects"
		if [ "$done" -lt "$expected" ]; then
			left=$(((SECONDS - start) * (expected - done) / done))
			text+=" of about $expected, $((left / 60)) min $((left % 60)) s left"
		fi
		if [ "$LIVE" = 1 ]; then printf '\r%-70s' "$text" >&2; else say "$text"; fi
	done
	[ "$LIVE" != 1 ] || printf '\r%70s\r' '' >&2
}

# host_programs OBJ: copy objtool and the like from the normal kernel to a new folder. They
# are the same and would take a minute to build. ARCH=um has none.
host_programs() {
	local obj=$1 normal=${1%/*}/normal

	[ -f "$normal/id" ] && [ -d "$normal/tools" ] && [ ! -d "$obj/tools" ] || return 0
	cp -a "$normal/scripts" "$normal/tools" "$obj/"
	# make compares commands, and these name the folder.
	grep -rlZ --include='*.cmd' "$normal/" "$obj/scripts" "$obj/tools" | xargs -0r sed -i "s|$normal/|$obj/|g"
}

# compile TREE OBJ EXPECTED
compile() { kernel_make "$1" "$2" "${TARGETS[@]}" 2>&1 | tee "$2/build.log" | progress "$3"; }

build() {
	local tree=$1 obj=$2 log=$2/build.log expected=0

	need_disk "$BUILD" 3 "building a kernel"
	rm -f "$obj/$ID"
	configure "$tree" "$obj"
	host_programs "$obj"
	step "building the $FLAVOUR kernel (log: ${log#"$TOP/"})"
	# The size of a first build is known. That of a rebuild depends on the edit.
	[ -f "$obj/vmlinux" ] || [ "$ID" != id ] || expected=$FIRST_BUILD
	start_group compile "$tree" "$obj" "$expected"
	await_child || {
		show_errors "$log"
		die "the kernel does not build" "see the whole log: $log"
	}
}

# The number of objects in a first build, only for the estimate.
FIRST_BUILD=1700 FIRST_BUILD_UM=1000
# Seconds between two lines of progress: a terminal's line changes every second.
LIVE=15
[ ! -t 2 ] || LIVE=1

ID=id TARGETS=(vmlinux modules) CONFIGS=$LAB/config
[ -z "${UM-}" ] || { TARGETS=(linux) CONFIGS=$LAB/um FIRST_BUILD=$FIRST_BUILD_UM; }
while [ $# -gt 0 ]; do
	case $1 in
	--quiet) export QUIET=1 ;;
	--only) value "$@"; ID='id-only'; read -r -a TARGETS <<<"$2"; shift ;;
	*) unknown "$1" ;;
	esac
	shift
done
[ -z "${KCSAN-}" ] || [ -z "${DEBUG-}${UM-}" ] ||
	die "KCSAN=1 is a kernel for QEMU of its own" "leave out DEBUG=1 and UM=1, or KCSAN=1"
[ -z "${GDB-}${LLVM-}" ] || [ -z "${UM-}" ] ||
	die "GDB=1 and LLVM=1 are for kernels for QEMU" "leave them out: gdb can run the kernel as a program like any other program"
[ -z "${CONFIG_EXTRA-}" ] || [ -r "$CONFIG_EXTRA" ] || die "CONFIG_EXTRA=$CONFIG_EXTRA cannot be read" "give a file with lines CONFIG_X=y"
mapfile -t FRAGMENTS < <(fragments)
FLAVOUR=$(flavour)

"$LAB/deps.sh" ${LLVM:+llvm}
trap_exit
lock_build
dir=$("$LAB/kernel/assemble.sh")
obj=$dir/$FLAVOUR
id=$(lab_git -C "$dir/linux" rev-parse HEAD)-$(inputs | short_hash)
if [ "$(cat "$obj/$ID" 2>/dev/null)" = "$id" ]; then
	tell "the $FLAVOUR kernel is up to date, nothing to build"
else
	mkdir -p "$obj"
	start=$SECONDS
	build "$dir/linux" "$obj"
	echo "$id" >"$obj/$ID"
	say "the $FLAVOUR kernel is built ($((SECONDS - start)) s)"
fi
echo "$obj"
