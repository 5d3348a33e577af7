#!/bin/bash
# doctor.sh: check that this machine has what 'make demo' needs. Each line is "ok", "note",
# or "MISSING" with the fix. Ends with 1 if something is missing.
#
# Checks KERNEL=, KERNEL_TARBALL=, KERNEL_TREE= and SETUP= as well, if they are given. Other
# verbs install what they need in addition when they are first used (lab/packages).

. "$(dirname "$0")/lib.sh"
. "$LAB/vm/setup-words.sh"
takes_nothing "$@"

bad=0
good()  { printf 'ok       %s\n' "$*"; }
note()  { printf 'note     %s\n' "$*"; }
wrong() { printf 'MISSING  %s\n         fix: %s\n' "$1" "$2"; bad=1; }

machine() {
	if [ "$(uname -m)" = "$ARCH_NAME" ]; then good "$ARCH_NAME, $(nproc) processors"
	else wrong "an $ARCH_NAME machine: this one is $(uname -m)" "use another machine: the lab supports no other"; fi
}

system() {
	local list

	[ "$(uname -m)" = "$ARCH_NAME" ] || return 0
	list=$("$LAB/deps.sh" --list-missing | xargs)
	if ! command -v apt-get >/dev/null; then
		if [ -z "$list" ]; then note "no apt here, but the commands that the lab needs"
		else wrong "these commands, and there is no apt to install them: $list" "install them by hand: lab/packages says what each is for"; fi
	elif [ -z "$list" ]; then good "all Debian packages of lab/packages are installed"
	elif [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; then note "make demo will install: $list"
	elif command -v sudo >/dev/null; then note "make demo will ask for your password to install: $list"
	else wrong "Debian packages, and there is no sudo: $list" "as root: apt-get install $list"; fi
}

disk() {
	local free dir=$BUILD

	[ -d "$dir" ] || dir=$TOP
	free=$(df --output=avail -BG "$dir" | tail -1 | tr -dc 0-9)
	# Once a source is unpacked, the lab needs little more.
	if [ "$free" -ge 10 ] || compgen -G "$BUILD/*/linux" >/dev/null; then good "disk: $free GiB free"
	else wrong "disk space: 10 GiB are needed, $free GiB are free" "free some space, or clone the repository on a bigger disk"; fi
}

memory() {
	local have

	have=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
	if [ "$have" -ge 2048 ]; then good "memory: $have MiB available"
	elif [ "$have" -ge 1024 ]; then note "memory: $have MiB available; give the guest less with MEM=256"
	else wrong "memory: 1024 MiB are needed, $have MiB are available" "close a large program"; fi
}

source_package() {
	local cached

	cached=$(find "$CACHE/source" -name "linux-source-${KERNEL_SERIES}_*.tar.xz" 2>/dev/null | sort -V | tail -1 || true)
	if [ -n "${KERNEL_TREE-}${KERNEL_TARBALL-}" ]; then
		if [ -e "${KERNEL_TREE:-$KERNEL_TARBALL}" ]; then good "kernel source: ${KERNEL_TREE:-$KERNEL_TARBALL}"
		else wrong "kernel source: ${KERNEL_TREE:-$KERNEL_TARBALL} does not exist" "correct KERNEL_TREE or KERNEL_TARBALL"; fi
	elif [ -n "$cached" ]; then good "kernel source: ${cached##*/} is in cache/, no network needed"
	elif "$LAB/kernel/fetch.sh" --reachable; then good "network: the Debian mirror answers"
	else wrong "kernel source: this machine's Debian mirror does not answer" "check the network and apt's sources, or give KERNEL_TARBALL="; fi
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
	if [ ! -e /dev/kvm ]; then note "there is no /dev/kvm: the guest is emulated, which is slower"
	elif [ ! -w /dev/kvm ]; then note "you may not use /dev/kvm, so the guest is emulated (fix: join the group kvm)"
	else note "/dev/kvm is there; the first boot checks whether it runs the kernel"; fi
}

# The words of SETUP=. What setup_words says when it dies is printed like doctor's own.
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
if [ "$bad" = 0 ]; then echo "make demo can run."; else echo "make demo cannot run yet: see the lines with MISSING."; fi
exit "$bad"
