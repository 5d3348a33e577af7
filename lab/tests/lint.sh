#!/bin/bash
# lint.sh reports new warnings and where they are, and no old ones.

. "$(dirname "$0")/tap.bash"
fixture
# A spelling mistake, but not for a spell checker that reads this file.
typo=mis'pelled'
lint() { "$LAB/lint.sh" "$@" >"$WORK/said" 2>&1; }
# said CHECK: its complaints in the last run.
said() { sed -n "s/^ *FAIL lint $1: //p" "$WORK/said" | xargs -d '\n'; }

# Stand-ins for the kernel's tools. They complain about BAD.
mkdir -p "$KERNEL_TREE/scripts"
cat >"$KERNEL_TREE/scripts/checkpatch.pl" <<'TOOL'
open MAIL, $ARGV[-1];
while (<MAIL>) {
	$bad = 1 if /BAD/;
	print ":$.: WARNING:BAD: a bad word\n" if /^BAD/;
	print "mm/new/a.c:1: WARNING:BAD: a bad word\n" if /^\+.*BAD/;
	print "mm/new/trace.h:2: CHECK:OPEN_ENDED_LINE: layout\n" if /^\+TRACE_EVENT/;
	print "mm/new/a.c:1: CHECK:CAMELCASE: Avoid CamelCase: <$1>\n" if /^\+.*\b(\w+Name)/;
}
exit $bad;
TOOL
cat >"$KERNEL_TREE/scripts/get_maintainer.pl" <<'TOOL'
print "MEMORY MANAGEMENT\n" if $ARGV[-1] =~ m|^mm/|;
print "THE REST\n";
TOOL
cat >"$KERNEL_TREE/scripts/kernel-doc" <<'TOOL'
#!/bin/sh
shift 2
grep -nH BAD "$@" | sed 's/^/Warning: /'
TOOL
chmod +x "$KERNEL_TREE/scripts/kernel-doc"
sed -i "1s/.*/BAD $typo/" "$KERNEL_TREE/mm/old.c"

checks=(checkpatch maintainers codespell kernel-doc)
check 'no new warnings' lint "${checks[@]}"
check 'closes with the sum' same "$(tail -1 "$WORK/said")" '5 passed, 0 failed, 0 skipped'

# Everything wrong at once.
printf '%s\n' BAD __ClearPageName NewName "/* a $typo word */" >"$LAB_LINUX/mm/new/a.c"
echo 'TRACE_EVENT(x,' >"$LAB_LINUX/mm/new/trace.h"
sed -i "s/^Why it is done/BAD in a message, $typo/" "$LAB_LINUX"/patches/0002*
mkdir "$LAB_LINUX/stray"
echo x >"$LAB_LINUX/stray/x.c"
sed -i 's|mm/new|& stray|' "$LAB_LINUX/patches/series"
check 'new warnings are a failure' fails lint "${checks[@]}"
check 'checkpatch: the line, the message and our names are reported' same "$(said checkpatch)" \
	'message of "mm: add the new": WARNING:BAD: a bad word mm/new/a.c:1: WARNING:BAD: a bad word mm/new/a.c:1: CHECK:CAMELCASE: Avoid CamelCase: <NewName>'
check 'maintainers: a file in no section is reported' same "$(said maintainers)" 'stray/x.c: in no section of MAINTAINERS'
check 'codespell: new lines and messages are reported, old ones are not' same "$(said codespell)" \
	"mm-add-the-new:3: $typo ==> misspelled mm/new/a.c:4: $typo ==> misspelled"
check 'kernel-doc: new warnings are reported, old ones are not' same "$(said kernel-doc)" 'Warning: mm/new/a.c:1:BAD'
check 'closes with the sum' same "$(tail -1 "$WORK/said")" '1 passed, 7 failed, 0 skipped'

echo 'exit 2;' >"$KERNEL_TREE/scripts/checkpatch.pl"
check 'a tool that breaks is a failure' fails lint checkpatch
check 'a tool that breaks is reported' same "$(said checkpatch)" 'checkpatch.pl ended with status 2 checkpatch.pl ended with status 2'
check 'an unknown check' fails_saying "has no check 'none'" "$LAB/lint.sh" none

new() { printf '%s\n' "$1" >"$WORK/base"; printf '%s\n' "$2" >"$WORK/head"; awk -f "$LAB/lint/new-warnings.awk" "$WORK/base" "$WORK/head" | xargs -d '\n'; }
check 'a warning that moved is not new' same "$(new 'a.c:1:2: warning: x' 'a.c:7:2: warning: x')" ''
check 'a warning in another file is new' same "$(new 'a.c:1: warning: x' 'b.c:1: warning: x')" 'b.c:1: warning: x'
check 'the same warning at a second place in the file is new' same \
	"$(new 'a.c:1: warning: x' $'a.c:1: warning: x\na.c:9: warning: x')" 'a.c:9: warning: x'
check 'the same line from another object is not new' same \
	"$(new 'a.h:1: warning: x' $'a.h:1: warning: x\na.h:1: warning: x')" ''
check 'all warnings are new if there were none' same "$(new '' 'a.c:1: warning: x')" 'a.c:1: warning: x'
done_testing
