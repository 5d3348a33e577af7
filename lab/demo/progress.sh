#!/bin/bash
# progress.sh: draw the demo's progress lines (stdin to stdout).
#
# A line "@progress RUN PHASE BYTES OF PAGES_OUT PAGES_IN MS" becomes a bar
# that redraws itself on a terminal, and elsewhere a plain line for every tenth
# of the way. All other lines pass through.

. "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
usage_if_asked "$@"

WIDTH=24
RUN='' OUT_BEFORE=0 IN_BEFORE=0 MS_BEFORE=0 TENTH=-1
DRAWN= # a bar stands on the current line
LIVE=
[ ! -t 1 ] || LIVE=1

# rate PAGES MS: MB/s.
rate() { echo $(($2 > 0 ? $1 * 4096 / ($2 * 1000) : 0)); }

# bar PERCENT
bar() {
	local full=$(($1 * WIDTH / 100)) hashes dots

	printf -v hashes '%*s' "$full" ''
	printf -v dots '%*s' "$((WIDTH - full))" ''
	echo "${hashes// /#}${dots// /.}"
}

# show PERCENT TEXT: rewrite the line, or write one when it is worth it.
show() {
	if [ -n "$LIVE" ]; then
		printf '\r\033[K%s' "$2"
		DRAWN=1
	elif [ $(($1 / 10)) -ne "$TENTH" ]; then
		printf '%s\n' "$2"
	fi
	TENTH=$(($1 / 10))
}

# end_bar: leave the bar as it is and go on below it.
end_bar() {
	[ -z "$DRAWN" ] || printf '\n'
	DRAWN=
}

# progress RUN PHASE BYTES OF PAGES_OUT PAGES_IN MS
progress() {
	local percent=$(($4 > 0 ? $3 * 100 / $4 : 100)) text

	if [ "$1" != "$RUN" ]; then
		end_bar
		RUN=$1 OUT_BEFORE=0 IN_BEFORE=0 MS_BEFORE=0 TENTH=-1
	fi
	printf -v text '%-10s%-6s[%s] %3d%%  out %4d MB/s  in %4d MB/s  %3d s' \
		"${1/_/ }" "$2" "$(bar "$percent")" "$percent" \
		"$(rate $(($5 - OUT_BEFORE)) $(($7 - MS_BEFORE)))" \
		"$(rate $(($6 - IN_BEFORE)) $(($7 - MS_BEFORE)))" $(($7 / 1000))
	show "$percent" "$text"
	OUT_BEFORE=$5 IN_BEFORE=$6 MS_BEFORE=$7
}

while IFS= read -r line; do
	if [[ $line == '@progress '* ]]; then
		# The fields are words.
		# shellcheck disable=SC2086
		progress ${line#@progress }
	else
		end_bar
		printf '%s\n' "$line"
	fi
done
end_bar
