// SPDX-License-Identifier: GPL-2.0
/* Several shrinkers at once: time, not instructions. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define ROUNDS	4

/* What the processes share: a starting line, and their times added up. */
struct race {
	int waiting;
	bool go;
};

static void worker(struct race *race, const char *path, struct shape shape)
{
	struct buffer b;
	int i;

	/* A client of its own. */
	buffers_open();
	b = buffer_create(shape, false);
	limit_take(path, &shape);
	__atomic_add_fetch(&race->waiting, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&race->go, __ATOMIC_SEQ_CST))
		usleep(100);
	for (i = 0; i < ROUNDS; i++) {
		buffer_shrink(&b, false);
		buffer_restore(&b);
	}
	exit(0);
}

static void start(struct race *race, const char *path, struct shape shape,
		  unsigned int nr)
{
	unsigned int i;

	fflush(stdout);
	for (i = 0; i < nr; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			worker(race, path, shape);
	}
	while (__atomic_load_n(&race->waiting, __ATOMIC_SEQ_CST) < (int)nr)
		usleep(1000);
}

static void finish(void)
{
	int status;

	while (wait(&status) > 0) {
		if (status) {
			fprintf(stderr, "bench: a parallel shrinker failed\n");
			exit(1);
		}
	}
}

static void measure(const char *path, struct shape shape, unsigned int nr)
{
	struct race *race = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double ns;

	if (race == MAP_FAILED)
		die("mmap");
	buffers_prepare();
	start(race, path, shape, nr);
	ns = now_ns();
	__atomic_store_n(&race->go, true, __ATOMIC_SEQ_CST);
	finish();
	ns = (now_ns() - ns) / (double)(nr * shape.nr_pages * ROUNDS);
	printf("shrinkers,%u,round_trip,%s,%.2f,ns/page\n", nr, path, ns);
	fflush(stdout);
	munmap(race, PAGE);
}

void part_parallel(const struct options *o)
{
	struct shape shape = { .nr_pages = o->mib * PAGES_PER_MIB };
	const char *const *path;
	const unsigned int *order;
	unsigned int nr;

	for (order = o->orders; *order != ~0U; order++)
		for (path = paths(); *path; path++)
			for (nr = 1; nr <= o->clients; nr *= 2) {
				shape.order = *order;
				choose_path(*path);
				measure(*path, shape, nr);
			}
}
