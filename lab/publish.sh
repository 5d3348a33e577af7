# shellcheck shell=bash
# publish.sh: for scripts that keep measurements below results/: what has measured them,
# and how they get there.

# The package, or what was given in its place.
kernel_source() {
	local given=${KERNEL_TREE:-${KERNEL_TARBALL-}}

	if [ -n "$given" ]; then basename -- "$given"; else basename "$(QUIET=1 "$LAB/fetch.sh")" .tar.xz; fi
}

# measured_code: the commit, and whether there is something that it does not have.
measured_code() {
	local commit state=clean

	commit=$(lab_git -C "$TOP" rev-parse HEAD 2>/dev/null) || commit=unknown
	lab_git -C "$TOP" diff --quiet HEAD 2>/dev/null || state='with changes that have no commit'
	echo "$commit, $state"
}

# describe_run COMMAND...: what is about to be measured, as the file "run". Where a folder
# is on this machine is nobody's business.
describe_run() {
	cat <<-END
		code     $(measured_code)
		kernel   $(kernel_source)
		qemu     $(qemu-system-x86_64 --version | sed -n 1p)
		machine  $(sed -n '/^model name/{s/.*: //p;q}' /proc/cpuinfo), $(nproc) processors
		date     $(date +%Y-%m-%d)
		command  $(sed -E "s,'/[^']*/,',g" <<<"$*")
	END
}

# run_code FILE: what such a file says of the code.
run_code() { sed -n 's/^code  *//p' "$1" 2>/dev/null; }

# published_as WHAT RUN-FILE: makes results/WHAT/NAME and prints its path. It must not be
# there yet, and the code that was measured must have a commit.
published_as() {
	local to=$RESULTS/$1/${NAME:-$(sed -n 's/^date  *//p' "$2")}

	[[ $(run_code "$2") == *', clean' ]] || die "the code that was measured has no commit" "commit it, measure, and publish then"
	[ ! -e "$to" ] || die "${to#"$TOP/"} is there already" "give the results another NAME="
	mkdir -p "$to"
	echo "$to"
}

# show_in_docs WHAT DIR TABLE: in docs/results.md, between <!-- WHAT --> and <!-- /WHAT -->.
show_in_docs() {
	local docs=${LAB_DOCS:-$TOP/docs}/results.md

	[ -w "$docs" ] || return 0
	awk -v what="$1" -v dir="${2#"$TOP/"}" -v table="$2/$3" '
		$0 == "<!-- /" what " -->" { inside = 0 }
		!inside { print }
		$0 == "<!-- " what " -->" {
			inside = 1
			printf "From [%s](../%s):\n\n```\n", dir, dir
			while ((getline line < table) > 0)
				print line
			print "```"
		}' "$docs" >"$docs.new"
	mv "$docs.new" "$docs"
}

# publish_run WHAT TABLE HINT FILE...: these of $DIR, and the file "run", as the results of
# WHAT; TABLE is shown in the docs. HINT makes it.
publish_run() {
	local to

	[ -s "$DIR/$2" ] || die "there is no ${2%.txt} to publish" "$3"
	to=$(published_as "$1" "$DIR/run")
	cp "$DIR/run" "${@:4}" "$to/"
	show_in_docs "$1" "$to" "$2"
	say "published: ${to#"$TOP/"}"
}
