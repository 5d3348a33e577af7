#!/bin/bash
# Every script of the lab passes shellcheck and has --help. make refuses what it does not know.

. "$(dirname "$0")/tap.bash"
cd "$LAB/.." || exit

helps() { "$1" --help | grep -qE "^Usage: $1( |\$)"; }
# In folders that may be deleted.
refuses() { LAB_BUILD=$WORK/build LAB_OUT=$WORK/out fails_saying "does not know '-n'" "$1" -n; }
fails_saying_make() { ! make "${@:2}" >"$WORK/said" 2>&1 && grep -q "$1" "$WORK/said"; }

# By their names, or by how they begin.
mapfile -t scripts < <({ find lab .ci -name '*.sh' -o -name '*.bash'; grep -rlIE '^(#!/bin/(ba)?sh|# shellcheck shell=)' lab .ci; } | sort -u)
for script in "${scripts[@]}"; do
	check "shellcheck $script" shellcheck "$script"
done
for script in "${scripts[@]}"; do
	# Guest jobs and files to source are not run on the host.
	! grep -Eq '^(usage_if_asked|takes_nothing) "' "$script" || check "$script --help" helps "$script"
	! grep -q '^takes_nothing "' "$script" || check "$script -n" refuses "$script"
done
check 'an option without its value' fails_saying '--mem needs a value' lab/vm/run.sh --mem
check 'an input that make does not know' fails_saying_make 'no input MEMORY' demo MEMORY=4096
check 'inputs of several words' same "$(make -n shell CMD='echo a=1 b' SETUP='mglru zram' 2>&1)" 'lab/shell.sh'
check 'a verb that make does not know' fails_saying_make "no verb 'demoo'" demoo
check 'a dry run runs nothing' same "$(make -n shell CMD=true 2>&1)" 'lab/shell.sh'
check 'make -q runs nothing' same "$(make -q shell CMD=true 2>&1)" ''
check 'make help names every verb' same \
	"$(make -s help | sed -n 's/^  make \([a-z-]*\).*/\1/p' | xargs)" "$(sed -n 's/^VERBS := //p' Makefile)"
done_testing
