# shellcheck shell=bash disable=SC2034
# Every verb sources this: paths, messages, options, the end of a script, git.

set -euo pipefail
umask 022
export LC_ALL=C
# From an outer make or the environment, these would change the kernel's build.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES ARCH CROSS_COMPILE \
	KBUILD_OUTPUT KCONFIG_CONFIG KCFLAGS
[ "${DEBUG-}" != 0 ] || unset DEBUG
[ "${KCSAN-}" != 0 ] || unset KCSAN
[ "${UM-}" != 0 ] || unset UM
[ "${V-}" != 0 ] || unset V
[ "${GDB-}" != 0 ] || unset GDB
[ "${LLVM-}" != 0 ] || unset LLVM

TOP=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
LAB=$TOP/lab
. "$LAB/vm/arch/x86_64.sh"
BUILD=${LAB_BUILD:-$TOP/build}
CACHE=${LAB_CACHE:-$TOP/cache}
OUT=${LAB_OUT:-$TOP/out}
LINUX=${LAB_LINUX:-$TOP/linux}
RESULTS=${LAB_RESULTS:-$TOP/results}
GUEST=${LAB_GUEST:-$TOP/guest}
TTMSTAT=${LAB_TTMSTAT:-$TOP/ttmstat}
SERIES=$LINUX/patches/series
# The kernel the series is made for, and the one it is used on (KERNEL=x.y). $PORT has
# the diffs for an older one. See docs/porting.md.
MAIN_KERNEL=7.3
KERNEL_SERIES=${KERNEL:-$MAIN_KERNEL}
PORT=$LINUX/patches/$KERNEL_SERIES
# Compiler flags for programs that run in a guest.
GUEST_FLAGS=(-std=gnu11 -O2 -static -pthread -D_GNU_SOURCE= -Wall -Wextra -Werror)
# The date of everything that must be the same on every machine.
BASE_DATE='2026-01-01T00:00:00Z'

say()  { printf '%s\n' "$*" >&2; }
# tell WORDS...: say it, unless QUIET is set.
tell() { [ -n "${QUIET-}" ] || say "$@"; }
step() { printf '== %s\n' "$*" >&2; }
warn() { printf 'warning: %s\n' "$*" >&2; }

# die SENTENCE [FIX]: say what is wrong and what to do about it. A full disk causes all
# sorts of errors, so die names it instead.
die() {
	! disk_is_full || set -- "the disk below $BUILD is full" "free some space and run the same command again"
	DIED=1
	printf 'error: %s\n' "$1" >&2
	[ $# -lt 2 ] || printf '  fix: %s\n' "$2" >&2
	exit 1
}

DIED=
disk_is_full() {
	local free

	free=$(df --output=avail -BM "$BUILD" 2>/dev/null | tail -1 | tr -dc 0-9)
	[ "${free:-99}" -lt 20 ]
}

# self: the path of the calling script, from the top of the repository.
self() {
	local dir

	dir=$(cd -- "$(dirname -- "$0")" && pwd)
	echo "lab${dir#"$LAB"}/${0##*/}"
}

# usage_if_asked "$@": print the comment block at the top of the calling
# script when the first argument is --help.
usage_if_asked() {
	case ${1-} in
	-h | --help) ;;
	*) return 0 ;;
	esac
	sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0" |
		sed "1s|^[^ :]*\([^:]*\): \(.*\)|Usage: $(self)\1\n\n\2|"
	exit 0
}

# takes_nothing "$@": dies if there is an argument.
takes_nothing() {
	usage_if_asked "$@"
	[ $# -eq 0 ] || unknown "$1"
}

# unknown WORD: die, because the script does not know this argument.
unknown() { die "$(self) does not know '$1'" "see $(self) --help"; }

# value "$@": dies unless the option that comes first has a value.
value() {
	[ $# -ge 2 ] || die "$1 needs a value" "see $(self) --help"
}

# assign "$@": sets the variable named like the option that comes first: "--turn-ms 5"
# sets turn_ms. No local variables here: an option could have the same name.
assign() {
	value "$@"
	set -- "${1#--}" "$2"
	printf -v "${1//-/_}" %s "$2"
}

# numbers WORD...: dies unless all of them are numbers.
numbers() {
	local word

	for word; do
		[[ $word =~ ^[0-9]+$ ]] || die "'$word' is not a number" "see $(self) --help"
	done
}

# scratch: makes a private folder, SCRATCH. It is removed however the script ends.
SCRATCH=
scratch() {
	mkdir -p "$BUILD/tmp"
	sweep_scratch
	SCRATCH=$(mktemp -d "$BUILD/tmp/run.$$.XXXXXX")
	trap_exit
}

# CHILD is a background process or, if negative, a process group. It is killed when the
# script ends.
CHILD=
# start_child COMMAND...: run it in the background.
start_child() {
	"$@" &
	CHILD=$!
}
# start_group COMMAND...: run it in the background, in its own process group, so that
# all of its processes can be killed.
start_group() {
	set -m
	(
		set +m
		"$@"
	) </dev/null &
	CHILD=-$!
	set +m
}
# await_child: wait for CHILD and return its status.
await_child() {
	local status=0

	wait "${CHILD#-}" || status=$?
	CHILD=
	return "$status"
}

trap_exit() {
	trap on_exit EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

on_exit() {
	local status=$?

	trap '' INT TERM HUP
	# A command may have ended the script because it could not write.
	[ "$status" -eq 0 ] || [ -n "$DIED" ] || ! disk_is_full || (die '') || :
	if [ -n "$CHILD" ] && kill -- "$CHILD" 2>/dev/null; then
		wait "${CHILD#-}" 2>/dev/null || true
	fi
	[ -z "$SCRATCH" ] || rm -rf "$SCRATCH"
	exit "$status"
}

# Remove the folders of runs that were killed with SIGKILL: their process is gone.
sweep_scratch() {
	local dir pid

	for dir in "$BUILD"/tmp/run.*; do
		pid=${dir##*/run.}
		pid=${pid%%.*}
		if [ ! -d "$dir" ] || kill -0 "$pid" 2>/dev/null; then continue; fi
		# Some files of deb/try.sh belong to root.
		rm -rf "$dir" 2>/dev/null || sudo -n rm -rf "$dir" 2>/dev/null ||
			warn "a killed run left $dir, which belongs to root: sudo rm -rf $dir"
	done
}

# Only one command at a time may change build/. The lock ends with the process.
lock_build() {
	mkdir -p "$BUILD"
	exec 9>>"$BUILD/.lock"
	if ! flock -n 9; then
		say "waiting: $(cat "$BUILD/.lock.owner" 2>/dev/null || echo 'another lab command') is changing build/"
		flock 9
	fi
	echo "${0##*/} (process $$)" >"$BUILD/.lock.owner"
}
unlock_build() { exec 9>&-; }

# need_disk DIR GIB WHAT: die unless DIR has that much free space.
need_disk() {
	local free

	mkdir -p "$1"
	free=$(df --output=avail -BG "$1" | tail -1 | tr -dc 0-9)
	[ "$free" -ge "$2" ] ||
		die "$3 needs $2 GiB of disk below $1, but only $free GiB are free" \
		    "free some space, or run 'make clean' if there are old builds"
}

# git without the settings of the user and the system, without housekeeping, and without
# compression (the trees are big and short-lived).
lab_git() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_ATTR_NOSYSTEM=1 \
	GIT_AUTHOR_NAME=${AUTHOR_NAME:-lab} GIT_AUTHOR_EMAIL=${AUTHOR_EMAIL:-lab@localhost} \
	GIT_COMMITTER_NAME=lab GIT_COMMITTER_EMAIL=lab@localhost \
		git -c core.compression=0 -c gc.auto=0 -c core.bigFileThreshold=1g \
		    -c core.fileMode=true -c advice.detachedHead=false \
		    -c core.hooksPath=/dev/null "$@"
}

# kernel_hung CONSOLE: true if a kernel that hung answered run.sh's interrupt there.
kernel_hung() { grep -q 'Kernel panic.*: NMI: ' "$1" 2>/dev/null; }

# short_hash < data: a hash that is long enough for a folder name.
short_hash() { sha256sum | cut -c1-10; }
