// SPDX-License-Identifier: GPL-2.0
/* The clients' findings, in memory shared with the coordinator. */
#include <sys/mman.h>

#include "demo.h"

/* Locked, so that recording a fault-in never faults itself. */
struct tally *tally_create(void)
{
	void *p = mmap(NULL, sizeof(struct tally), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED || mlock(p, sizeof(struct tally)) < 0)
		return NULL;
	return p;
}

void tally_fault(struct tally *tally, uint64_t ns, size_t bytes)
{
	unsigned int i = atomic_fetch_add(&tally->faults, 1);

	if (i < MAX_FAULTS)
		tally->fault[i] = (struct fault_in){ ns, bytes };
}
