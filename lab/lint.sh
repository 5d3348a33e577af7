#!/bin/bash
# lint.sh [CHECK...]: check the series for warnings that the unpatched kernel does not have.
# Ends with "N passed, N failed, N skipped" and a status that says the same.
#
# Checks, all by default:
#   checkpatch   checkpatch.pl --strict on each commit
#   maintainers  each new file is in a section of MAINTAINERS
#   codespell    on the lines that the series adds, its commit messages, the cover letters
#   texts        codespell on everything else of ours
#   kernel-doc   -Wall on each file that the series changes or adds
#   docs         Sphinx on each page of Documentation/ with kernel-doc that the series
#                changes or adds
#   gcc          W=1 on the folders that the series touches
#   sparse       C=2 on the same folders
#   scripts      shellcheck on the lab
#
# kernel-doc, docs, gcc and sparse also run on the unpatched kernel, and their warnings there
# do not count. This takes minutes once. The result is kept in build/.

. "$(dirname "$0")/lib.sh"
. "$LAB/check/tally.sh"
. "$LAB/kernel/touched.sh"
usage_if_asked "$@"

DIR=$OUT/lint
# These are no mistakes: a flag of folios, a subsystem, the name of a device node, a word of
# programmers, a variable.
WORDS=uptodate,damon,renderd,statics,bettern

# verdict NAME FILE: print a passed case, or a failed one for each line of FILE.
CASES=0
verdict() {
	local line

	if [ ! -s "$2" ]; then
		CASES=$((CASES + 1))
		echo "ok $CASES $1"
	fi
	while IFS= read -r line; do
		CASES=$((CASES + 1))
		echo "not ok $CASES $line"
	done <"$2"
}
plan() { echo "1..$CASES"; CASES=0; }

# new_warnings WHAT: find the lines of $DIR/WHAT.all that $DIR/WHAT.base does not have.
new_warnings() { awk -f "$LAB/lint/new-warnings.awk" "$DIR/$1.base" "$DIR/$1.all" >"$SCRATCH/new"; }

# Ignored are:
# - MISSING_SIGN_OFF: the person who sends a patch signs it off.
# - FILE_PATH_CHANGES, which only asks whether MAINTAINERS needs a line: check_maintainers
#   checks that.
# - UNKNOWN_COMMIT_ID: this tree has no history to find a Fixes: in.
# - CAMELCASE for __SetPageX() and __ClearPageX(): checkpatch.pl only knows SetPageX().
# - In headers of tracepoints, the layout of TRACE_EVENT(), which is not that of a call
#   anywhere in the kernel, and the slashes in TRACE_INCLUDE_PATH, which are no division.
check_checkpatch() {
	local commit subject status trace

	trace=" $(lab_git -C "$TREE" diff --name-only -G'^TRACE_EVENT|^DECLARE_EVENT_CLASS' base HEAD -- '*.h' | xargs) "
	for commit in $(lab_git -C "$TREE" rev-list --reverse base..HEAD); do
		subject=$(lab_git -C "$TREE" log -1 --format=%s "$commit")
		lab_git -C "$TREE" format-patch -q --stdout -1 "$commit" >"$SCRATCH/mail"
		status=0
		(cd "$TREE" && perl scripts/checkpatch.pl --strict --terse --showfile --show-types --no-summary \
			--ignore MISSING_SIGN_OFF,FILE_PATH_CHANGES,UNKNOWN_COMMIT_ID "$SCRATCH/mail") >"$SCRATCH/said" 2>&1 || status=$?
		[ "$status" -le 1 ] || echo "checkpatch.pl ended with status $status" >>"$SCRATCH/said"
		awk -v subject="$subject" -v trace="$trace" '
			/:CAMELCASE: .*<__(Set|Clear)Page[A-Z]/ { next }
			/:(OPEN_ENDED_LINE|PARENTHESIS_ALIGNMENT): |:SPACING: spaces preferred around that .\/. / { split($0, at, ":"); if (trace ~ " " at[1] " ") next }
			sub(/^:[0-9]+:/, "") { $0 = "message of \"" subject "\":" $0 }
			{ print }' "$SCRATCH/said" >"$SCRATCH/new"
		verdict "$subject" "$SCRATCH/new"
	done
	plan
}

check_maintainers() {
	local file

	while read -r file; do
		(cd "$TREE" && perl scripts/get_maintainer.pl --no-git --no-git-fallback --no-email --no-l --no-rolestats \
			--subsystem -f "$file" 2>&1) | grep -qvxE 'THE REST|' ||
			echo "$file: in no section of MAINTAINERS"
	done < <(lab_git -C "$TREE" diff --name-only --diff-filter=A base HEAD) >"$SCRATCH/new"
	verdict 'new files' "$SCRATCH/new"
	plan
}

# added_lines: write the changed files to the current folder, with only the lines that the
# series adds, each at its line number.
added_lines() {
	lab_git -C "$TREE" diff --no-renames -U0 --src-prefix=a/ --dst-prefix=b/ base HEAD | awk '
		/^\+\+\+ / { close(file); file = substr($0, 7); at = 0; next }
		/^@@ / { split($3, hunk, /[+,]/); want = hunk[2]; next }
		/^\+/ {
			if (!at && (dir = file) && sub(/\/[^\/]*$/, "", dir)) system("mkdir -p " dir)
			while (at < want - 1) { print "" > file; at++ }
			print substr($0, 2) > file
			at++
		}'
}

# spell NAME PATH...: codespell on these, below the current folder.
spell() {
	{ codespell -L "$WORDS" "${@:2}" | sed 's|^\./||'; } >"$SCRATCH/new" 2>&1
	verdict "$1" "$SCRATCH/new"
}

check_codespell() {
	local commit

	mkdir "$SCRATCH/added"
	cd "$SCRATCH/added" || return
	added_lines
	for commit in $(lab_git -C "$TREE" rev-list base..HEAD); do
		lab_git -C "$TREE" log -1 --format=%B "$commit" >"$(lab_git -C "$TREE" log -1 --format=%f "$commit")"
	done
	cp -r "$LINUX"/patches/cover . 2>/dev/null
	spell 'the series' .
	plan
}

check_texts() {
	cd "$TOP" || return
	spell 'our own texts' README.md Makefile docs lab guest ttmstat
	plan
}

# kernel_doc TREE FILE...: kernel-doc on those of the files that exist.
kernel_doc() {
	local tree=$1 files

	mapfile -t files < <(cd "$tree" && ls -d "${@:2}" 2>/dev/null)
	(cd "$tree" && PYTHONDONTWRITEBYTECODE=1 scripts/kernel-doc -none -Wall "${files[@]}" 2>&1) ||
		echo "kernel-doc ended with status $?"
}

check_kernel-doc() {
	local files

	mapfile -t files < <(lab_git -C "$TREE" diff --name-only base HEAD -- '*.[ch]')
	kernel_doc "$BASE/linux" "${files[@]}" >"$DIR/kernel-doc.base"
	kernel_doc "$TREE" "${files[@]}" >"$DIR/kernel-doc.all"
	new_warnings kernel-doc
	verdict "${#files[@]} files" "$SCRATCH/new"
	plan
}

# book TREE PAGE...: print Sphinx's warnings about those of the pages that exist. They are a
# book of their own, because the whole documentation would take a quarter of an hour. The
# output is text, because HTML needs the images.
book() {
	local dir=$SCRATCH/book entry page

	rm -rf "$dir"
	mkdir -p "$dir/Documentation"
	for entry in "$1"/*; do
		[ "${entry##*/}" = Documentation ] || ln -s "$entry" "$dir"
	done
	ln -s "$1/Documentation/sphinx" "$dir/Documentation"
	cp "$1/Documentation/conf.py" "$dir/Documentation"
	printf '%s\n' Book ==== '' '.. toctree::' '' >"$dir/Documentation/index.rst"
	for page in "${@:2}"; do
		[ -f "$1/$page" ] || continue
		mkdir -p "$dir/${page%/*}"
		cp "$1/$page" "$dir/$page"
		page=${page#Documentation/}
		echo "   ${page%.rst}" >>"$dir/Documentation/index.rst"
	done
	(cd "$dir/Documentation" && srctree=$dir KERNELVERSION=0 KERNELRELEASE=0 PYTHONDONTWRITEBYTECODE=1 \
		sphinx-build -q -b text -c . -d "$dir/cache" . "$dir/text" 2>&1 || echo "sphinx-build ended with status $?") |
		sed "s|$dir/||"
}

check_docs() {
	local pages

	# A table of contents alone cannot be checked without the other pages.
	mapfile -t pages < <(cd "$TREE" && lab_git diff --name-only base HEAD -- 'Documentation/*.rst' |
		xargs -r grep -l '^.. kernel-doc::')
	# Our pages refer to drm-usage-stats.rst.
	book "$BASE/linux" Documentation/gpu/drm-usage-stats.rst "${pages[@]}" >"$DIR/docs.base"
	book "$TREE" Documentation/gpu/drm-usage-stats.rst "${pages[@]}" >"$DIR/docs.all"
	new_warnings docs
	verdict "${#pages[@]} pages" "$SCRATCH/new"
	plan
}

# words TREE < build output: print the compiler's messages about lines of the tree, with
# relative paths, and without notes.
words() {
	sed -nE "s#^($1/|[./]*/linux/)?([^ :]+:[0-9]+:([0-9]+:)? .*)#\2#p" |
		grep -vE ': note: |: in included file|^In file included from ' || true
}

# tools TREE: what the messages of a tool depend on, besides the commit.
tools() {
	gcc --version | sed -n 1p
	sparse --version
	fragment_at "$1" "$TIP"
	touched_folders "$1" "$TIP"
	cat "$LAB/kernel/touched.sh" "$LAB/lint/sparse.h"
}

# compiled TOOL TREE OBJDIR: write TOOL's messages about the folders that the series touches
# to OBJDIR/TOOL. Does nothing if OBJDIR/TOOL.id says that they are up to date.
compiled() {
	local tool=$1 tree=$2 obj=$3 id status=0 args=(-k W=1)

	id=$(lab_git -C "$tree" rev-parse HEAD)-$(tools "$tree" | short_hash)
	[ "$(cat "$obj/$tool.id" 2>/dev/null)" != "$id" ] || return 0
	step "$tool on the folders that the series touches, in ${tree#"$TOP/"}"
	mkdir -p "$obj"
	rm -f "$obj/$tool.id"
	configure_objects "$tree" "$obj" "$TIP" || die "there is no configuration for $tree" "see the lines above"
	case $tool in
	# make prints no warnings for an object that is up to date. ccache repeats them.
	gcc) touched_folders "$tree" "$TIP" | while read -r folder; do rm -f "$obj/$folder"/*.o; done ;;
	sparse) args+=(C=2 CF="-include $LAB/lint/sparse.h") ;;
	esac
	make_objects "$tree" "$obj" "$TIP" "${args[@]}" >"$obj/$tool.log" 2>&1 || status=1
	words "$tree" <"$obj/$tool.log" >"$obj/$tool"
	[ "$status" -ne 0 ] || echo "$id" >"$obj/$tool.id"
	return "$status"
}

# compare TOOL: a case for the warnings that only the patched tree has.
compare() {
	local tool=$1 obj broken=

	obj=$(dirname "$TREE")/lint
	compiled "$tool" "$BASE/linux" "$BASE/lint" ||
		die "the unpatched tree does not build" "see $BASE/lint/$tool.log"
	compiled "$tool" "$TREE" "$obj" || broken="the patched tree does not build: $obj/$tool.log"
	cp "$BASE/lint/$tool" "$DIR/$tool.base"
	cp "$obj/$tool" "$DIR/$tool.all"
	new_warnings "$tool"
	[ -z "$broken" ] || echo "$broken" >>"$SCRATCH/new"
	verdict "$(touched_folders "$TREE" | xargs)" "$SCRATCH/new"
	plan
}

check_gcc() { compare gcc; }
check_sparse() { compare sparse; }
check_scripts() { "$LAB/tests/scripts.sh"; }

[ $# -gt 0 ] || set -- checkpatch maintainers codespell texts kernel-doc docs gcc sparse scripts
for check; do
	[ "$(type -t "check_$check")" = function ] || die "lint.sh has no check '$check'" "see $(self) --help"
done
unset DEBUG KCSAN CONFIG_EXTRA OVERLAY_EXTRA STOCK
# Debian's python3 has the modules, so it comes before any other.
PATH=/usr/bin:/bin:$PATH
"$LAB/deps.sh" lint
scratch
lock_build
TREE=$("$LAB/kernel/assemble.sh")/linux
BASE=$("$LAB/kernel/assemble.sh" --at base 2>/dev/null)
TIP=$(lab_git -C "$TREE" rev-parse HEAD)
rm -rf "$DIR"
mkdir -p "$DIR"
for check; do
	as_unit lint "$check" "check_$check" | tee "$DIR/$check.tap" | tally "$DIR/tally" ''
done
close_tally "$DIR/tally"
