#!/bin/bash
# assemble.sh: make the tree that is built from the pristine kernel, linux/ and
# OVERLAY_EXTRA.
#
# Prints the folder that holds the tree, build/<source>/linux, or with an overlay
# build/<source>/overlay-<id>/linux. Each line of linux/patches/series becomes one commit:
#
#   NNNN-name.patch  path path ...
#
# The patch is a git format-patch mail with edits to existing files, or with none. It is
# applied without fuzz. The new files and folders that the line names are taken from
# linux/<path>. The commits are made in a temporary index and checked out once. So only
# files that really differ get a new time stamp, and a small edit costs a small build.
#
# A later entry's patch may change a new file again. linux/<path> holds the file as the
# last entry leaves it. To get it as it is at earlier entries, the changes of the later
# patches are undone, without fuzz.
#
# KERNEL=x.y is for a kernel older than the one the series is made for. Then the diff
# linux/patches/x.y/<entry>, if it exists, becomes part of the commit. It may change what the
# patch changes, and the new files. If a later patch changes such a new file again, the two
# are merged. Lines that both change are taken from the patch.
#
#   --commit             print the commit instead, and check nothing out
#   --commit --partly    take only the entries before the first that does not fit
#   --commit --absorb    if a change in linux/<path> does not fit the later patches, give
#                        it to the patch that its lines come from
#   --at COMMIT          check that commit out in build/<source>/at/linux, a separate work
#                        tree, and print build/<source>/at; with UM=1 the lab's patch for
#                        ARCH=um goes on top
#   OVERLAY_EXTRA=dir    files laid over the tree last, in a commit of their own
#   STOCK=1              only vttm, with lab/kernel/stock as the overlay, in
#                        build/<source>/stock/linux: the bench compares with this
#   UM=1                 with the lab's own patch for ARCH=um on top, in
#                        build/<source>/um/linux

. "$(dirname "$0")/../lib.sh"
. "$LAB/kernel/make.sh"
. "$LAB/kernel/series-file.sh"
. "$LAB/kernel/history.sh"
usage_if_asked "$@"

# add_files ROOT < list: stage ROOT/<path> as <path>.
add_files() {
	local root=$1 list mode path

	list=$(cat)
	[ -n "$list" ] || return 0
	paste <(while read -r path; do
			mode=100644
			[ ! -x "$root/$path" ] || mode=100755
			echo "$mode"
		done <<<"$list") \
	      <(cd "$root" && lab_git hash-object -w --no-filters --stdin-paths <<<"$list") \
	      <(cat <<<"$list") |
		awk -F'\t' '{ print $1 " " $2 "\t" $3 }' | lab_git update-index --index-info
}

# reject ENTRY SIDE: print "hunk N of FILE, near line L" from git's message. SIDE, - or +, is
# the side of the diff that git looked for. False, with git's message, if that is another.
reject() {
	local file line hunk

	IFS=: read -r file line < <(sed -n 's/^error: patch failed: //p' "$SCRATCH/reject") || true
	if [ -z "$file" ]; then
		cat "$SCRATCH/reject" >&2
		return 1
	fi
	hunk=$(awk -v file="b/$file" -v line="$line" -v side="$2" '
		/^\+\+\+ / { here = ($2 == file); n = 0 }
		here && /^@@ / { n++; split($(side == "-" ? 2 : 3), at, ","); if (at[1] == side line) { print n; exit } }
	' "$LINUX/patches/$1")
	echo "hunk ${hunk:-?} of $file, near line $line"
}

explain_reject() {
	local where

	where=$(reject "$1" -) || die "linux/patches/$1 cannot be applied" "see git's message above"
	die "linux/patches/$1 does not fit this kernel ($(kernel_version)): $where, is rejected" \
	    "the series is for $KERNEL_SERIES.y: use such a kernel, or port the patch (docs/porting.md)"
}

# explain_unfit: linux/ has changed, so that the patch UNFIT cannot be undone.
explain_unfit() {
	local where fix="run make edit, then make refresh: they move the change into that patch"

	where=$(reject "$UNFIT" +) || die "linux/patches/$UNFIT cannot be undone" "see git's message above"
	[ -z "$absorb" ] ||
		fix="the lab does not know how the file was before: undo the change, and make it in build/edit (make edit, make refresh)"
	die "linux/patches/$UNFIT does not fit linux/ as it is now: $where, cannot be undone" "$fix"
}

# unroll: find how the new files are before later entries change them.
unroll() {
	local -x GIT_INDEX_FILE=$SCRATCH/unrolled

	read_changes
	[ ${#LAST[@]} -gt 0 ] || return 0
	lab_git read-tree --empty
	printf '%s\n' "${!LAST[@]}" | add_files "$LINUX"
	blobs >"$SCRATCH/last"
	! take_back || return 0
	[ -n "$absorb" ] || explain_unfit
	stage_known <"$SCRATCH/last"
	take_back || explain_unfit
	push_down <"$SCRATCH/last" || return
	: >"$SCRATCH/absorbed"
	say "linux/ has changed where later patches change new files: 'make refresh' writes these patches"
}

# only_existing ENTRY: a patch may only touch files of the kernel and of ours.
only_existing() {
	local how path

	while IFS=$'\t' read -r how path; do
		[ -e "$LINUX/$path" ] || lab_git cat-file -e "base:$path" 2>/dev/null ||
			die "linux/patches/$1 $how $path, which the kernel does not have" \
			    "put a new file in linux/$path, as the last patch leaves it, and name it in linux/patches/series"
	done < <(touches "$1")
}

new_files_are_new() {
	local path

	while read -r path; do
		[ -z "$path" ] || ! lab_git cat-file -e "base:$path" 2>/dev/null ||
			die "linux/$path exists in the kernel already" "make the change a patch in linux/patches (make edit, make refresh)"
	done <<<"${FILES[$1]}"
}

# grow ENTRY: stage the new files that later entries change as they are at this entry. The
# changes of a port stay, except in lines that the entry changes.
grow() {
	local before after here path

	while read -r path; do
		[ -z "$path" ] || [ -z "${FIRST[$path]-}" ] || stage "${FIRST[$path]}" "$path"
	done <<<"${FILES[$1]%$'\n'}"
	[ -n "${CHANGES[$1]}" ] || return 0
	while read -r before after path; do
		read -r here _ < <(blobs "$path")
		if [ "$here" != "$before" ]; then
			! clash "$before" "$here" "$after" || grep -qs "^+++ b/$path" "$PORT/$1" ||
				warn "linux/patches/$1 changes lines of $path that the port to $KERNEL_SERIES has changed: if the new lines need a change, too, put it into linux/patches/$KERNEL_SERIES/$1"
			after=$(merge "$before" "$here" "$after") || return
		fi
		stage "$after" "$path"
	done <<<"${HISTORY[$1]}"
}

# adapt ENTRY: apply the port's diff for this entry.
adapt() {
	local diff=$PORT/$1

	[ ! -f "$diff" ] || lab_git apply --cached --whitespace=nowarn "$diff" 2>"$SCRATCH/reject" || {
		cat "$SCRATCH/reject" >&2
		die "linux/patches/$KERNEL_SERIES/$1 does not fit" "make it again (docs/porting.md)"
	}
}

# mail_field NAME FILE: a field of git mailinfo's output.
mail_field() { sed -n "s/^$1: //p" "$2"; }

# commit_entry ENTRY PARENT: print the new commit. (set -e has no effect in $(...).)
commit_entry() {
	local entry=$1 parent=$2 mail=$SCRATCH/mail info=$SCRATCH/info date ours

	only_existing "$entry"
	new_files_are_new "$entry"
	lab_git mailinfo "$mail.msg" "$mail.diff" <"$LINUX/patches/$entry" >"$info" ||
		die "linux/patches/$entry is not a mail that git understands" "make it with 'make edit' and 'make refresh'"
	mapfile -t ours < <(printf '%s' "${CHANGES[$entry]}")
	# Lines that another patch has added there would be missing.
	[ -z "${STOCK-}" ] || ours+=(MAINTAINERS)
	if grep -q '^diff --git ' "$mail.diff" &&
	   ! lab_git apply --cached --whitespace=nowarn "${ours[@]/#/--exclude=}" "$LINUX/patches/$entry" 2>"$SCRATCH/reject"; then
		explain_reject "$entry"
	fi
	add_files "$LINUX" <<<"${FILES[$entry]%$'\n'}" || return
	grow "$entry" || return
	adapt "$entry"
	date=$(mail_field Date "$info")
	{ mail_field Subject "$info"; echo; cat "$mail.msg"; } | lab_git stripspace >"$mail.text"
	AUTHOR_NAME=$(mail_field Author "$info") AUTHOR_EMAIL=$(mail_field Email "$info") \
	GIT_AUTHOR_DATE=$date GIT_COMMITTER_DATE=$date \
		lab_git commit-tree -p "$parent" -F "$mail.text" "$(lab_git write-tree)"
}

# commit_overlay PARENT: print the commit with the overlay on top.
commit_overlay() {
	(cd "$OVERLAY" && find . \( -type f -o -type l \) -print | sed 's|^\./||' | sort) >"$SCRATCH/overlay"
	add_files "$OVERLAY" <"$SCRATCH/overlay"
	GIT_AUTHOR_DATE=$BASE_DATE GIT_COMMITTER_DATE=$BASE_DATE \
		lab_git commit-tree -p "$1" -m 'Overlay' "$(lab_git write-tree)"
}

# commit_um PARENT: print the commit with the lab's own patch for ARCH=um on top.
commit_um() {
	lab_git apply --cached "$UM_PATCH" 2>"$SCRATCH/reject" || {
		cat "$SCRATCH/reject" >&2
		die "lab/um/${UM_PATCH##*/} does not fit this kernel ($(kernel_version))" "port this patch: it is the lab's own and only changes arch/um"
	}
	GIT_AUTHOR_DATE=$BASE_DATE GIT_COMMITTER_DATE=$BASE_DATE \
		lab_git commit-tree -p "$1" -m 'The lab: large folios on ARCH=um' "$(lab_git write-tree)"
}

# um_at COMMIT: the same on top of any commit.
um_at() {
	local -x GIT_INDEX_FILE

	scratch
	GIT_INDEX_FILE=$SCRATCH/index
	lab_git read-tree "$1"
	commit_um "$1"
}

# assemble: print the commit of the whole series on top of base.
assemble() {
	local commit next entry

	unroll || return
	export GIT_INDEX_FILE=$SCRATCH/index
	lab_git read-tree base || return
	commit=$(lab_git rev-parse base)
	for entry in "${ENTRIES[@]}"; do
		next=$(commit_entry "$entry" "$commit") || {
			[ -n "$partly" ] || return
			break
		}
		commit=$next
	done
	[ -z "${UM-}" ] || commit=$(commit_um "$commit") || return
	[ -z "$OVERLAY" ] || commit=$(commit_overlay "$commit") || return
	unset GIT_INDEX_FILE
	echo "$commit"
}

# fingerprint: everything that the result depends on.
fingerprint() {
	lab_git rev-parse base
	echo "$KERNEL_SERIES"
	for root in "$LINUX" ${OVERLAY:+"$OVERLAY"}; do
		[ ! -d "$root" ] ||
			(cd "$root" && find . \( -type f -o -type l \) -printf '%p %m %l\0' | sort -z | tr '\0' '\n' &&
			 find . -type f -print0 | sort -z | xargs -0r cat)
	done | sha256sum
	cat "$LAB/kernel/assemble.sh" "$LAB/kernel/series-file.sh" "$LAB/kernel/history.sh" ${UM:+"$UM_PATCH"} | sha256sum
}

# check_out DIR COMMIT: check COMMIT out in DIR/linux. Only files that differ change.
check_out() {
	local work=$1/linux commit=$2

	# A killed command may have left a lock. We hold the lock on build/.
	rm -f "$GIT_DIR/index.lock" "$GIT_DIR"/worktrees/*/index.lock
	if [ ! -e "$work/.git" ]; then
		need_disk "$BUILD" 5 "another copy of the tree"
		mkdir -p "$1"
		lab_git worktree prune
		lab_git worktree add -q --detach "$work" "$commit" >&2
	elif [ "$(lab_git -C "$work" rev-parse -q --verify HEAD || true)" != "$commit" ] ||
	     [ ! -f "$work/Makefile" ]; then
		(unset GIT_DIR; lab_git -C "$work" checkout -q -f --detach "$commit")
	fi
}

only_commit='' partly='' absorb='' at=''
while [ $# -gt 0 ]; do
	case $1 in
	--commit) only_commit=1 ;;
	--partly) partly=1 ;;
	--absorb) absorb=1 ;;
	--at) value "$@"; at=$2; shift ;;
	*) unknown "$1" ;;
	esac
	shift
done
UM_PATCH=$LAB/um/thp.patch
OVERLAY=
if [ -n "${STOCK-}" ]; then
	OVERLAY=$LAB/kernel/stock
elif [ -n "${OVERLAY_EXTRA-}" ]; then
	OVERLAY=$(realpath -e -- "$OVERLAY_EXTRA" 2>/dev/null) || die "OVERLAY_EXTRA=$OVERLAY_EXTRA does not exist" "give a folder with files at their path in the kernel"
fi
[ "$KERNEL_SERIES" = "$MAIN_KERNEL" ] || [ -d "$PORT" ] ||
	die "the series has not been ported to Linux $KERNEL_SERIES: there is no ${PORT#"$TOP/"}" "port it (docs/porting.md), or use KERNEL=$MAIN_KERNEL"
source_dir=$("$LAB/kernel/source.sh")
export GIT_DIR=$source_dir/linux/.git
if [ -n "$at" ]; then
	commit=$(lab_git rev-parse --verify "$at^{commit}")
	[ -z "${UM-}" ] || commit=$(um_at "$commit")
	check_out "$source_dir/at" "$commit"
	echo "$source_dir/at"
	exit
fi
dir=$source_dir
if [ -n "${STOCK-}" ]; then dir=$source_dir/stock
elif [ -n "$OVERLAY" ]; then dir=$source_dir/${UM:+um-}overlay-$(short_hash <<<"$OVERLAY")
elif [ -n "${UM-}" ]; then dir=$source_dir/um; fi

print=$(fingerprint | sha256sum | cut -d' ' -f1)
known=$dir/assembled
read -r known_print commit < <(cat "$known" 2>/dev/null) || true
if [ "${known_print-}" != "$print" ]; then
	scratch
	read_series
	[ -z "${STOCK-}" ] || ENTRIES=("$(owner_of drivers/gpu/drm/vttm)")
	commit=$(assemble)
	lab_git update-ref "refs/lab/${dir##*/}" "$commit"
	# A part of the series is not what linux/ says, so it is not remembered.
	if [ -e "$SCRATCH/absorbed" ] ||
	   { [ -n "$partly" ] && [ "$(lab_git rev-list --count "base..$commit")" -lt "${#ENTRIES[@]}" ]; }; then
		echo "$commit"
		exit
	fi
	mkdir -p "$dir"
	echo "$print $commit" >"$known.new"
	mv "$known.new" "$known"
fi
if [ -n "$only_commit" ]; then
	echo "$commit"
	exit
fi
check_out "$dir" "$commit"
echo "$dir"
