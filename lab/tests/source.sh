#!/bin/bash
# The kernel source that the user gives: what source.sh makes of a good one, and what it says
# about a bad one. Debian's package needs a network and is not tested here.

. "$(dirname "$0")/tap.bash"
fixture
TREE=$KERNEL_TREE
unset KERNEL_TREE

# source_of NAME=VALUE...: the folder of the repository that source.sh makes.
source_of() { env "$@" "$LAB/kernel/source.sh"; }
# said COMMAND...: its messages, if it ends well.
said() { { "$@" >/dev/null; } 2>&1; }
# nothing_left: no folder of a source that is half unpacked.
nothing_left() { same "$(find "$LAB_BUILD" -mindepth 1 -maxdepth 1 ! -name tmp; ls "$LAB_BUILD/tmp")" ''; }

tar -C "$WORK" --transform 's|^kernel|linux-7.3.9|' -cJf "$WORK/good.tar.xz" kernel
head -c $(($(stat -c %s "$WORK/good.tar.xz") / 2)) "$WORK/good.tar.xz" >"$WORK/cut.tar.xz"
echo 'no tarball' >"$WORK/text.tar.xz"
mkdir -p "$WORK/other/sub"
tar -C "$WORK" -cJf "$WORK/other.tar.xz" other

check 'fetch.sh refuses an option it does not know' fails_saying "does not know '--tea'" "$LAB/kernel/fetch.sh" --tea
check 'a tarball that does not exist' \
	fails_saying 'KERNEL_TARBALL=/none/linux.tar.xz does not exist' source_of KERNEL_TARBALL=/none/linux.tar.xz
check 'a file that is no tarball' fails_saying 'text.tar.xz could not be unpacked' source_of KERNEL_TARBALL="$WORK/text.tar.xz"
check 'a tarball that was not downloaded to its end' \
	fails_saying 'cut.tar.xz could not be unpacked' source_of KERNEL_TARBALL="$WORK/cut.tar.xz"
check 'a tarball without a kernel' \
	fails_saying 'other.tar.xz does not hold a kernel tree' source_of KERNEL_TARBALL="$WORK/other.tar.xz"
check 'none of these leaves a source behind' nothing_left
check 'a tree that does not exist' fails_saying 'KERNEL_TREE=/none does not exist' source_of KERNEL_TREE=/none
check 'a folder that is no kernel tree' fails_saying 'other is not a kernel tree' source_of KERNEL_TREE="$WORK/other"
check 'a tarball and a tree' \
	fails_saying 'KERNEL_TARBALL and KERNEL_TREE are both set' source_of KERNEL_TARBALL="$WORK/good.tar.xz" KERNEL_TREE="$TREE"

dir=$(source_of KERNEL_TARBALL="$WORK/good.tar.xz" 2>"$WORK/said")
check 'a good tarball is unpacked' diff -r -x .git -x .gitignore "$TREE" "$dir/linux"
check 'it has one commit, with the tag base' same "$(git -C "$dir/linux" log --format=%s base)" 'The kernel as it came'
check 'git sees new files there, unlike in a tree of Debian' same "$(grep -c '^/\*$' "$dir/linux/.gitignore")" 0
check 'the messages say what is done' same "$(grep -c 'unpacking good.tar.xz' "$WORK/said")" 1
check 'the second time it is there already' same "$(said source_of KERNEL_TARBALL="$WORK/good.tar.xz")" \
	"kernel source: $WORK/good.tar.xz"
check 'the series is assembled on it' env KERNEL_TARBALL="$WORK/good.tar.xz" "$LAB/kernel/assemble.sh"
cp "$WORK/good.tar.xz" "$WORK/again.tar.xz"
again=$(source_of KERNEL_TARBALL="$WORK/again.tar.xz" 2>/dev/null)
check 'the same source under another name gives the same commit' same \
	"$(git -C "$again/linux" rev-parse base)" "$(git -C "$dir/linux" rev-parse base)"
done_testing
