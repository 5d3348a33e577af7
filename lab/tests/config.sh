#!/bin/bash
# config.sh names each symbol that does not get the value that was asked for.

. "$(dirname "$0")/tap.bash"
tree=$("$LAB/kernel/assemble.sh" 2>/dev/null)/linux
fragment() { printf '%s\n' "${@:2}" >"$WORK/$1.config"; }
config() {
	local fragments=("${@/#/$WORK/}")

	rm -rf "$WORK/obj"
	"$LAB/kernel/config.sh" "$tree" "$WORK/obj" "${fragments[@]/%/.config}"
}

fragment good CONFIG_PRINTK=y '# CONFIG_SWAP is not set'
fragment lost CONFIG_DRM_TTM=y
fragment unknown CONFIG_NO_SUCH_SYMBOL=y
fragment unwanted '# CONFIG_64BIT is not set' CONFIG_64BIT=y '# CONFIG_X86 is not set'
fragment later CONFIG_SWAP=y CONFIG_BLOCK=y

check 'a fragment that can be met' config good
check 'its symbol is in .config' grep -qx CONFIG_PRINTK=y "$WORK/obj/.config"
check 'a symbol whose dependencies are missing' \
	fails_saying 'lost.config asks for CONFIG_DRM_TTM=y, the kernel says n' config good lost
check 'a symbol that does not exist' \
	fails_saying 'unknown.config asks for CONFIG_NO_SUCH_SYMBOL=y, the kernel says n' config unknown
check 'a symbol that cannot be off' \
	fails_saying 'unwanted.config asks for CONFIG_X86=n, the kernel says y' config unwanted
check 'after an error there is no .config that a build would use' test ! -e "$WORK/obj/.config"
check 'a later fragment overrules an earlier one' config good later
check 'the later value is in .config' grep -qx CONFIG_SWAP=y "$WORK/obj/.config"
check 'a fragment that does not exist' fails_saying 'cannot be read' config none

fragment narrow '# CONFIG_64BIT is not set' CONFIG_HIGHMEM4G=y
for_another_machine() { LAB_CROSS=i386 config "$@"; }
check 'a fragment for another machine' for_another_machine narrow
check 'its architecture is in .config' grep -qx CONFIG_X86_32=y "$WORK/obj/.config"
done_testing
