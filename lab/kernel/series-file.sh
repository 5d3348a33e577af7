# shellcheck shell=bash disable=SC2034
# Read linux/patches/series: the patches in their order, the new files that join the commit
# of each, and the parts in which the series is posted. A line
#     # part: NAME
# begins a part. assemble.sh, edit.sh, refresh.sh and series.sh source this.

declare -A CLAIM=()	# path named in the series -> its patch
declare -A FILES=()	# patch -> new files that join its commit, one a line
ENTRIES=()
declare -A PART_OF=()	# patch -> its part
PARTS=()		# in their order

# begin_part LINE: begin a part if the line says so.
begin_part() {
	[[ $1 == '# part: '* ]] || return 0
	part=${1#*: }
	[[ $part =~ ^[a-z0-9]+$ ]] ||
		die "linux/patches/series: '$part' is not a good name for a part" "use small letters and digits"
	[[ " ${PARTS[*]-} " != *" $part "* ]] ||
		die "linux/patches/series has the part $part twice" "keep the patches of a part together"
	PARTS+=("$part")
}

# read_series: fill ENTRIES, CLAIM, FILES, PARTS and PART_OF. Dies if a file is named twice,
# does not exist, or is not named.
read_series() {
	local line entry path file owner part=

	[ -d "$LINUX" ] || return 0
	while read -r line; do
		begin_part "$line"
		line=${line%%#*}
		read -r -a words <<<"$line"
		[ ${#words[@]} -gt 0 ] || continue
		entry=${words[0]}
		[ -f "$LINUX/patches/$entry" ] ||
			die "linux/patches/series names $entry, which is not in linux/patches" "add the file or remove the line"
		ENTRIES+=("$entry")
		PART_OF[$entry]=$part
		FILES[$entry]=
		for path in "${words[@]:1}"; do
			path=${path%/}
			[ -e "$LINUX/$path" ] ||
				die "linux/patches/series: $entry names $path, but linux/$path does not exist" "add the file or remove it from the line"
			[ -z "${CLAIM[$path]-}" ] ||
				die "linux/patches/series: both ${CLAIM[$path]} and $entry name $path" "remove it from one of them"
			CLAIM[$path]=$entry
		done
	done < <(cat "$SERIES" 2>/dev/null)

	while read -r file; do
		owner=$(owner_of "$file")
		[ -n "$owner" ] ||
			die "no line of linux/patches/series names linux/$file" "add its path to the line of the patch that it belongs to"
		FILES[$owner]+=$file$'\n'
	done < <(cd "$LINUX" && find . -path ./patches -prune -o \( -type f -o -type l \) -print | sed 's|^\./||' | sort)

	for file in "$LINUX"/patches/*.patch "$PORT"/*; do
		[ ! -e "$file" ] || [ -n "${FILES[${file##*/}]+set}" ] ||
			die "linux/${file#"$LINUX/"} is not in linux/patches/series" "add a line for it, or remove the file"
	done
}

# owner_of FILE: print the entry that names the file or the nearest folder above it.
owner_of() {
	local path=$1

	while :; do
		[ -z "${CLAIM[$path]-}" ] || { echo "${CLAIM[$path]}"; return; }
		[[ $path == */* ]] || return 0
		path=${path%/*}
	done
}
