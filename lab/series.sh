#!/bin/bash
# series.sh [--verify | --check-each | --test-each | --test-parts]: write the series as mails,
# to out/series/.
#
# There is a cover letter and one mail for each commit. On the kernel that the letter names,
#     git am --empty=drop out/series/*.patch
# gives the assembled tree (--empty=drop drops the letter). git send-email takes the same
# files. The same input gives the same bytes. With the file "series", the folder is a quilt
# queue.
#
# out/series/PART/ has each part as it is posted, for each "# part: PART" in
# linux/patches/series. A part applies on top of the parts before it. It has its own cover
# letter and a file "recipients" from scripts/get_maintainer.pl, with To: and Cc: lines.
#
#   PART=name      only this part; --check-each, --test-each and --test-parts then take its
#                  commits, on top of the parts before it
#   ROLL=2         [PATCH v2 ...]
#
# Author and dates are those of linux/patches. These patches have no Signed-off-by. Make
# yourself the author before you send them: make edit, then in build/edit
#     git rebase base --exec 'git commit -q --amend --no-edit --reset-author --signoff'
# and make refresh. docs/porting.md says what else to do before posting.
#
# The cover letters are linux/patches/cover/PART, and "all" for the whole series: the
# subject, an empty line, the text. A line that begins with @ is replaced:
#   @shared NAME      linux/patches/cover/shared/NAME, a text for several letters
#   @base             the kernel that the series applies to
#   @demo METRIC...   a table of these rows of docs/demo/report.tsv
#   @floors A B       the limits of the tests for two operations: lab/check/floors.tsv
#   @results          the main parts of the newest results/bench/20*/table.txt, if any
#   @hibernate KIND... the main columns for these kinds of buffers in the newest published
#                     run of make hibernate
#
#   --verify       check that git am of the mails on the unpatched kernel gives the
#                  assembled commits, byte for byte; the same for the parts in order
#   --check-each   check that every commit builds: build the objects of the folders that the
#                  series touches, in order, in one folder
#   --test-each    also check that every commit passes its tests: build a whole kernel at
#                  each and run TTM's KUnit suites, ours and the selftests, as far as they
#                  exist; half an hour and more
#   --test-parts   the same at the end of each part, on the kernel as a program (lab/um),
#                  with KUnit suites only

# With UM=1 lib.sh sets up for the kernel as a program, which is only for --test-parts.
unset UM
[ "${1-}" != --test-parts ] || export UM=1
. "$(dirname "$0")/lib.sh"
. "$LAB/kernel/series-file.sh"
. "$LAB/kernel/touched.sh"
. "$LAB/check/boot.sh"
. "$LAB/report/publish.sh"
usage_if_asked "$@"

DIR=$OUT/series
COVERS=$LINUX/patches/cover
REPORT=$TOP/docs/demo/report.tsv
# For each part: the commit before its first one, and its last one.
declare -A FROM=() TO=()

# find_parts: fill FROM and TO.
find_parts() {
	local i part commits before=base

	mapfile -t commits < <(lab_git rev-list --reverse "base..$TIP")
	[ ${#PARTS[@]} -gt 0 ] || return 0
	for i in "${!ENTRIES[@]}"; do
		part=${PART_OF[${ENTRIES[i]}]}
		[ -n "$part" ] || die "linux/patches/series: ${ENTRIES[i]} is in no part" "begin the first part above it"
		FROM[$part]=${FROM[$part]:-$before}
		TO[$part]=${commits[i]}
		before=${commits[i]}
	done
	for part in "${PARTS[@]}"; do
		[ -n "${TO[$part]-}" ] || die "linux/patches/series: the part $part has no patch" "remove its '# part:' line"
	done
}

# known_part: die unless PART= is a part.
known_part() {
	[[ -z ${PART-} || " ${PARTS[*]-} " == *" $PART "* ]] ||
		die "the series has no part '$PART'" "PART= can be: ${PARTS[*]:-nothing, for linux/patches/series has no parts}"
}

fill_base() {
	local name=${KERNEL_TREE:-${KERNEL_TARBALL-}}

	[ -n "$name" ] || name=$("$LAB/kernel/fetch.sh" 2>/dev/null)
	printf 'Applies to Linux %s (%s). The base commit\nbelow is of that, imported into git by the lab: tree\n%s.\n' \
		"$(kernel_version)" "$(basename "$name" .tar.xz)" "$(lab_git rev-parse 'base^{tree}')"
}

fill_demo() {
	awk -v wanted="$*" -f "$LAB/report/human.awk" -f /dev/fd/3 "$LAB/demo/metrics.tsv" "$REPORT" 3<<'AWK'
		BEGIN {
			FS = "\t"
			n = split(wanted, want, " ")
			printf "  %-33s %10s %10s %9s\n", "", "copy", "zero copy", "ratio"
		}
		NR == FNR { label[$1] = $4; next }
		{ row[$1] = sprintf("%10s %10s %9s", human($2, $5), human($3, $5), $4 == "-" ? "-" : "x" sprintf("%.3g", $4)) }
		END {
			for (i = 1; i <= n; i++) {
				if (!(want[i] in row)) exit 1
				printf "  %-33s %s\n", label[want[i]], row[want[i]]
			}
		}
AWK
}

fill_floors() {
	awk -F'\t' -v out="$1" -v back="$2" '
		/^#/ || NF != 4 { next }
		$1 == "pages" { pages = $4; next }
		$2 == "resident" { order[$3]; floor[$1, $3] = $4 }
		END {
			printf "  %-7s %8s %8s\n", "order", out, back
			for (i = 0; i <= 10; i++)
				if (i in order)
					printf "  %-7d %7dx %7dx\n", i, floor[out, i], floor[back, i]
			printf "\n  pages allocated for 64 MiB, out and back: at most %d\n", pages
		}' "$LAB/check/floors.tsv"
}

fill_results() {
	local table

	table=$(published_table)
	[ -z "$table" ] || { echo; awk -v RS= -v ORS='\n\n' '/^What|, (cached|wc) pages|finished I.O|^(Work with|The least)/' "$table" | sed 's/ *$//'; }
}

fill_hibernate() {
	local report

	report=$(find "$RESULTS/hibernate" -path "$RESULTS/hibernate/20*/report.tsv" 2>/dev/null | sort | tail -1)
	[ -n "$report" ] && awk -F'\t' -v kinds=" $* " '
		FNR == 1 || !index(kinds, " " $1 " ") { next }
		!(($1, $2) in seen) { seen[$1, $2]; kind[++n] = $1; share[n] = $2 }
		{ copy[$1, $2, $3] = $4; zero[$1, $2, $3] = $5 }
		function mib(kib) { return kib == "-" ? "-" : sprintf("%.0f", kib / 1024) }
		END {
			fmt = "  %-8s %5s  %-8s %-8s %9s %9s %6s %6s\n"
			printf "  %-8s %5s  %-17s %19s %13s\n", "", "", "", "pages allocated", "image, MiB"
			printf fmt, "kind", "share", "copy", "zero", "copy", "zero", "copy", "zero"
			for (i = 1; i <= n; i++) {
				at = kind[i] SUBSEP share[i] SUBSEP
				printf fmt, kind[i], share[i] " %", copy[at "outcome"], zero[at "outcome"],
				       copy[at "prepare_alloc_pages"], zero[at "prepare_alloc_pages"],
				       mib(copy[at "image_kib"]), mib(zero[at "image_kib"])
			}
		}' "$report"
}

# with_shared < letter: replace the @shared lines.
with_shared() {
	local line

	while IFS= read -r line; do
		if [[ $line != '@shared '* ]]; then printf '%s\n' "$line"
		elif [ -f "$COVERS/shared/${line#* }" ]; then cat "$COVERS/shared/${line#* }"
		else die "there is no linux/patches/cover/shared/${line#* }" "write it, or remove the line '$line' from the letter"; fi
	done
}

# text PART: the text of its cover letter, with all @ lines replaced.
text() {
	local line words where=linux/patches/cover/$1

	tail -n +3 "$COVERS/$1" | with_shared | while IFS= read -r line; do
		[[ $line == @* ]] || { printf '%s\n' "$line"; continue; }
		read -r -a words <<<"${line#@}"
		[ "$(type -t "fill_${words[0]}")" = function ] ||
			die "$where: nothing is known as @${words[0]}" "see $(self) --help"
		"fill_${words[0]}" "${words[@]:1}" ||
			die "$where: '$line' cannot be filled in" "check that each name is in docs/demo/report.tsv, or the run in results/"
	done | cat -s
}

# mails PART FROM TO FOLDER: write the mails. The user's settings, the date and git's version
# must not change them.
mails() {
	local line subject letter

	[ -f "$COVERS/$1" ] || die "there is no linux/patches/cover/$1" "write one: the subject, an empty line, the text"
	text "$1" >"$SCRATCH/text"
	subject=$(head -1 "$COVERS/$1")
	GIT_COMMITTER_DATE=$(lab_git log -1 --format=%cI "$TIP") \
		lab_git format-patch -q -o "$4" -n --cover-letter --base=base --no-signature --no-thread ${ROLL:+-v "$ROLL"} \
			--abbrev=12 --no-renames --src-prefix=a/ --dst-prefix=b/ -U3 --diff-algorithm=myers "$2..$3"
	letter=$(echo "$4"/*0000-cover-letter.patch)
	# From: is the author of the series, not the user. Names are in UTF-8.
	while IFS= read -r line; do
		case $line in
		'From: '*) lab_git log -1 --format='From: %an <%ae>' "$TIP" ;;
		'Subject: '*)
			printf '%s\n' "${line/'*** SUBJECT HERE ***'/$subject}" 'MIME-Version: 1.0' \
				'Content-Type: text/plain; charset=UTF-8' 'Content-Transfer-Encoding: 8bit'
			;;
		'*** BLURB HERE ***') cat "$SCRATCH/text" ;;
		*) printf '%s\n' "$line" ;;
		esac
	done <"$letter" >"$SCRATCH/cover"
	mv "$SCRATCH/cover" "$letter"
	# quilt does not want the letter.
	(cd "$4" && printf '%s\n' *.patch | grep -v 0000-cover-letter >series)
	say "$(find "$4" -name '*.patch' | wc -l) mails${1:+ ($1)}"
}

# ask_maintainers TREE FOLDER OPTION...: the maintainers for its patches, in one line.
ask_maintainers() {
	(cd "$1" && sed "s|^|$2/|" "$2/series" |
		xargs scripts/get_maintainer.pl --no-git --no-git-fallback --no-fixes --no-rolestats --no-multiline \
			--mpath="$SCRATCH/MAINTAINERS" "${@:3}")
}

# recipients FOLDER COMMIT: list the recipients, from MAINTAINERS at that commit.
recipients() {
	local tree

	lab_git cat-file -e "$2:scripts/get_maintainer.pl" 2>/dev/null || return 0
	tree=$("$LAB/kernel/assemble.sh" 2>/dev/null)/linux
	lab_git show "$2:MAINTAINERS" >"$SCRATCH/MAINTAINERS"
	{
		echo "To: $(ask_maintainers "$tree" "$1" --no-r --no-l)"
		echo "Cc: $(ask_maintainers "$tree" "$1" --no-m)"
	} >"$1/recipients"
	cat "$1/recipients" >&2
}

# make_part PART FOLDER: write its mails and recipients.
make_part() {
	mails "$1" "${FROM[$1]}" "${TO[$1]}" "$2"
	recipients "$2" "${TO[$1]}"
}

commits() { lab_git "${@:2}" log --format='%T %an %ae %aI%n%B' "$1"; }

# verify FROM TO FOLDER...: apply the mails of one folder after the other, and compare with
# the assembled commits.
verify() {
	local tree folder

	tree=$("$LAB/kernel/assemble.sh" --at "$1")/linux
	unset GIT_DIR
	# A killed run may have left this unfinished.
	lab_git -C "$tree" am --quit 2>/dev/null || true
	for folder in "${@:3}"; do
		step "applying ${folder#"$TOP/"}"
		lab_git -C "$tree" am -q --empty=drop "$folder"/*.patch >"$SCRATCH/am" 2>&1 || {
			cat "$SCRATCH/am" >&2
			lab_git -C "$tree" am --quit
			die "git am does not take the mails" "see git's message above"
		}
	done
	diff <(commits "$1..$2" -C "$tree") <(commits "$1..HEAD" -C "$tree") >&2 ||
		die "the mails do not give the assembled commits" "see the differences above (< is the assembled tree)"
	[ -z "$(lab_git -C "$tree" status --porcelain)" ] || die "the tree has changes after git am" "run git status in $tree"
	say "git am gives the assembled tree $(lab_git -C "$tree" rev-parse 'HEAD^{tree}')"
}

# build_touched: build what the series touches. As a program, the kernel lacks some of it,
# so all of it is built.
build_touched() {
	if [ -n "${UM-}" ]; then kernel_make "$AT" "$OBJ" linux; else make_objects "$AT" "$OBJ" "$TIP" -k; fi
}

# each_builds N: build the objects of the commit in AT, and list their symbols.
each_builds() {
	local folders log=$OUT/each/$1.log

	if ! { configure_objects "$AT" "$OBJ" "$TIP" && build_touched; } >"$log" 2>&1; then
		build_errors "$log"
		return 1
	fi
	mapfile -t folders < <(touched_folders "$AT" "$TIP")
	symbols "$OBJ" "$SCRATCH/$1" "${folders[@]}"
}

# passes N WHAT: boot its kernel once. Prints what failed, if anything.
passes() {
	check_boot "$OBJ" "$2" "$OUT/each/$1-$2" | tally "$SCRATCH/$1-$2" '' >"$SCRATCH/results"
	close_tally "$SCRATCH/$1-$2" >"$SCRATCH/sum" || grep -A9 '^  FAIL' "$SCRATCH/results" || cat "$SCRATCH/sum"
	say "   $2: $(cat "$SCRATCH/sum")"
}

# each_passes N: run the tests that the commit has. The guest gets only the program that init
# runs: the others need vttm as the last commit leaves it.
each_passes() {
	local log=$OUT/each/$1.log targets=(vmlinux modules)
	local -x LAB_GUEST=$SCRATCH/guest

	[ -z "${UM-}" ] || targets=(linux)
	kernel_make "$AT" "$OBJ" "${targets[@]}" >>"$log" 2>&1 || {
		build_errors "$log"
		return 1
	}
	lab_git -C "$AT" rev-parse HEAD >"$OBJ/id"
	mkdir -p "$LAB_GUEST"
	cp -r "$TOP/guest/swaps" "$LAB_GUEST"
	passes "$1" kunit
	[ -n "${UM-}" ] || [ ! -d "$AT/tools/testing/selftests/drivers/vttm" ] || passes "$1" selftests
}

# forget_objects: delete the objects of an earlier run, which are of a later commit.
forget_objects() {
	local folder

	series_folders "$AT" "$TIP" | while read -r folder; do
		[ ! -d "$OBJ/$folder" ] || find "$OBJ/$folder" -maxdepth 1 -name '*.o' -delete
	done
}

# each COMMIT N: print what is wrong with it. All commits are built in one folder.
each() {
	local top

	top=$("$LAB/kernel/assemble.sh" --at "$1" 2>"$SCRATCH/at") || {
		cat "$SCRATCH/at"
		return 1
	}
	AT=$top/linux OBJ=$top/${UM:+um-}each
	unset GIT_DIR
	[ "$2" -gt 0 ] || forget_objects
	each_builds "$2" || return
	[ "$mode" = --check-each ] || each_passes "$2"
}

# chosen: the commits to check.
chosen() {
	local part

	if [ "$mode" = --test-parts ]; then
		for part in "${PARTS[@]}"; do
			[ "${PART:-$part}" != "$part" ] || echo "${TO[$part]}"
		done
	else
		lab_git rev-list --reverse "${FROM[${PART:-none}]-base}..${TO[${PART:-none}]-$TIP}"
	fi
}

check_each() {
	local list i n lost subject

	mapfile -t list < <(chosen)
	n=${#list[@]}
	rm -rf "$OUT/each"
	mkdir -p "$OUT/each"
	for i in "${!list[@]}"; do
		subject=$(lab_git log -1 --format=%s "${list[i]}")
		step "$((i + 1)) of $n: $subject"
		(each "${list[i]}" "$i") >"$SCRATCH/$i.said" || echo 'does not build' >>"$SCRATCH/$i.said"
	done
	echo "1..$n"
	for i in "${!list[@]}"; do
		subject=$(lab_git log -1 --format=%s "${list[i]}")
		# A commit must not need a symbol that only a later one defines.
		lost=$(missing_symbols "$SCRATCH/$i" "$SCRATCH/$((n - 1)).defined" | xargs)
		[ -z "$lost" ] || echo "wants what only later commits define: $lost" >>"$SCRATCH/$i.said"
		sed 's/^/# /' "$SCRATCH/$i.said"
		if [ -s "$SCRATCH/$i.said" ]; then echo "not ok $((i + 1)) $subject"; else echo "ok $((i + 1)) $subject"; fi
	done
}

test_each() { as_unit series each check_each | tally "$SCRATCH/tally" ''; }

# make_all: write the whole series and every part.
make_all() {
	local part

	mails all base "$TIP" "$SCRATCH/mails"
	for part in "${PARTS[@]}"; do
		make_part "$part" "$SCRATCH/mails/$part"
	done
	rm -rf "$DIR"
	mv "$SCRATCH/mails" "$DIR"
	say "to apply them: git am --empty=drop ${DIR#"$TOP/"}/*.patch"
	[ "$mode" = --verify ] || return 0
	(verify base "$TIP" "$DIR")
	[ ${#PARTS[@]} -eq 0 ] || (verify base "$TIP" "${PARTS[@]/#/$DIR/}")
}

# make_one PART: write one part.
make_one() {
	make_part "$1" "$SCRATCH/mails"
	rm -rf "${DIR:?}/$1"
	mv "$SCRATCH/mails" "$DIR/$1"
	say "to apply them after the parts before: git am --empty=drop ${DIR#"$TOP/"}/$1/*.patch"
	[ "$mode" != --verify ] || (verify "${FROM[$1]}" "${TO[$1]}" "$DIR/$1")
}

mode=${1-}
case $mode in
'' | --verify | --check-each | --test-each | --test-parts) ;;
*) die "series.sh does not know '$mode'" "see $(self) --help" ;;
esac
[[ ${ROLL:-2} =~ ^[1-9][0-9]*$ ]] || die "ROLL=$ROLL is not a number" "ROLL=2 makes [PATCH v2 ...]"
unset OVERLAY_EXTRA CONFIG_EXTRA DEBUG KCSAN STOCK
"$LAB/deps.sh"
scratch
read_series
known_part
lock_build
TIP=$(UM='' "$LAB/kernel/assemble.sh" --commit)
SOURCE=$("$LAB/kernel/source.sh" 2>/dev/null)
export GIT_DIR=$SOURCE/linux/.git
find_parts
if [[ $mode = --check-each || $mode = --test-* ]]; then
	start_group test_each
	await_child || true
	close_tally "$SCRATCH/tally"
	exit
fi
mkdir -p "$DIR"
if [ -n "${PART-}" ]; then make_one "$PART"; else make_all; fi
echo "$DIR${PART:+/$PART}"
