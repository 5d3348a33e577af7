#!/bin/bash
# What README and docs/results.md show is what was published, to the digit.

. "$(dirname "$0")/tap.bash"
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../publish.sh"
set +e

# shown FILE WHAT: what stands between the marks.
shown() { sed -n "/^<!-- $2 -->$/,/^<!-- \\/$2 -->$/{/^<!-- /d;p}" "$1"; }

# newest WHAT: the folder of the run that was published last, of those with a date for a name.
newest() { find "$RESULTS/$1" -mindepth 1 -maxdepth 1 -name '20*' | sort | tail -1; }

# age RUN-FILE: how often linux/ has changed since.
age() {
	local code

	code=$(run_code "$1")
	echo "# ${1#"$TOP/"}: linux/ has changed $(lab_git -C "$TOP" rev-list --count "${code%%,*}..HEAD" -- linux 2>/dev/null || echo an unknown number of) times since"
}

check 'README: the demo' cmp <(shown "$TOP/README.md" demo) <(demo_text "$TOP/docs/demo"; echo)
age "$TOP/docs/demo/run"
while read -r what table; do
	run=$(newest "$what")
	check "docs/results.md: $what" cmp <(shown "$TOP/docs/results.md" "$what") <(table_text "$run" "$table")
	age "$run/run"
done <<-END
	hibernate report.txt
	owner table.txt
	setups table.txt
END
done_testing
