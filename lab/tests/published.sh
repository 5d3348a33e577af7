#!/bin/bash
# README and docs/results.md show the published numbers, to the digit.

. "$(dirname "$0")/tap.bash"
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../report/publish.sh"
set +e

# shown FILE WHAT: the text between the marks.
shown() { sed -n "/^<!-- $2 -->$/,/^<!-- \\/$2 -->$/{/^<!-- /d;p}" "$1"; }

# newest WHAT PATTERN: the folder of the newest published run with such a name.
newest() { find "$RESULTS/$1" -mindepth 1 -maxdepth 1 -name "$2" 2>/dev/null | sort | tail -1; }

# age RUN-FILE: print how often linux/ has changed since.
age() {
	local code changes='an unknown number of'

	code=$(run_code "$1")
	[ -z "$code" ] || changes=$(lab_git -C "$TOP" rev-list --count "${code%%,*}..HEAD" -- linux 2>/dev/null) || changes='an unknown number of'
	echo "# ${1#"$TOP/"}: linux/ has changed $changes times since"
}

check 'README: the demo' cmp <(shown "$TOP/README.md" demo) <(demo_text "$TOP/docs/demo"; echo)
age "$TOP/docs/demo/run"
run=$(newest bench 'time-20*')
check 'README: in real time' cmp <(shown "$TOP/README.md" time) <(time_text "$run"; echo)
while read -r mark what pattern table; do
	run=$(newest "$what" "$pattern")
	[ -n "$run" ] || {
		echo "# $mark: nothing has been published"
		continue
	}
	check "docs/results.md: $mark" cmp <(shown "$TOP/docs/results.md" "$mark") <(table_text "$run" "$table")
	age "$run/run"
done <<-END
	bench          bench      20*        table.txt
	time           bench      time-20*   table.txt
	frames         frames     20*        report.txt
	hibernate      hibernate  20*        report.txt
	owner          owner      20*        table.txt
	setups         setups     20*        table.txt
	stress-normal  stress     20??-??-??-normal figures.txt
	stress-debug   stress     20??-??-??-debug  figures.txt
	stress-mglru-zram-normal           stress 20*-mglru-zram-normal           figures.txt
	stress-mglru-zram-debug            stress 20*-mglru-zram-debug            figures.txt
	stress-mglru-zswap-swapfile-normal stress 20*-mglru-zswap-swapfile-normal figures.txt
	stress-mglru-zswap-swapfile-debug  stress 20*-mglru-zswap-swapfile-debug  figures.txt
	mm-tests       mm-tests   20*        table.txt
END
done_testing
