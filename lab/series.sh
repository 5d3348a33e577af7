#!/bin/bash
# series.sh [--verify | --check-each | --test-each]: the series as mails, in out/series/.
#
# A cover letter and one mail for each commit. On the kernel that the cover
# letter names,
#     git am --empty=drop out/series/*.patch
# gives the assembled tree (the cover letter is the empty one); git send-email
# takes the same files. The same input gives the same bytes.
#
# Author and dates are those of linux/patches, which nobody has signed off. Whoever sends
# them makes them theirs first: make edit, then in build/edit
#     git rebase base --exec 'git commit -q --amend --no-edit --reset-author --signoff'
# and make refresh.
#
# The cover letter is linux/patches/cover: the subject, an empty line, the text.
# A line there that begins with @ is replaced:
#   @base             what the series applies to
#   @demo METRIC...   a table of these rows of docs/demo/report.tsv
#   @floors           what the tests hold it to: lab/check/floors.tsv
#   @results          the main parts of the table of the last run of the bench that
#                     has a date for a name, results/bench/20*/table.txt, if there is one
#
#   --verify       does git am of the mails on the unpatched kernel give the
#                  assembled commits, byte for byte?
#   --check-each   does every commit build by itself? The objects of the folders
#                  the series touches are made at each, in order, in one folder.
#   --test-each    and does every commit pass the tests that it has? A whole kernel is
#                  built at each, and runs TTM's KUnit suites, ours and the selftests
#                  as far as they are there; half an hour and more.

. "$(dirname "$0")/lib.sh"
. "$LAB/kernel/touched.sh"
. "$LAB/check/boot.sh"
. "$LAB/report/publish.sh"
usage_if_asked "$@"

DIR=$OUT/series
COVER=$LINUX/patches/cover
REPORT=$TOP/docs/demo/report.tsv

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
	awk -F'\t' '
		/^#/ || NF != 4 { next }
		$1 == "pages" { pages = $4; next }
		$2 == "resident" { order[$3]; floor[$1, $3] = $4 }
		END {
			printf "  %-7s %8s %8s\n", "order", "backup", "restore"
			for (i = 0; i <= 10; i++)
				if (i in order)
					printf "  %-7d %7dx %7dx\n", i, floor["backup", i], floor["restore", i]
			printf "\n  pages allocated for 64 MiB, out and back: at most %d\n", pages
		}' "$LAB/check/floors.tsv"
}

fill_results() {
	local table

	table=$(published_table)
	[ -z "$table" ] || { echo; awk -v RS= -v ORS='\n\n' '/^What|, (cached|wc) pages|finished I.O|^The least/' "$table" | sed 's/ *$//'; }
}

# The text of the cover letter, with everything filled in.
text() {
	local line words

	tail -n +3 "$COVER" | while IFS= read -r line; do
		[[ $line == @* ]] || { printf '%s\n' "$line"; continue; }
		read -r -a words <<<"${line#@}"
		[ "$(type -t "fill_${words[0]}")" = function ] ||
			die "linux/patches/cover: nothing is known as @${words[0]}" "see $(self) --help"
		"fill_${words[0]}" "${words[@]:1}" ||
			die "linux/patches/cover: '$line' cannot be filled in" "is each name in docs/demo/report.tsv?"
	done | cat -s
}

# mails FOLDER. Nothing may come from the user's settings, today or git's version.
mails() {
	local line subject

	[ -f "$COVER" ] || die "there is no linux/patches/cover" "write one: the subject, an empty line, the text"
	text >"$SCRATCH/text"
	subject=$(head -1 "$COVER")
	GIT_COMMITTER_DATE=$(lab_git log -1 --format=%cI "$TIP") \
		lab_git format-patch -q -o "$1" -n --cover-letter --base=base --no-signature --no-thread \
			--abbrev=12 --no-renames --src-prefix=a/ --dst-prefix=b/ -U3 --diff-algorithm=myers "base..$TIP"
	# Sent by who wrote the series, not by who made the mails; with names in UTF-8.
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
	done <"$1/0000-cover-letter.patch" >"$SCRATCH/cover"
	mv "$SCRATCH/cover" "$1/0000-cover-letter.patch"
}

commits() { lab_git "${@:2}" log --format='%T %an %ae %aI%n%B' "$1"; }

# The mails, applied to the unpatched kernel, against the assembled commits.
verify() {
	local tree

	tree=$("$LAB/kernel/assemble.sh" --at base)/linux
	unset GIT_DIR
	# Left there by a run that was killed.
	lab_git -C "$tree" am --quit 2>/dev/null || true
	step "applying the mails to the unpatched kernel"
	lab_git -C "$tree" am -q --empty=drop "$DIR"/*.patch >"$SCRATCH/am" 2>&1 || {
		cat "$SCRATCH/am" >&2
		lab_git -C "$tree" am --quit
		die "git am does not take the mails" "see git's words above"
	}
	diff <(commits "base..$TIP" -C "$tree") <(commits base..HEAD -C "$tree") >&2 ||
		die "the mails do not give the assembled commits" "see the differences above (<: assembled)"
	[ -z "$(lab_git -C "$tree" status --porcelain)" ] || die "the tree is not what git am says it is" "look into $tree"
	say "git am gives the assembled tree $(lab_git -C "$tree" rev-parse 'HEAD^{tree}')"
}

# each_builds N: the objects of the commit in AT, and lists of their symbols.
each_builds() {
	local folders log=$OUT/each/$1.log

	if ! { configure_objects "$AT" "$OBJ" "$TIP" && make_objects "$AT" "$OBJ" "$TIP" -k; } >"$log" 2>&1; then
		build_errors "$log"
		return 1
	fi
	mapfile -t folders < <(touched_folders "$AT" "$TIP")
	symbols "$OBJ" "$SCRATCH/$1" "${folders[@]}"
}

# passes N WHAT: one boot of its kernel. Prints what failed, if anything.
passes() {
	check_boot "$OBJ" "$2" "$OUT/each/$1-$2" | tally "$SCRATCH/$1-$2" '' >"$SCRATCH/results"
	close_tally "$SCRATCH/$1-$2" >"$SCRATCH/sum" || grep -A9 '^  FAIL' "$SCRATCH/results" || cat "$SCRATCH/sum"
	say "   $2: $(cat "$SCRATCH/sum")"
}

# each_passes N: the tests that it has. Of the guest's programs there is only the one
# that they run: the others want vttm as it is in the end.
each_passes() {
	local log=$OUT/each/$1.log
	local -x LAB_GUEST=$SCRATCH/guest

	kernel_make "$AT" "$OBJ" vmlinux modules >>"$log" 2>&1 || {
		build_errors "$log"
		return 1
	}
	lab_git -C "$AT" rev-parse HEAD >"$OBJ/id"
	mkdir -p "$LAB_GUEST"
	passes "$1" kunit
	[ ! -d "$AT/tools/testing/selftests/drivers/vttm" ] || passes "$1" selftests
}

# forget_objects: those that an earlier run has left in OBJ are of a later commit.
forget_objects() {
	local folder

	series_folders "$AT" "$TIP" | while read -r folder; do
		[ ! -d "$OBJ/$folder" ] || find "$OBJ/$folder" -maxdepth 1 -name '*.o' -delete
	done
}

# each COMMIT N: prints what is wrong with it. All are built in one folder.
each() {
	local top

	top=$("$LAB/kernel/assemble.sh" --at "$1" 2>"$SCRATCH/at") || {
		cat "$SCRATCH/at"
		return 1
	}
	AT=$top/linux OBJ=$top/each
	unset GIT_DIR
	[ "$2" -gt 0 ] || forget_objects
	each_builds "$2" || return
	[ "$mode" = --check-each ] || each_passes "$2"
}

check_each() {
	local list i n lost subject

	mapfile -t list < <(lab_git rev-list --reverse "base..$TIP")
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
		# What a later commit brings must not be wanted earlier.
		lost=$(missing_symbols "$SCRATCH/$i" "$SCRATCH/$((n - 1)).defined" | xargs)
		[ -z "$lost" ] || echo "wants what only later commits define: $lost" >>"$SCRATCH/$i.said"
		sed 's/^/# /' "$SCRATCH/$i.said"
		if [ -s "$SCRATCH/$i.said" ]; then echo "not ok $((i + 1)) $subject"; else echo "ok $((i + 1)) $subject"; fi
	done
}

test_each() { as_unit series each check_each | tally "$SCRATCH/tally" ''; }

mode=${1-}
case $mode in
'' | --verify | --check-each | --test-each) ;;
*) die "series.sh does not know '$mode'" "see $(self) --help" ;;
esac
unset OVERLAY_EXTRA CONFIG_EXTRA DEBUG KCSAN STOCK
"$LAB/deps.sh"
scratch
lock_build
TIP=$("$LAB/kernel/assemble.sh" --commit)
SOURCE=$("$LAB/kernel/source.sh" 2>/dev/null)
export GIT_DIR=$SOURCE/linux/.git
if [[ $mode = --*-each ]]; then
	start_group test_each
	await_child || true
	close_tally "$SCRATCH/tally"
	exit
fi
mails "$SCRATCH/mails"
rm -rf "$DIR"
mkdir -p "$OUT"
mv "$SCRATCH/mails" "$DIR"
say "$(find "$DIR" -name '*.patch' | wc -l) mails; on the kernel they are for: git am --empty=drop ${DIR#"$TOP/"}/*.patch"
[ "$mode" != --verify ] || verify
echo "$DIR"
