#!/bin/bash
# refresh.sh: write the commits of build/edit back to linux/.
#
# Every commit above "base" becomes a line of linux/patches/series. Its edits to existing
# files become a patch. The files that it adds are written whole to linux/<path>, as the last
# commit leaves them. An uncommitted change to a new file goes to the commit that its lines
# come from. A commit that is new, or was moved to another part, joins the part of the commit
# before it.
#
# Before anything is written, the result is assembled and must give the tree of build/edit.
# If nothing has changed, nothing is written.
#
#   --renumber   number the patches in the order of the series

. "$(dirname "$0")/lib.sh"
. "$LAB/kernel/series-file.sh"
usage_if_asked "$@"

EDIT=$BUILD/edit
START=$BUILD/edit.start

git_edit() { lab_git -C "$EDIT" "$@"; }

# Only new files may be uncommitted. For an edit to an existing file, the user has to say
# which commit it belongs to.
check_uncommitted() {
	local path

	while read -r path; do
		[ -n "$path" ] || continue
		if git_edit cat-file -e "base:$path" 2>/dev/null; then
			die "build/edit/$path is changed but not committed" \
			    "commit it there: git commit --fixup COMMIT, then git rebase -i --autosquash base"
		fi
		git_edit cat-file -e "HEAD:$path" 2>/dev/null || [ -n "$(owner_of "$path")" ] ||
			die "build/edit/$path is new and not committed" "commit it there, alone or with the files it belongs to"
	done < <(git_edit diff --name-only HEAD; git_edit ls-files -o --exclude-standard)
}

# work_tree: the tree as it stands, with uncommitted files.
work_tree() {
	local index

	index=$(git_edit rev-parse --git-path index)
	cp "$(cd "$EDIT" && realpath "$index")" "$SCRATCH/index"
	GIT_INDEX_FILE=$SCRATCH/index git_edit add -A
	GIT_INDEX_FILE=$SCRATCH/index git_edit write-tree
}

# added FROM TO: the files that TO has and FROM has not.
added() { git_edit diff --no-renames --name-only --diff-filter=A "$1" "$2" | sort; }

# left_out COMMIT: files that are left out of its mail. Files that it adds are in linux/.
# Files that are not in the work tree any more are forgotten.
left_out() {
	added base "$1" | comm -23 - "$SCRATCH/ours"
	added base "$1" | comm -12 - <(added "$1^" "$1")
}

# patch_of COMMIT: the commit as a mail, only with the edits to existing files.
patch_of() {
	local commit=$1 parent tree stripped=()

	left_out "$commit" >"$SCRATCH/left-out"
	for tree in "$commit^" "$commit"; do
		export GIT_INDEX_FILE=$SCRATCH/stripped
		git_edit read-tree "$tree"
		git_edit update-index --force-remove --stdin <"$SCRATCH/left-out"
		stripped+=("$(git_edit write-tree)")
		unset GIT_INDEX_FILE
	done
	parent=$(git_edit commit-tree -m parent "${stripped[0]}")
	commit=$(git_edit log -1 --format=%B "$commit" |
		AUTHOR_NAME=$(git_edit log -1 --format=%an "$commit") \
		AUTHOR_EMAIL=$(git_edit log -1 --format=%ae "$commit") \
		GIT_AUTHOR_DATE=$(git_edit log -1 --format=%aD "$commit") \
			git_edit commit-tree -p "$parent" "${stripped[1]}")
	git_edit format-patch --stdout --always --zero-commit --no-signature -N --full-index \
		--no-renames --src-prefix=a/ --dst-prefix=b/ -U3 --diff-algorithm=myers \
		--no-base -1 "$commit"
}

subject_of_mail() { lab_git mailinfo /dev/null /dev/null <"$1" | sed -n 's/^Subject: //p'; }

# files_added_by COMMIT: the new files that it adds and that are in the final tree.
files_added_by() { added "$1^" "$1" | comm -12 "$SCRATCH/ours" -; }

# only_growing: die if a commit removes a file that an earlier one adds.
only_growing() {
	local commit path

	for commit in "${COMMITS[@]}"; do
		while read -r path; do
			git_edit cat-file -e "base:$path" 2>/dev/null ||
				die "'$(git_edit log -1 --format=%s "$commit")' in build/edit removes $path, which an earlier commit adds" \
				    "change the earlier commit so that it does not add the file, or adds it with its last name: git rebase -i base"
		done < <(added "$commit" "$commit^")
	done
}

# name_entries: set NAMES[i] for COMMITS[i]. An entry keeps its name as long as its subject
# is the same. A new one gets the next number. --renumber numbers them in order.
name_entries() {
	local -A old=()
	local entry i subject was next=0

	for entry in "${ENTRIES[@]}"; do
		old[$(subject_of_mail "$LINUX/patches/$entry")]=$entry
		next=$((10#${entry%%-*} > next ? 10#${entry%%-*} : next))
	done
	for i in "${!COMMITS[@]}"; do
		subject=$(git_edit log -1 --format=%s "${COMMITS[i]}")
		NAMES[i]=${old[$subject]-}
		was=${NAMES[i]}
		unset 'old[$subject]'
		if [ -z "${NAMES[i]}" ]; then
			next=$((next + 1))
			NAMES[i]=$(printf '%04d-%s.patch' "$next" "$(git_edit log -1 --format=%f "${COMMITS[i]}")")
		fi
		[ -z "$renumber" ] || NAMES[i]=$(printf '%04d-%s' $((i + 1)) "${NAMES[i]#*-}")
		WAS[${NAMES[i]}]=$was
	done
}

# claim_files: set PATHS[entry], the paths on its line. A path stays on its line as long as a
# file of the entry is at or below it.
claim_files() {
	local entry path file
	local -A wanted=()

	for entry in "${!FILES[@]}"; do
		while read -r file; do
			[ -z "$file" ] || wanted[$file]=$entry
		done <<<"${FILES[$entry]}"
	done
	CLAIM=()
	for entry in "${NAMES[@]}"; do
		PATHS[$entry]=
		for path in $(old_paths "$entry"); do
			grep -qE "^$path(/|\$)" <<<"${FILES[$entry]}" || continue
			CLAIM[$path]=$entry
			PATHS[$entry]+=" $path"
		done
	done
	while read -r file; do
		[ "$(owner_of "$file")" != "${wanted[$file]}" ] || continue
		CLAIM[$file]=${wanted[$file]}
		PATHS[${wanted[$file]}]+=" $file"
	done <"$SCRATCH/ours"
}

# old_line ENTRY, old_paths ENTRY: from its line in the present series.
old_line() { awk -v entry="${WAS[$1]}" '$1 == entry' "$SERIES" 2>/dev/null || true; }
old_paths() { old_line "$1" | sed 's/#.*//' | awk '{ for (i = 2; i <= NF; i++) { sub("/$", "", $i); print $i } }'; }

# parts_now: for each of NAMES a line with the number of its part. Few entries have been
# moved, so the longest sequence of entries whose parts are still in order keep theirs.
parts_now() {
	local entry part

	for entry in "${NAMES[@]}"; do
		part=${PART_OF[${WAS[$entry]:-none}]-}
		printf '%s\n' "${PARTS[@]}" | grep -nx "$part" || echo new
	done | awk -F: '
		{ part[NR] = $1 }
		END {
			for (i = 1; i <= NR; i++) {
				if (part[i] == "new") continue
				length_at[i] = 1
				for (j = 1; j < i; j++)
					if (j in length_at && part[j] + 0 <= part[i] + 0 && length_at[j] >= length_at[i]) {
						length_at[i] = length_at[j] + 1
						before[i] = j
					}
				if (length_at[i] > length_at[last]) last = i
			}
			for (i = last; i; i = before[i]) stays[i] = 1
			now = 1
			for (i = 1; i <= NR; i++) print now = i in stays ? part[i] : now
		}'
}

# write_series: a comment stays above its entry.
write_series() {
	local entry was=0 now

	sed '/^# part: /d' "$SERIES" >"$SCRATCH/series" 2>/dev/null || true
	awk '/^[^#]/ { exit } { print }' "$SCRATCH/series"
	exec 3< <(parts_now)
	for entry in "${NAMES[@]}"; do
		read -r -u 3 now
		[ ${#PARTS[@]} -eq 0 ] || [ "$now" = "$was" ] || echo "# part: ${PARTS[now - 1]}"
		was=$now
		awk -v entry="${WAS[$entry]}" '
			/^[^#]/ { if ($1 == entry && seen) printf "%s", above; above = ""; seen = 1; next }
			{ above = above $0 "\n" }' "$SCRATCH/series"
		if [ "$entry" = "${WAS[$entry]}" ] && [ "$(old_paths "$entry" | xargs)" = "$(xargs <<<"${PATHS[$entry]}")" ]; then
			old_line "$entry"
		else
			echo "$entry${PATHS[$entry]}"
		fi
	done
	awk '/^[^#]/ { seen = 1; below = ""; next } { below = below $0 "\n" } END { if (seen) printf "%s", below }' \
		"$SCRATCH/series"
}

write_patches() {
	local i

	for i in "${!COMMITS[@]}"; do
		patch_of "${COMMITS[i]}" >"$SCRATCH/linux/patches/${NAMES[i]}"
	done
}

# assembled OPTION...: print the commit that $SCRATCH/linux gives.
assembled() {
	LAB_LINUX=$SCRATCH/linux "$LAB/kernel/assemble.sh" --commit "$@" 2>"$SCRATCH/log" || {
		cat "$SCRATCH/log" >&2
		die "the new linux/ would not assemble, so nothing was written" "fix in build/edit what the lines above name"
	}
}

# stage_linux TREE: make the new linux/ in $SCRATCH/linux.
stage_linux() {
	local tree=$1 to=$SCRATCH/linux i ours port was

	mkdir -p "$to/patches"
	mapfile -t ours <"$SCRATCH/ours"
	[ ${#ours[@]} -eq 0 ] ||
		git_edit -c tar.umask=022 archive --format=tar "$tree" "${ours[@]}" | tar -x -C "$to"
	write_patches
	write_series >"$to/patches/series"
	# Other files beside the patches stay.
	find "$LINUX/patches" -mindepth 1 -maxdepth 1 ! -name '*.patch' ! -name series -exec cp -rp {} "$to/patches" \;
	# A port's diff has the name of its patch.
	for port in "$to"/patches/*/; do
		for i in "${NAMES[@]}"; do
			was=${WAS[$i]}
			[ "$was" = "$i" ] || [ -z "$was" ] || [ ! -e "$port$was" ] || mv "$port$was" "$port$i"
		done
	done
}

[ "$KERNEL_SERIES" = "$MAIN_KERNEL" ] ||
	die "refresh only works for Linux $MAIN_KERNEL" "edit the port to $KERNEL_SERIES by hand (docs/porting.md)"
[ -e "$EDIT/.git" ] || die "there is no build/edit" "run make edit first"
renumber=''
case ${1-} in
'') ;;
--renumber) renumber=1 ;;
*) unknown "$1" ;;
esac
unset OVERLAY_EXTRA UM
lock_build
scratch
# linux/ must be as it was when the work began.
[ "$("$LAB/kernel/assemble.sh" --commit --partly --absorb 2>"$SCRATCH/log" || cat "$SCRATCH/log" >&2)" = "$(cat "$START")" ] ||
	die "linux/ has changed since build/edit was made" "run make edit, which brings build/edit up to it, then make refresh"
head=$(git_edit rev-parse HEAD)
git_edit merge-base --is-ancestor base HEAD || die "build/edit no longer contains the commit tagged 'base'" "put your commits back on it: git rebase --onto base"
[ -z "$(git_edit rev-list --merges base..HEAD)" ] || die "build/edit contains a merge" "make the history linear: git rebase base"
read_series
check_uncommitted
tree=$(work_tree)
added base "$tree" >"$SCRATCH/ours"

mapfile -t COMMITS < <(git_edit rev-list --reverse base..HEAD)
only_growing
# If the series did not fit, the missing commits have not been dropped on purpose.
fitted=$(git_edit rev-list --count "base..$(cat "$START")")
[ "$fitted" -eq "${#ENTRIES[@]}" ] || [ "${#COMMITS[@]}" -ge "${#ENTRIES[@]}" ] ||
	die "the series has ${#ENTRIES[@]} entries, and build/edit has ${#COMMITS[@]} commits: the rest did not fit this kernel" \
	    "apply them one by one with git am --reject (docs/porting.md)"
NAMES=()
declare -A PATHS=()
declare -A WAS=()	# entry -> its name in the series as it is now, if it has one
name_entries
FILES=()
for i in "${!COMMITS[@]}"; do
	FILES[${NAMES[i]}]=$(files_added_by "${COMMITS[i]}")
done
# Files not committed yet join the entry that names their folder.
while read -r file; do
	git_edit cat-file -e "HEAD:$file" 2>/dev/null || FILES[$(owner_of "$file")]+=$'\n'$file
done <"$SCRATCH/ours"
claim_files
stage_linux "$tree"
if [ "$(git_edit rev-parse 'HEAD^{tree}')" != "$tree" ]; then
	# Make the patches again, with the uncommitted changes.
	new=$(assembled --absorb)
	mapfile -t COMMITS < <(git_edit rev-list --reverse "base..$new")
	write_patches
fi
new=$(assembled)
[ "$(git_edit rev-parse "$new^{tree}")" = "$tree" ] ||
	die "the new linux/ would not give the tree of build/edit, so nothing was written" \
	    "see the difference with git diff $new $tree: a commit renames or removes a file of the kernel in a way that patches cannot express"
changed=$(rsync -rlpc --delete --out-format='%o %n' "$SCRATCH/linux/" "$LINUX/")
echo "$new" >"$START"
[ "$head" = "$new" ] || git_edit checkout -q -f -B edit "$new"
if [ -n "$changed" ]; then
	say "written to linux/:" "$changed"
else
	say "linux/ is up to date"
fi
