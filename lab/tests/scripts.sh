#!/bin/bash
# Every script of the lab passes shellcheck and explains itself.

. "$(dirname "$0")/tap.bash"
cd "$LAB/.." || exit

helps() { "$1" --help | grep -q "^Usage: lab/$(basename "$1")"; }
# Where there is nothing to lose.
refuses() { LAB_BUILD=$WORK/build LAB_OUT=$WORK/out fails_saying "does not know '-n'" "$1" -n; }
fails_saying_make() { ! make "${@:2}" >"$WORK/said" 2>&1 && grep -q "$1" "$WORK/said"; }

for script in lab/*.sh lab/um/*.sh lab/tests/*.sh lab/tests/*.bash .ci/run lab/init lab/init-setup; do
	check "shellcheck $script" shellcheck "$script"
done
for script in lab/*.sh; do
	# Guest jobs and files to source are not run on the host.
	! grep -Eq '^(usage_if_asked|takes_nothing) "' "$script" || check "$script --help" helps "$script"
	! grep -q '^takes_nothing "' "$script" || check "$script -n" refuses "$script"
done
check 'an option without its value' fails_saying '--mem needs a value' lab/run.sh --mem
check 'an input that make does not know' fails_saying_make 'no input MEMORY' demo MEMORY=4096
check 'inputs of several words' same "$(make -n shell CMD='echo a=1 b' SETUP='mglru zram' 2>&1)" 'lab/shell.sh'
check 'a verb that make does not know' fails_saying_make "no verb 'chek'" chek
check 'a dry run runs nothing' same "$(make -n shell CMD=true 2>&1)" 'lab/shell.sh'
check 'make help names every verb' same \
	"$(make -s help | sed -n 's/^  make \([a-z-]*\).*/\1/p' | xargs)" "$(sed -n 's/^VERBS := //p' Makefile)"
done_testing
