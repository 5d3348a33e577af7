#!/bin/bash
# mm-tests.sh [option...]: compare the verdicts of mm's own selftests on the stock kernel and
# on ours.
#
# Builds both kernels with the options that these tests need (lab/config/mm-tests.config), and
# the tests with their own Makefile, from the stock tree. Boots each kernel and runs the tests
# in lab/mm-tests/tests.tsv. If the verdicts of a test differ, it runs twice more on both
# kernels, in one boot each. It differs if no run on one kernel is like a run on the other.
# Takes half an hour.
#
#   --only 'A B'     only these tests
#   --kernel DIR     our kernel: boot the build in DIR as it is
#   --stock DIR      the stock kernel: boot the build in DIR as it is
#   --publish        run nothing; copy the table to results/mm-tests/NAME (NAME=; the date),
#                    which must be new, and show it in docs/results.md. The code must have a
#                    commit
#
# Leaves table.txt, the verdicts of each run and the output of each test in out/mm-tests/.
# Ends with 1 if a test differs, or if our kernel complains and the stock kernel does not.

. "$(dirname "$0")/lib.sh"
. "$LAB/vm/selftests.sh"
. "$LAB/vm/kernel-log.sh"
. "$LAB/report/publish.sh"
usage_if_asked "$@"

TESTS=$LAB/mm-tests/tests.tsv
names() { sed '/^#/d' "$TESTS" | cut -f 1; }

only='' kernel='' stock='' publish=''
while [ $# -gt 0 ]; do
	case $1 in
	--only) assign "$@"; shift ;;
	--kernel) value "$@"; kernel=$(realpath -- "$2"); shift ;;
	--stock) value "$@"; stock=$(realpath -- "$2"); shift ;;
	--publish) publish=1 ;;
	*) unknown "$1" ;;
	esac
	shift
done
for name in $only; do
	names | grep -qx -- "$name" || die "there is no test '$name'" "one of: $(names | xargs)"
done

DIR=$OUT/mm-tests
AGAIN=2
export CONFIG_EXTRA=$LAB/config/mm-tests.config
unset DEBUG KCSAN GDB LLVM

# build_tests TREE OBJDIR: in $SCRATCH/tests. They are linked statically.
build_tests() {
	local folders

	folders=$(sed '/^#/d' "$TESTS" | cut -f 3 | cut -d / -f 1 | sort -u | xargs)
	uapi_headers "$1" "$2"
	step "building the selftests ($folders)"
	quiet_make -C "$1/tools/testing/selftests" TARGETS="$folders" O="$SCRATCH/obj" FORCE_TARGETS=1 \
		KHDR_INCLUDES="-isystem $2/usr/include" USERLDFLAGS=-static \
		KSFT_INSTALL_PATH="$SCRATCH/tests" -j"$(nproc)" install ||
		die "mm's selftests do not build" "see the lines above"
}

# guest_files: options for run.sh: the programs of the list.
guest_files() {
	local program

	sed '/^#/d' "$TESTS" | cut -f 3 | cut -d ' ' -f 1 | sort -u | while read -r program; do
		printf '%s\n' --add "$SCRATCH/tests/$program:/mm/$program"
	done
}

# boot NAME KERNEL TEST...: the verdicts are in DIR/NAME.tsv.
boot() {
	local files

	printf '%s\n' "${@:3}" >"$SCRATCH/wanted"
	mapfile -t files < <(guest_files)
	step "$1: $(($# - 2)) tests"
	rm -rf "${DIR:?}/$1"
	"$LAB/vm/run.sh" --kernel "$2" --mem 2048 --swap 1024 --timeout 3600 "${files[@]}" --append lab.novttm \
		--add "$TESTS:/mm/tests.tsv" --add "$SCRATCH/wanted:/mm/wanted" --files "$DIR/$1" \
		--console "$DIR/$1.console" -- "$LAB/mm-tests/job.sh" >"$DIR/$1.said" ||
		die "the tests have not ended on the $1 kernel" "see the lines above, and ${DIR#"$TOP/"}/$1.said"
	(cd "$DIR/$1" && awk -f "$LAB/mm-tests/verdicts.awk" "${@:3}") >"$DIR/$1.tsv"
}

# of TEST RUN: its verdicts.
of() { awk -F'\t' -v test="$1" '$1 == test' "$DIR/$2.tsv"; }

# alike TEST STOCK-RUN PATCHED-RUN
alike() { [ "$(of "$1" "$2")" = "$(of "$1" "$3")" ]; }

# differ TEST RUN...: no run of the stock kernel is like one of ours. RUN is "", ".1", ...
differ() {
	local a b

	for a in "${@:2}"; do
		for b in "${@:2}"; do
			! alike "$1" "stock$a" "patched$b" || return 0
		done
	done
	echo "$1"
}

# complaints RUN: of its kernel, without addresses.
complaints() { log_tap "$DIR/$1.console" | sed -n 's/^not ok [0-9]* //p' | sed 's/ at [^ ]*//; s/[0-9]\+/N/g' | sort -u; }

count() { awk -F'\t' -v verdict="$2" '$2 != "status" && $3 == verdict' "$DIR/$1.tsv" | wc -l; }

table() {
	local name run

	echo "mm's own selftests on the stock kernel and on ours: $# tests"
	echo "code $(run_code "$DIR/run")"
	echo
	printf '%-10s %8s %8s %8s\n' '' passed failed skipped
	for run in stock patched; do
		printf '%-10s %8d %8d %8d\n' "$run" "$(count $run pass)" "$(count $run fail)" "$(count $run skip)"
	done
	echo
	[ -s "$DIR/unsteady" ] && echo "Not the same from run to run, on the stock kernel as on ours: $(xargs <"$DIR/unsteady")"
	if [ -s "$DIR/differ" ]; then echo "DIFFERENT: $(xargs <"$DIR/differ")"; else echo 'All others have the same verdicts on both.'; fi
}

if [ -n "$publish" ]; then
	publish_run mm-tests table.txt "make mm-tests" "$DIR"/{table.txt,stock.tsv,patched.tsv}
	exit 0
fi
"$LAB/deps.sh" mm-tests
[ -n "$kernel" ] || kernel=$("$LAB/kernel/build.sh" --quiet)
[ -n "$stock" ] || stock=$(STOCK=1 "$LAB/kernel/build.sh" --quiet)
scratch
rm -rf "$DIR"
mkdir -p "$DIR"
describe_run "$COMMAND" >"$DIR/run"
build_tests "$(dirname "$stock")/linux" "$stock"
read -r -a wanted <<<"${only:-$(names | xargs)}"
boot stock "$stock" "${wanted[@]}"
boot patched "$kernel" "${wanted[@]}"
for name in "${wanted[@]}"; do differ "$name" ''; done >"$DIR/unsteady"
runs=('')
for again in $(seq "$AGAIN"); do
	[ -s "$DIR/unsteady" ] || break
	mapfile -t some <"$DIR/unsteady"
	boot "stock.$again" "$stock" "${some[@]}"
	boot "patched.$again" "$kernel" "${some[@]}"
	runs+=(".$again")
done
while read -r name; do differ "$name" "${runs[@]}"; done <"$DIR/unsteady" >"$DIR/differ"
grep -vxFf "$DIR/differ" "$DIR/unsteady" >"$SCRATCH/unsteady" || true
cp "$SCRATCH/unsteady" "$DIR/unsteady"
table "${wanted[@]}" >"$DIR/table.txt"
cat "$DIR/table.txt"
say "All of it: ${DIR#"$TOP/"}"
while read -r name; do diff -u "$DIR/stock/$name" "$DIR/patched/$name" | head -40 >&2 || true; done <"$DIR/differ"
[ ! -s "$DIR/differ" ] || die "the series changes the verdicts of: $(xargs <"$DIR/differ")" "what each said is in ${DIR#"$TOP/"}"
new=$(comm -13 <(complaints stock) <(complaints patched))
[ -z "$new" ] || die "our kernel complains where the stock kernel does not: $(sed -n 1p <<<"$new")" "${DIR#"$TOP/"}/patched.console"
