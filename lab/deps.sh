#!/bin/bash
# deps.sh [--list-missing] [VERB]: install the Debian packages of lab/packages
# that are missing, those for VERB included, by apt, as root or through sudo; says
# so before it does.

. "$(dirname "$0")/lib.sh"
usage_if_asked "$@"

only_list=
[ "${1-}" != --list-missing ] || { only_list=1; shift; }
VERB=${1-}

packages() {
	awk -v verb="[$VERB]" '/^\[/ { skip = $1 != verb; next } !/^#/ && NF && !skip { print $1 }' "$LAB/packages"
}

# shellcheck disable=SC2016 # dpkg-query expands these
missing() {
	comm -23 <(packages | sort) \
		<(packages | xargs dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null |
			sed -n 's/^installed //p' | sort)
}

[ "$(uname -m)" = "$ARCH_NAME" ] || die "this machine is $(uname -m)" "use one that is $ARCH_NAME; the lab builds and runs nothing else"
command -v apt-get >/dev/null ||
	die "this is no Debian machine: no apt" "install what lab/packages lists by hand, on Debian 12 or later"
list=$(missing)
if [ -n "$only_list" ]; then
	[ -z "$list" ] || echo "$list"
	exit 0
fi
[ -n "$list" ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null ||
		die "these Debian packages are missing, and there is no sudo: ${list//$'\n'/ }" \
		    "as root: apt-get install ${list//$'\n'/ }"
	as_root=(sudo)
fi
step "installing these Debian packages: ${list//$'\n'/ }"
mkdir -p "$BUILD"
mapfile -t names <<<"$list"
export DEBIAN_FRONTEND=noninteractive
{ "${as_root[@]}" apt-get update && "${as_root[@]}" apt-get install -y --no-install-recommends "${names[@]}"; } \
	</dev/null >"$BUILD/apt.log" 2>&1 || {
	tail -5 "$BUILD/apt.log" >&2
	die "the packages could not be installed" "check the network, then: apt-get install ${list//$'\n'/ }"
}
