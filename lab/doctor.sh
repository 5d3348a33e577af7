#!/bin/bash
# doctor.sh: is everything here that 'make demo' needs? In plain words, with
# the fix. Status 1 if something stands in the way.

. "$(dirname "$0")/lib.sh"
. "$LAB/vm/setup-words.sh"
takes_nothing "$@"

bad=0
good()  { printf 'ok       %s\n' "$*"; }
note()  { printf 'note     %s\n' "$*"; }
wrong() { printf 'MISSING  %s\n         fix: %s\n' "$1" "$2"; bad=1; }

machine() {
	if [ "$(uname -m)" = "$ARCH_NAME" ]; then good "$ARCH_NAME, $(nproc) processors"
	else wrong "this machine is $(uname -m)" "the lab builds and runs $ARCH_NAME only"; fi
}

system() {
	local list

	if ! command -v apt-get >/dev/null; then
		wrong "no apt here" "use Debian 12 or later, or install what lab/packages lists"
		return
	fi
	list=$("$LAB/deps.sh" --list-missing | xargs)
	if [ -z "$list" ]; then good "all Debian packages of lab/packages are installed"
	elif [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; then note "make demo will install: $list"
	elif command -v sudo >/dev/null; then note "make demo will ask for your password to install: $list"
	else wrong "these packages are missing, and there is no sudo: $list" "as root: apt-get install $list"; fi
}

disk() {
	local free dir=$BUILD

	[ -d "$dir" ] || dir=$TOP
	free=$(df --output=avail -BG "$dir" | tail -1 | tr -dc 0-9)
	# Once a source is unpacked, hardly more is needed.
	if [ "$free" -ge 10 ] || compgen -G "$BUILD/*/linux" >/dev/null; then good "disk: $free GiB free"
	else wrong "disk: $free GiB free, 10 are needed" "free some space, or clone the repository on a bigger disk"; fi
}

memory() {
	local have

	have=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
	if [ "$have" -ge 2048 ]; then good "memory: $have MiB available"
	elif [ "$have" -ge 1024 ]; then note "memory: $have MiB available; give the guest less with MEM=256"
	else wrong "memory: $have MiB available, 1024 are needed" "end something large"; fi
}

source_package() {
	local cached

	cached=$(find "$CACHE/source" -name "linux-source-${KERNEL_SERIES}_*.tar.xz" 2>/dev/null | sort -V | tail -1 || true)
	if [ -n "${KERNEL_TREE-}${KERNEL_TARBALL-}" ]; then
		if [ -e "${KERNEL_TREE:-$KERNEL_TARBALL}" ]; then good "kernel source: ${KERNEL_TREE:-$KERNEL_TARBALL}"
		else wrong "${KERNEL_TREE:-$KERNEL_TARBALL} does not exist" "correct KERNEL_TREE or KERNEL_TARBALL"; fi
	elif [ -n "$cached" ]; then good "kernel source: ${cached##*/} is in cache/, no network needed"
	elif "$LAB/kernel/fetch.sh" --reachable; then good "network: the Debian mirror answers"
	else wrong "the machine's Debian mirror does not answer" "check the network and apt's sources, or give KERNEL_TARBALL="; fi
}

kernels() {
	local id dir

	for id in "$BUILD"/*/*/id; do
		[ -f "$id" ] || continue
		dir=${id%/id}
		good "built: ${dir#"$BUILD/"}$([ ! -s "$dir/kvm" ] || sed 's/.* no$/ (KVM does not run it)/; s/.* yes$/ (runs under KVM)/' "$dir/kvm")"
	done
}

kvm() {
	if [ ! -e /dev/kvm ]; then note "no /dev/kvm: the guest is emulated, slower but the same"
	elif [ ! -w /dev/kvm ]; then note "/dev/kvm is not yours to use: the guest is emulated (fix: join the group kvm)"
	else note "/dev/kvm is there; the first boot finds out whether it runs the kernel"; fi
}

# What die says, as doctor says it.
set_up() {
	local said words

	[ -n "${SETUP-}" ] || return 0
	if said=$(setup_words "$SETUP" 2>&1); then
		for words in $said; do good "SETUP: $words, $(setup_field "$words" 4)"; done
	else
		said=${said#error: }
		wrong "${said%%$'\n'*}" "${said#*fix: }"
	fi
}

machine
system
disk
memory
source_package
kvm
kernels
set_up
if [ "$bad" = 0 ]; then echo "make demo can run."; else echo "make demo cannot run yet."; fi
exit "$bad"
