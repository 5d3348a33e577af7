#!/bin/bash
# Every script of the lab passes shellcheck and explains itself.

. "$(dirname "$0")/tap.bash"
cd "$LAB/.." || exit

helps() { "$1" --help | grep -q "^$(basename "$1")"; }
for script in lab/*.sh lab/um/*.sh lab/tests/*.sh lab/tests/*.bash .ci/run lab/init lab/init-setup; do
	check "shellcheck $script" shellcheck "$script"
done
for script in lab/*.sh; do
	# Guest jobs and files to source are not run on the host.
	! grep -q '^usage_if_asked "' "$script" || check "$script --help" helps "$script"
done
check 'make help names every verb' same \
	"$(make -s help | sed -n 's/^  make \([a-z-]*\).*/\1/p' | xargs)" "$(sed -n 's/^VERBS := //p' Makefile)"
done_testing
