# shellcheck shell=bash
# The objects of the folders that the series touches, at any of its commits. lint.sh,
# check/matrix.sh and series.sh source this. TREE is always a work tree of the assembled
# repository, at the commit in question.

. "$LAB/kernel/make.sh"

# changed_files TREE [TIP]: print the kernel's C files that the series up to TIP changes or
# adds.
changed_files() {
	lab_git -C "$1" diff --name-only base "${2:-HEAD}" -- '*.c' ':!tools' ':!Documentation' ':!samples'
}

# series_folders TREE [TIP]: print their folders.
series_folders() { changed_files "$@" | xargs -r -n1 dirname | sort -u; }

# touched_folders TREE [TIP]: print those of them that have a Makefile in TREE.
touched_folders() {
	local folder

	series_folders "$@" | while read -r folder; do
		[ ! -f "$1/$folder/Makefile" ] || echo "$folder"
	done
}

# fragment_at TREE TIP: print base.config without the symbols that the series adds after
# TREE's commit. config.sh would miss them.
fragment_at() {
	local later configs=$LAB/config

	[ -z "${UM-}" ] || configs=$LAB/um
	later=$(lab_git -C "$1" diff HEAD "$2" -- '*Kconfig*' | sed -nE 's/^\+(menu)?config ([A-Z0-9_]+)$/\2/p' | paste -sd'|')
	grep -vE "^(# )?CONFIG_(${later:-none})[ =]" "$configs/base.config"
}

# configure_objects TREE OBJDIR TIP: call this before make_objects.
configure_objects() {
	mkdir -p "$2"
	fragment_at "$1" "$3" >"$2/wanted.config"
	"$LAB/kernel/config.sh" "$1" "$2" "$2/wanted.config"
}

# make_objects TREE OBJDIR TIP [MAKE-ARGUMENT...]: build the objects in these folders.
make_objects() {
	local folders

	mapfile -t folders < <(touched_folders "$1" "$3")
	kernel_make "$1" "$2" "${@:4}" "${folders[@]/%//}"
}

# symbols OBJDIR LISTS FOLDER...: for the objects in those folders that exist, write the
# defined symbols to LISTS.defined and the undefined ones to LISTS.undefined.
symbols() {
	local kind folder folders=()

	for folder in "${@:3}"; do [ ! -d "$1/$folder" ] || folders+=("$folder"); done
	for kind in defined undefined; do
		(cd "$1" && find "${folders[@]}" -maxdepth 1 -name '*.o' ! -name '*.mod.o' \
			-exec nm "--$kind-only" --format=posix {} + 2>/dev/null) |
			awk 'NF >= 2 { print $1 }' | sort -u >"$2.$kind"
	done
}

# missing_symbols LISTS WHOLE: print the symbols of LISTS.undefined that are in WHOLE, but not
# in LISTS.defined.
missing_symbols() {
	comm -12 "$1.undefined" <(comm -23 "$2" "$1.defined")
}
