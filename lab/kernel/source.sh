#!/bin/bash
# source.sh: make a git repository of the pristine kernel, with one commit.
#
# Prints its folder, build/<source>. The tree is in build/<source>/linux, and the pristine
# commit has the tag "base". Author and date are fixed, so the same source gives the same
# commit everywhere.
#
#   KERNEL_TARBALL=file  a kernel tarball instead of Debian's package
#   KERNEL_TREE=dir      a kernel tree of your own as it stands, with uncommitted changes and
#                        without the files in its .gitignore; it is never written to

. "$(dirname "$0")/../lib.sh"
takes_nothing "$@"

# commit_base TREE-ID: make it the tag "base" of the repository in $GIT_DIR.
commit_base() {
	local commit

	commit=$(GIT_AUTHOR_DATE=$BASE_DATE GIT_COMMITTER_DATE=$BASE_DATE \
		lab_git commit-tree -m 'The kernel as it came' "$1")
	lab_git update-ref refs/tags/base "$commit"
}

# The .gitignore of Debian's trees ignores every file. In ours, git must see new files.
without_debian_rule() { sed -e '\|^/\*$|d' -e '\|^!/debian/$|d' "$1"; }

from_tarball() {
	local tarball=$1 dir=$2 top

	need_disk "$BUILD" 10 "unpacking and building a kernel"
	step "unpacking ${tarball##*/}"
	scratch
	mkdir "$SCRATCH/linux"
	tar -C "$SCRATCH/linux" --strip-components=1 --no-same-owner -xf "$tarball" 2>"$SCRATCH/tar" || {
		tail -3 "$SCRATCH/tar" >&2
		die "$tarball could not be unpacked" "the file is damaged, or it is no tarball: check it, or download it again"
	}
	top=$SCRATCH/linux
	[ -d "$top/mm" ] || die "$tarball does not hold a kernel tree" "give a tarball of linux from kernel.org or Debian"
	rm -rf "$top/.git"
	without_debian_rule "$top/.gitignore" >"$SCRATCH/ignore"
	mv "$SCRATCH/ignore" "$top/.gitignore"
	step "importing it into git"
	lab_git init -q "$top"
	lab_git -C "$top" add -A -f
	export GIT_DIR=$top/.git
	commit_base "$(lab_git write-tree)"
	lab_git update-ref --no-deref HEAD refs/tags/base
	rm -rf "$dir"
	mkdir "$SCRATCH/source"
	mv "$top" "$SCRATCH/source/linux"
	mv "$SCRATCH/source" "$dir"
}

# The user's tree is only the work tree. The repository and the index are ours.
from_tree() {
	local tree=$1 dir=$2 id

	[ -d "$tree/mm" ] || die "$tree is not a kernel tree" "give the folder that holds mm/ and MAINTAINERS"
	need_disk "$BUILD" 10 "copying and building a kernel"
	mkdir -p "$dir"
	[ -d "$dir/linux/.git" ] || lab_git init -q "$dir/linux"
	scratch
	tell "kernel source: $tree as it stands"
	export GIT_DIR=$dir/linux/.git GIT_INDEX_FILE=$dir/user.index
	rm -f "$GIT_INDEX_FILE.lock"
	without_debian_rule "$tree/.gitignore" >"$SCRATCH/ignore"
	GIT_WORK_TREE=$tree lab_git ls-files -z -c -o -X "$SCRATCH/ignore" |
		GIT_WORK_TREE=$tree lab_git update-index -z --add --remove --stdin
	lab_git update-index --add --cacheinfo "100644,$(lab_git hash-object -w "$SCRATCH/ignore"),.gitignore"
	id=$(lab_git write-tree)
	[ "$(lab_git rev-parse -q --verify 'base^{tree}' || true)" = "$id" ] || commit_base "$id"
}

if [ -n "${KERNEL_TREE-}" ]; then
	[ -z "${KERNEL_TARBALL-}" ] || die "KERNEL_TARBALL and KERNEL_TREE are both set" "give only one of them"
	tree=$(realpath -e -- "$KERNEL_TREE" 2>/dev/null) || die "KERNEL_TREE=$KERNEL_TREE does not exist" "give the path of a kernel tree"
	dir=$BUILD/tree-$(basename "$tree")-$(short_hash <<<"$tree")
	from_tree "$tree" "$dir"
else
	if [ -n "${KERNEL_TARBALL-}" ]; then
		tarball=$(realpath -e -- "$KERNEL_TARBALL" 2>/dev/null) ||
			die "KERNEL_TARBALL=$KERNEL_TARBALL does not exist" "give the path of a kernel tarball"
		dir=$BUILD/tarball-$(stat -Lc '%n %s %Y' "$tarball" | short_hash)
		tell "kernel source: $tarball"
	else
		tarball=$("$LAB/kernel/fetch.sh")
		dir=$BUILD/$(basename "$tarball" .tar.xz | tr -c 'A-Za-z0-9.\n' -)
	fi
	[ -d "$dir" ] || from_tarball "$tarball" "$dir"
fi
echo "$dir"
