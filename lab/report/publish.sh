# shellcheck shell=bash disable=SC2034
# publish.sh: for scripts that keep measurements below results/: what has measured them,
# and how they get there.

# What the script that sources this was told to do.
COMMAND="$(self)${*:+ ${*@Q}}"

# The package, or what was given in its place.
kernel_source() {
	local given=${KERNEL_TREE:-${KERNEL_TARBALL-}}

	if [ -n "$given" ]; then basename -- "$given"; else basename "$(QUIET=1 "$LAB/kernel/fetch.sh")" .tar.xz; fi
}

# measured_code: the commit, and whether there is something that it does not have.
measured_code() {
	local commit state=clean

	commit=$(lab_git -C "$TOP" rev-parse HEAD 2>/dev/null) || commit=unknown
	lab_git -C "$TOP" diff --quiet HEAD 2>/dev/null ||
		state="with changes that have no commit ($(lab_git -C "$TOP" diff HEAD 2>/dev/null | short_hash))"
	echo "$commit, $state"
}

# describe_run COMMAND...: what is about to be measured, as the file "run". Where a folder
# is on this machine is nobody's business.
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

# in_common FILE: what must be the same in all of what becomes one table.
in_common() { grep -v '^date\|^command' "$1"; }

# run_code FILE: what such a file says of the code.
run_code() { sed -n 's/^code  *//p' "$1" 2>/dev/null; }

# published_table: of the last run of the bench that has a date for a name, if any.
published_table() { find "$RESULTS/bench" -path "$RESULTS/bench/20*/table.txt" 2>/dev/null | sort | tail -1; }

# may_be_published RUN-FILE: the code that was measured must have a commit.
may_be_published() {
	[[ $(run_code "$1") == *', clean' ]] || die "the code that was measured has no commit" "commit it, measure, and publish then"
}

# published_as WHAT RUN-FILE: makes results/WHAT/NAME and prints its path. It must not be
# there yet, and the code that was measured must have a commit.
published_as() {
	local to=$RESULTS/$1/${NAME:-$(sed -n 's/^date  *//p' "$2")}

	may_be_published "$2"
	[ ! -e "$to" ] || die "${to#"$TOP/"} is there already" "give the results another NAME="
	mkdir -p "$to"
	echo "$to"
}

# put_between FILE WHAT TEXT: in FILE, between the lines <!-- WHAT --> and <!-- /WHAT -->.
put_between() {
	[ -w "$1" ] || return 0
	text=$3 awk -v what="$2" '
		$0 == "<!-- /" what " -->" { inside = 0 }
		!inside { print }
		$0 == "<!-- " what " -->" { inside = 1; print ENVIRON["text"] }' "$1" >"$1.new"
	mv "$1.new" "$1"
}

# table_text DIR TABLE: how the docs show a table of a published run.
table_text() {
	local dir=${1#"$TOP/"}

	cat <<-END
		From [$dir](../$dir):

		\`\`\`
		$(cat "$1/$2")
		\`\`\`
	END
}

# show_in_docs WHAT DIR TABLE: in docs/results.md.
show_in_docs() { put_between "${LAB_DOCS:-$TOP/docs}/results.md" "$1" "$(table_text "$2" "$3")"; }

# The rows of the demo's report that README shows, by the words they begin with.
README_ROWS='time in backup|pages allocated to back up|time in restore|came back in blocks of 64 KiB and more|time to finish|  median latency'

# demo_text DIR: how README shows the demo's report, which is in DIR beside the file "run".
demo_text() {
	echo '```'
	sed -n '/^  *copy  *zero copy/p' "$1/report.txt"
	grep -E "^($README_ROWS) " "$1/report.txt"
	echo '```'
	echo
	printf 'Linux with the patches of %s, measured %s.' "$(run_code "$1/run" | cut -c1-12)" "$(sed -n 's/^date  *//p' "$1/run")"
}

# time_text DIR: how README shows what the bench measured in real time.
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

# publish_run WHAT TABLE HINT FILE...: these of $DIR, and the file "run", as the results of
# WHAT; TABLE is shown in the docs. HINT makes it. $MARK is what the docs call it, if not
# WHAT.
publish_run() {
	local to

	[ -s "$DIR/$2" ] || die "there is no ${2%.txt} to publish" "$3"
	to=$(published_as "$1" "$DIR/run")
	cp -r "$DIR/run" "${@:4}" "$to/"
	show_in_docs "${MARK:-$1}" "$to" "$2"
	say "published: ${to#"$TOP/"}"
}
