# shellcheck shell=bash
# The tests that a tree has, which may be linux/; only.sh, complete.sh and others
# source this.

# suites TREE: the names of the KUnit suites that the lab's kernels have.
suites() {
	awk '/^static struct kunit_suite / { suite = 1 }
	     suite && $1 == ".name" { split($0, part, "\""); print part[2]; suite = 0 }' \
		"$1"/mm/tests/shmem_*.c "$1"/drivers/gpu/drm/ttm/tests/*.c
}

# selftest_names TREE: of the programs.
selftest_names() { (cd "$1/tools/testing/selftests/drivers/vttm" && printf '%s\n' *.c | sed 's/\.c$//'); }
