#!/bin/bash
# What make deb refuses at once, and the packages that only it needs.

. "$(dirname "$0")/tap.bash"

# listed VERB: the missing packages, if dpkg-query says that none is installed.
listed() { PATH=$WORK/bin:$PATH "$LAB/deps.sh" --list-missing "$@"; }

mkdir "$WORK/bin"
printf '#!/bin/sh\n' >"$WORK/bin/dpkg-query"
chmod +x "$WORK/bin/dpkg-query"
check 'every verb needs a compiler' grep -qx gcc <(listed)
check 'another verb does not get the packages of deb' fails grep -qx debootstrap <(listed)
check 'deb gets its packages' grep -qx debootstrap <(listed deb)
check 'deb does not get the packages of lint' fails grep -qx sparse <(listed deb)

check 'a tree has no configuration of Debian'\''s' \
	fails_saying "wants Debian's kernel source" env KERNEL_TREE="$WORK" LAB_BUILD="$WORK/build" "$LAB/deb.sh"
check 'a fragment that does not exist' \
	fails_saying 'CONFIG_EXTRA=/none cannot be read' env CONFIG_EXTRA=/none LAB_BUILD="$WORK/build" "$LAB/deb.sh"
check 'a file that is no list of modules' \
	fails_saying 'is not what lsmod prints' env MODULES=/dev/null LAB_BUILD="$WORK/build" "$LAB/deb.sh"
check 'two lists of modules' \
	fails_saying 'has a list of modules of its own' env FAST=1 MODULES=/dev/null LAB_BUILD="$WORK/build" "$LAB/deb.sh"
done_testing
