# shellcheck shell=bash disable=SC2034
# The content of the new files at each entry of the series. assemble.sh sources this.
#
# linux/<path> is the file as the last entry leaves it. The file joins the commit of one
# entry, and the patches of later entries may change it. To get it as it is before them,
# their changes are undone, the last one first.

declare -A CHANGES=()	# entry -> new files that its patch changes, one a line
declare -A LAST=()	# new file that patches change -> the last entry that does
declare -A FIRST=()	# such a file -> the blob that joins the commit of its entry
declare -A HISTORY=()	# entry -> "blob-before blob-after file" for each in CHANGES

# touches ENTRY: for each file in its patch, what the patch does, a tab, and the file.
touches() {
	awk '
		function tell() { if (path) print how "\t" path }
		/^diff --git / { tell(); how = "edits"; path = substr($4, 3) }
		!path { next }
		/^new file mode / { how = "adds" }
		/^deleted file mode / { how = "removes" }
		/^(rename|copy) to / { how = "renames a file to" }
		/^old mode / { how = "changes the mode of" }
		END { tell() }' "$LINUX/patches/$1"
}

# may_change ENTRY HOW PATH: die unless the entry comes after the one that adds the file and
# only edits it.
may_change() {
	local what="linux/patches/$1 $2 $3, which is a file of ours" owner

	owner=$(owner_of "$3")
	[ "$owner" != "$1" ] || die "$what and joins the same commit" "edit linux/$3 itself"
	[ -n "${CHANGES[$owner]+set}" ] ||
		die "$what that only $owner adds" "change it in a later patch, or move $owner up in linux/patches/series"
	[ "$2" = edits ] ||
		die "$what that $owner adds" "a patch can only change its content: let $owner add it with its last name and mode"
}

# read_changes: fill CHANGES and LAST. Dies if a patch does what it must not do.
read_changes() {
	local entry how path

	for entry in "${ENTRIES[@]}"; do
		CHANGES[$entry]=
		while IFS=$'\t' read -r how path; do
			[ -e "$LINUX/$path" ] || continue
			may_change "$entry" "$how" "$path"
			CHANGES[$entry]+=$path$'\n'
			LAST[$path]=$entry
		done < <(touches "$entry")
	done
}

# blobs PATH...: print "blob path" lines from the index.
blobs() { lab_git ls-files -s -- "$@" | awk '{ print $2, $4 }'; }

# stage BLOB PATH: put it into the index, with its mode unchanged.
stage() {
	lab_git update-index --cacheinfo "$(lab_git ls-files -s -- "$2" | cut -d' ' -f1),$1,$2"
}

# take_back: the index has the files' last content; fill HISTORY and FIRST. False if a patch
# does not fit: UNFIT is that patch, and $SCRATCH/reject has git's message.
take_back() {
	local i entry paths blob path

	for ((i = ${#ENTRIES[@]} - 1; i >= 0; i--)); do
		entry=${ENTRIES[i]}
		[ -n "${CHANGES[$entry]}" ] || continue
		mapfile -t paths <<<"${CHANGES[$entry]%$'\n'}"
		blobs "${paths[@]}" >"$SCRATCH/after"
		UNFIT=$entry
		lab_git apply -R --cached --whitespace=nowarn "${paths[@]/#/--include=}" \
			"$LINUX/patches/$entry" 2>"$SCRATCH/reject" || return
		HISTORY[$entry]=$(blobs "${paths[@]}" | paste -d' ' - "$SCRATCH/after" | awk '{ print $1, $3, $4 }')
	done
	while read -r blob path; do
		FIRST[$path]=$blob
	done < <(blobs)
}

# merge BASE HERE THERE: print the blob THERE with the changes from BASE to HERE in other
# lines.
merge() {
	if [ "$1" = "$2" ]; then echo "$3"; else merge_files "$@" --theirs | lab_git hash-object -w --stdin; fi
}
# clash BASE HERE THERE: true if both change the same lines.
clash() { ! merge_files "$@" >/dev/null; }
merge_files() {
	lab_git cat-file blob "$1" >"$SCRATCH/base"
	lab_git cat-file blob "$2" >"$SCRATCH/here"
	lab_git cat-file blob "$3" >"$SCRATCH/there"
	lab_git merge-file -q -p "${@:4}" "$SCRATCH/here" "$SCRATCH/base" "$SCRATCH/there"
}

# blob_after PATH ENTRY: print the blob in the patch's index line, if a repository has it.
blob_after() {
	local id

	id=$(sed -n "\|^diff --git a/$1 b/|,/^@@/s/^index [0-9a-f]*\.\.\([0-9a-f]*\).*/\1/p" "$LINUX/patches/$2")
	lab_git rev-parse -q --verify "$id^{blob}" && return
	(unset GIT_DIR GIT_INDEX_FILE; lab_git -C "$LINUX" cat-file blob "$id") >"$SCRATCH/known" 2>/dev/null &&
		lab_git hash-object -w "$SCRATCH/known"
}

# stage_known < blobs: stage the files as they were when their patches were made, if that is
# known.
stage_known() {
	local blob path

	while read -r blob path; do
		stage "$(blob_after "$path" "${LAST[$path]}" || echo "$blob")" "$path"
	done
}

# push_down < blobs: change FIRST and HISTORY so that these blobs are the last content. Each
# change goes to the entry that its lines come from.
push_down() {
	local i entry before after blob path lines
	local -A now=()

	while read -r blob path; do
		now[$path]=$blob
	done
	for ((i = ${#ENTRIES[@]} - 1; i >= 0; i--)); do
		entry=${ENTRIES[i]}
		[ -n "${CHANGES[$entry]}" ] || continue
		lines=
		while read -r before after path; do
			before=$(merge "$after" "${now[$path]}" "$before") || return
			lines+="$before ${now[$path]} $path"$'\n'
			now[$path]=$before
		done <<<"${HISTORY[$entry]}"
		HISTORY[$entry]=${lines%$'\n'}
	done
	for path in "${!now[@]}"; do
		FIRST[$path]=${now[$path]}
	done
}
