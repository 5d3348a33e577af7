#!/bin/bash
# What doctor.sh and deps.sh say on machines that lack something. A machine in this test is a
# folder of commands for PATH: those of this machine, without some, and with stand-ins.

. "$(dirname "$0")/tap.bash"
fixture

# machine NAME...: make one without these commands. The user there is not root.
machine() {
	local dir

	rm -rf "${WORK:?}/bin"
	mkdir -p "$WORK/bin"
	for dir in /bin /usr/bin /sbin /usr/sbin /usr/local/bin; do
		find "$dir/" -maxdepth 1 ! -type d -exec ln -s -t "$WORK/bin" {} + 2>/dev/null
	done
	(cd "$WORK/bin" && rm -f "$@")
	has id 'echo 1000'
	has sudo 'exit 1'
	has dpkg-query "sed 's/^/installed /' \"$WORK/packages\""
	awk '!/^(#|\[)/ && NF { print $1 }' "$LAB/packages" >"$WORK/packages"
	mkdir -p "$LAB_BUILD"
}
# has NAME TEXT: it has this command.
has() {
	rm -f "$WORK/bin/$1"
	printf '#!/bin/sh\n%s\n' "$2" >"$WORK/bin/$1"
	chmod +x "$WORK/bin/$1"
}
# lacks PACKAGE: it is not installed.
lacks() { sed -i "/^$1\$/d" "$WORK/packages"; }

# says STATUS LINE [INPUT...]: doctor.sh ends with that, and one of its lines is this regular
# expression.
says() {
	local status=0

	env PATH="$WORK/bin" "${@:3}" "$LAB/doctor.sh" >"$WORK/said" 2>&1 || status=$?
	cat "$WORK/said"
	same "$status" "$1" && grep -qE -- "$2" "$WORK/said"
}
# with_fix REGEX: the line after MISSING has one.
with_fix() { cat "$WORK/said"; grep -A1 '^MISSING' "$WORK/said" | grep -qE "^ +fix: $1"; }
deps() { env PATH="$WORK/bin" "$LAB/deps.sh" "$@"; }

machine
check 'a machine with everything' says 0 '^make demo can run\.$'
check 'nothing is missing there' fails grep MISSING "$WORK/said"
check 'the given kernel tree is found' grep -q "^ok .*kernel source: $KERNEL_TREE" "$WORK/said"
check 'deps.sh has nothing to install there' same "$(deps 2>&1)" ''
lacks gcc
lacks flex
check 'deps.sh refuses an option it does not know' fails_saying "does not know '--tea'" deps --tea
check 'packages are missing, and sudo wants a password' says 0 '^note .*ask for your password to install: flex gcc$'
has sudo 'exit 0'
check 'packages are missing, and sudo wants none' says 0 '^note .*make demo will install: flex gcc$'
rm "$WORK/bin/sudo"
check 'packages are missing, and there is no sudo' says 1 '^MISSING .*there is no sudo: flex gcc$'
check 'the fix is the command for root' with_fix 'as root: apt-get install flex gcc$'
check 'it says that the demo cannot run' grep -q '^make demo cannot run yet' "$WORK/said"
check 'deps.sh says so, too' fails_saying 'there is no sudo: flex gcc' deps
check 'deps.sh lists them' same "$(deps --list-missing | xargs)" 'flex gcc'
has id 'echo 0'
check 'packages are missing, for root' says 0 '^note .*make demo will install: flex gcc$'

machine apt-get
check 'no apt, but all commands' says 0 '^note .*no apt here'
check 'deps.sh goes on there' deps
rm "$WORK/bin/flex" "$WORK/bin/bison"
check 'no apt, and commands are missing' says 1 '^MISSING .*no apt to install them: bison flex$'
check 'the fix says how to get them' with_fix 'install them by hand'
check 'deps.sh names them' fails_saying 'these commands are missing, and there is no apt to install them: bison flex' deps
check 'deps.sh names what a verb needs, too' same "$(has sparse 'exit 0'; rm -f "$WORK/bin/codespell"; deps --list-missing lint | xargs)" \
	'bison flex codespell'

machine
has uname 'echo armv7l'
check 'another architecture' says 1 '^MISSING .*x86_64 machine: this one is armv7l'
check 'deps.sh refuses it' fails_saying 'this machine is armv7l' deps
machine
has df 'printf "Avail\n3G\n"'
check 'too little disk space' says 1 '^MISSING .*disk space: 10 GiB are needed, 3 GiB are free'
mkdir -p "$LAB_BUILD/source/linux"
check 'once a source is unpacked that is enough' says 0 '^ok .*disk: 3 GiB free'
rm -r "$LAB_BUILD/source"
machine
check 'a kernel tree that does not exist' says 1 '^MISSING .*kernel source: /none does not exist' KERNEL_TREE=/none
check 'the fix names the input' with_fix 'correct KERNEL_TREE or KERNEL_TARBALL'
check 'a tarball that does not exist' says 1 '^MISSING .*kernel source: /none.tar.xz does not exist' KERNEL_TREE= KERNEL_TARBALL=/none.tar.xz
has apt-get 'exit 1'
mkdir -p "$WORK/cache/source"
check 'no network, and no source in cache/' says 1 '^MISSING .*kernel source: .* mirror does not answer' KERNEL_TREE= LAB_CACHE="$WORK/cache"
touch "$WORK/cache/source/linux-source-7.3_7.3.4-1_all.tar.xz"
check 'a source in cache/ needs no network' says 0 '^ok .*is in cache/, no network needed' KERNEL_TREE= LAB_CACHE="$WORK/cache"
done_testing
