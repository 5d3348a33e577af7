# shellcheck shell=bash disable=SC2034
# publish.sh: describe a measurement, and copy it to results/. Scripts that measure source
# this.

# The command line of the script that sources this.
COMMAND="$(self)${*:+ ${*@Q}}"

# kernel_source: the name of the package, or of what was given in its place.
kernel_source() {
	local given=${KERNEL_TREE:-${KERNEL_TARBALL-}}

	if [ -n "$given" ]; then basename -- "$given"; else basename "$(QUIET=1 "$LAB/kernel/fetch.sh")" .tar.xz; fi
}

# measured_code: the commit, and whether there are changes without a commit.
measured_code() {
	local commit state=clean

	commit=$(lab_git -C "$TOP" rev-parse HEAD 2>/dev/null) || commit=unknown
	lab_git -C "$TOP" diff --quiet HEAD 2>/dev/null ||
		state="with changes that have no commit ($(lab_git -C "$TOP" diff HEAD 2>/dev/null | short_hash))"
	echo "$commit, $state"
}

# describe_run COMMAND...: print the file "run": code, kernel, QEMU, machine, date, command. It
# has no paths of this machine.
describe_run() {
	cat <<-END
		code     $(measured_code)
		kernel   $(kernel_source)
		qemu     $("$QEMU" --version | sed -n 1p)
		machine  $(sed -n '/^model name/{s/.*: //p;q}' /proc/cpuinfo), $(nproc) processors
		date     $(date +%Y-%m-%d)
		command  $(sed -E "s,'/[^']*/,',g" <<<"$*")
	END
}

# in_common FILE: the lines that must be the same for all runs in one table.
in_common() { grep -v '^date\|^command' "$1"; }

# run_code FILE: the code in such a file.
run_code() { sed -n 's/^code  *//p' "$1" 2>/dev/null; }

# published_table: the table of the newest run of the bench with a date as its name, if any.
published_table() { { find "$RESULTS/bench" -path "$RESULTS/bench/20*/table.txt" 2>/dev/null || true; } | sort | tail -1; }

# may_be_published RUN-FILE: die unless the code that was measured has a commit.
may_be_published() {
	[[ $(run_code "$1") == *', clean' ]] || die "the code that was measured has no commit" "commit it, measure again, and publish that"
}

# published_as WHAT RUN-FILE: make results/WHAT/NAME and print its path. Dies if it exists, or
# if the code that was measured has no commit.
published_as() {
	local to=$RESULTS/$1/${NAME:-$(sed -n 's/^date  *//p' "$2")}

	may_be_published "$2"
	[ ! -e "$to" ] || die "${to#"$TOP/"} is there already" "give another name with NAME="
	mkdir -p "$to"
	echo "$to"
}

# put_between FILE WHAT TEXT: replace what is between the lines <!-- WHAT --> and
# <!-- /WHAT --> of FILE.
put_between() {
	[ -w "$1" ] || return 0
	text=$3 awk -v what="$2" '
		$0 == "<!-- /" what " -->" { inside = 0 }
		!inside { print }
		$0 == "<!-- " what " -->" { inside = 1; print ENVIRON["text"] }' "$1" >"$1.new"
	mv "$1.new" "$1"
}

# table_text DIR TABLE: the text in the docs for a table of a published run.
table_text() {
	local dir=${1#"$TOP/"}

	cat <<-END
		From [$dir](../$dir):

		\`\`\`
		$(cat "$1/$2")
		\`\`\`
	END
}

# show_in_docs WHAT DIR TABLE: put the table into docs/results.md.
show_in_docs() { put_between "${LAB_DOCS:-$TOP/docs}/results.md" "$1" "$(table_text "$2" "$3")"; }

# The rows of the demo's report for README, by their first words.
README_ROWS='time in backup|pages allocated to back up|time in restore|came back in blocks of 64 KiB and more|time to finish|  median latency'

# demo_text DIR: README's text for the demo's report in DIR.
demo_text() {
	echo '```'
	sed -n '/^  *copy  *zero copy/p' "$1/report.txt"
	grep -E "^($README_ROWS) " "$1/report.txt"
	echo '```'
	echo
	printf 'Linux with the patches of %s, measured %s.' "$(run_code "$1/run" | cut -c1-12)" "$(sed -n 's/^date  *//p' "$1/run")"
}

# time_text DIR: README's text for the bench's measurements in real time.
time_text() {
	echo '```'
	awk -F, '
		$5 != "resident" { next }
		{ ns[$1, $2, $3] = $6 }
		function row(label, order,    i, out) {
			out = sprintf("%-21s", label)
			for (i = 1; i <= n; i++)
				out = out sprintf(" %10.1f %10.1f %6.0fx", ns[op[i], "copy", order], ns[op[i], "zero_copy", order],
					ns[op[i], "copy", order] / ns[op[i], "zero_copy", order])
			print out
		}
		END {
			n = split("backup restore", op, " ")
			print "                        out: copy  zero copy   ratio back: copy  zero copy   ratio"
			row("single pages", 0); row("blocks of 64 KiB", 4); row("blocks of 2 MiB", 9)
		}' "$1/time.csv"
	echo '```'
	echo
	printf 'Nanoseconds a page, cached, in memory, medians of five boots; patches of %s, measured %s.' \
		"$(run_code "$1/run" | cut -c1-12)" "$(sed -n 's/^date  *//p' "$1/run")"
}

# publish_run WHAT TABLE COMMAND FILE...: copy the files of $DIR, and the file "run", to the
# results of WHAT, and show TABLE in the docs. COMMAND makes it. $MARK is its mark in the docs,
# if that is not WHAT.
publish_run() {
	local to

	[ -s "$DIR/$2" ] || die "there is no ${2%.txt} to publish" "make one: $3"
	to=$(published_as "$1" "$DIR/run")
	cp -r "$DIR/run" "${@:4}" "$to/"
	show_in_docs "${MARK:-$1}" "$to" "$2"
	say "published: ${to#"$TOP/"}"
}
