#!/bin/bash
# fetch.sh: get Debian's kernel source package, the newest version for this series.
#
# Prints the path of the tarball, cache/source/linux-source-X.Y_VERSION.tar.xz. If there is
# a tarball in cache/source it is used, so that a new version in Debian does not rebuild
# everything. UPDATE=1 looks for a newer one.
#
# The mirror is the one that the machine's own apt uses. The package usually comes from a
# newer release than the machine's. So it is looked up with a private apt root and only
# unpacked, never installed.
#
#   --reachable   end with 0 if the mirror answers, and print nothing
#   --config      print the folder with Debian's own configurations for the same version,
#                 from the package linux-config-X.Y
#   --mirror      print the mirror

. "$(dirname "$0")/../lib.sh"
usage_if_asked "$@"

PACKAGE=linux-source-$KERNEL_SERIES
SUITES='trixie-backports trixie sid'
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
APT=$CACHE/apt
STORE=$CACHE/source
OTHER_SOURCE='give another source: KERNEL_TARBALL=linux-x.y.tar.xz or KERNEL_TREE=dir'

newest_cached() {
	local f best=

	for f in "$STORE/${PACKAGE}"_*.tar.xz; do
		[ -f "$f" ] || continue
		if [ -z "$best" ] || dpkg --compare-versions "$(version_of "$f")" gt "$(version_of "$best")"; then
			best=$f
		fi
	done
	echo "$best"
}

version_of() {
	local v=${1##*_}

	echo "${v%.tar.xz}"
}

# mirror: the site of the machine's own release.
mirror() {
	local codename

	codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
	# shellcheck disable=SC2016 # apt expands these
	apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' |
		awk -v release="$codename" '
			$2 == release { print $1; found = 1; exit }
			$1 ~ "/debian/?$" && !site { site = $1 }
			END { if (!found && site) print site }'
}

apt_opts() {
	printf '%s\n' -o "Dir::State=$APT/state" -o "Dir::State::status=/dev/null" \
		-o "Dir::Cache=$APT/cache" -o "Dir::Etc::sourcelist=$APT/sources.list" \
		-o "Dir::Etc::sourceparts=/dev/null" -o "Dir::Etc::preferences=/dev/null" \
		-o "Dir::Etc::preferencesparts=/dev/null" -o "APT::Sandbox::User=" \
		-o "Acquire::Languages=none" -o "APT::Architecture=$DEB_ARCH" \
		-o "APT::Architectures::=$DEB_ARCH" -q -q
}

update_lists() {
	local site suite

	site=$(mirror)
	[ -n "$site" ] || return 1
	mkdir -p "$APT/state/lists/partial" "$APT/cache/archives/partial"
	for suite in $SUITES; do
		echo "deb [signed-by=$KEYRING] $site $suite main"
	done >"$APT/sources.list"
	# The mirror may lack one of the suites and have the others.
	apt-get "${OPTS[@]}" update >"$APT/update.log" 2>&1 || true
}

# offered: lines "version suite", the newest first.
offered() {
	apt-cache "${OPTS[@]}" madison "$PACKAGE" 2>/dev/null |
		awk -F'|' '{ gsub(/ /, "", $2); split($3, s, " "); sub("/.*", "", s[2]); print $2, s[2] }' |
		sort -rV -k1,1
}

# download PACKAGE VERSION: download the package and unpack it to $SCRATCH/x.
download() {
	need_disk "$CACHE" 1 "downloading $1"
	scratch
	(cd "$SCRATCH" && apt-get "${OPTS[@]}" download "$1=$2" >&2) ||
		die "downloading $1 $2 failed" "check the network, then run the same command again"
	dpkg -x "$SCRATCH/$1"_*.deb "$SCRATCH/x"
	mkdir -p "$STORE"
}

download_source() {
	download "$PACKAGE" "$1"
	mv "$SCRATCH/x/usr/src/$PACKAGE.tar.xz" "$2.part"
	mv "$2.part" "$2"
}

# config_of VERSION: print the folder with the configurations.
config_of() {
	local package=linux-config-$KERNEL_SERIES to

	to=$STORE/${package}_$1
	if [ ! -d "$to" ]; then
		update_lists || true
		download "$package" "$1"
		mv "$SCRATCH/x/usr/src/$package" "$to"
	fi
	echo "$to"
}

case ${1-} in
'' | --reachable | --config | --mirror) ;;
*) unknown "$1" ;;
esac
if [ "${1-}" = --reachable ]; then
	site=$(mirror)
	scratch
	timeout 20 /usr/lib/apt/apt-helper -q -q -o APT::Sandbox::User= download-file \
		"${site%/}/dists/${SUITES##* }/InRelease" "$SCRATCH/release" >/dev/null 2>&1
	exit
fi
if [ "${1-}" = --mirror ]; then
	mirror
	exit
fi
cached=$(newest_cached)
if [ "${1-}" = --config ]; then
	[ -n "$cached" ] || die "the kernel source has not been downloaded yet" "run lab/kernel/fetch.sh"
	mapfile -t OPTS < <(apt_opts)
	config_of "$(version_of "$cached")"
	exit
fi
if [ -n "$cached" ] && [ -z "${UPDATE-}" ]; then
	tell "kernel source: $PACKAGE $(version_of "$cached") (kept in cache/; UPDATE=1 looks for a newer one)"
	echo "$cached"
	exit
fi

command -v apt-get >/dev/null || die "this machine has no apt to download the kernel source with" "$OTHER_SOURCE"
[ -r "$KEYRING" ] || die "$KEYRING is missing" "apt-get install debian-archive-keyring"
step "kernel source: asking this machine's Debian mirror for $PACKAGE"
mapfile -t OPTS < <(apt_opts)
update_lists || true
list=$(offered)
if [ -z "$list" ]; then
	tail -3 "$APT/update.log" >&2 || true
	[ -z "$cached" ] || {
		say "the mirror does not answer; using $(version_of "$cached") from cache/"
		echo "$cached"
		exit
	}
	die "the mirror of this machine ($(. /etc/os-release && echo "${PRETTY_NAME-unknown}")) does not have $PACKAGE or does not answer" "check the network, or $OTHER_SOURCE"
fi
read -r version suite <<<"$list"
say "kernel source: $PACKAGE $version from $suite, the newest of:" \
    "$(awk '{ printf "%s%s (%s)", sep, $1, $2; sep = ", " }' <<<"$list")"
tarball=$STORE/${PACKAGE}_$version.tar.xz
[ -f "$tarball" ] || download_source "$version" "$tarball"
echo "$tarball"
