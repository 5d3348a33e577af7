# shellcheck shell=bash
# The names of the tests in a tree, such as linux/. only.sh, complete.sh and others source
# this.

# suites TREE: print the names of the KUnit suites in the lab's kernels.
suites() {
	awk '/^static struct kunit_suite / { suite = 1 }
	     suite && $1 == ".name" { split($0, part, "\""); print part[2]; suite = 0 }' \
		"$1"/mm/tests/shmem_*.c "$1"/drivers/gpu/drm/ttm/tests/*.c
}

# selftest_names TREE: print the names of the selftests.
selftest_names() { (cd "$1/tools/testing/selftests/drivers/vttm" && printf '%s\n' *.c | sed 's/\.c$//'); }
