#!/bin/bash
# deps.sh [--list-missing] [VERB]: install the missing Debian packages of lab/packages,
# and those for VERB, with apt, as root or through sudo. It lists them first.
#
# On a machine without apt it installs nothing. It looks for the commands in these packages
# and names those that are missing.
#
#   --list-missing   only list what is missing

. "$(dirname "$0")/lib.sh"
usage_if_asked "$@"

only_list=
[ "${1-}" != --list-missing ] || { only_list=1; shift; }
VERB=${1-}
[[ $VERB != -* ]] || unknown "$VERB"

packages() {
	awk -v verb="[$VERB]" '/^\[/ { skip = $1 != verb; next } !/^#/ && NF && !skip { print $1 }' "$LAB/packages"
}

# shellcheck disable=SC2016 # dpkg-query expands these
missing_packages() {
	comm -23 <(packages | sort) \
		<(packages | xargs dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null |
			sed -n 's/^installed //p' | sort)
}

# commands: those in the packages, as far as scripts need them.
commands() {
	echo bc as bison busybox ccache flex gcc git gnuplot lz4 make perl pgrep python3 "$QEMU" rsync shellcheck flock xz
	case $VERB in
	lint) echo codespell sparse sphinx-build ;;
	matrix) echo aarch64-linux-gnu-gcc ;;
	deb) echo cpio debootstrap depmod dpkg-deb zstd ;;
	esac
}

missing_commands() {
	local name

	for name in $(commands); do
		command -v "$name" >/dev/null || echo "$name"
	done
}

# missing: one a line.
missing() { if command -v apt-get >/dev/null; then missing_packages; else missing_commands; fi; }

[ "$(uname -m)" = "$ARCH_NAME" ] || die "this machine is $(uname -m)" "use an $ARCH_NAME machine: the lab supports no other"
list=$(missing)
if [ -n "$only_list" ]; then
	[ -z "$list" ] || echo "$list"
	exit 0
fi
[ -n "$list" ] || exit 0
command -v apt-get >/dev/null ||
	die "these commands are missing, and there is no apt to install them: ${list//$'\n'/ }" \
	    "install them with this system's package manager; lab/packages lists Debian's packages and the libraries they need"

as_root=()
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null ||
		die "Debian packages are missing, and there is no sudo: ${list//$'\n'/ }" \
		    "as root: apt-get install ${list//$'\n'/ }"
	as_root=(sudo)
fi
step "installing Debian packages: ${list//$'\n'/ }"
mkdir -p "$BUILD"
mapfile -t names <<<"$list"
export DEBIAN_FRONTEND=noninteractive
{ "${as_root[@]}" apt-get update && "${as_root[@]}" apt-get install -y --no-install-recommends "${names[@]}"; } \
	</dev/null >"$BUILD/apt.log" 2>&1 || {
	tail -5 "$BUILD/apt.log" >&2
	die "the packages could not be installed" "check the network, then run: apt-get install ${list//$'\n'/ }"
}
