/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces that the KUnit suites for mm/shmem_transfer.c share: a shmem file
 * to insert into, blocks of pages to insert, and checks for the state of a
 * block, of the file and of the statistics.
 */
#ifndef _MM_TESTS_SHMEM_TRANSFER_KUNIT_H
#define _MM_TESTS_SHMEM_TRANSFER_KUNIT_H

#include <kunit/test.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/shmem_fs.h>

#include "../internal.h"
#include "../shmem_transfer.h"

/*
 * The size of the test file: four folios of the largest order there is on
 * x86, then half of an order-3 folio, the last page of which is not complete.
 */
#define TRANSFER_FILE_PAGES	(4 * 512 + 4)
#define TRANSFER_FILE_SIZE	(((loff_t)TRANSFER_FILE_PAGES << PAGE_SHIFT) - 100)

/**
 * enum transfer_shape - what a block of more than one page is made as
 * @TRANSFER_IS_FOLIO: By folio_alloc().
 * @TRANSFER_IS_COMPOUND: By alloc_pages() with __GFP_COMP.
 * @TRANSFER_IS_PLAIN: By alloc_pages() without.
 */
enum transfer_shape {
	TRANSFER_IS_FOLIO,
	TRANSFER_IS_COMPOUND,
	TRANSFER_IS_PLAIN,
};

/**
 * struct transfer_kind - how a block is allocated
 * @order: Its order.
 * @shape: Its shape.
 * @desc: The same for people.
 */
struct transfer_kind {
	unsigned int order;
	enum transfer_shape shape;
	const char *desc;
};

#define TRANSFER_FOLIO(n)	{ n, TRANSFER_IS_FOLIO, "order " #n }
#define TRANSFER_COMPOUND(n)	{ n, TRANSFER_IS_COMPOUND, "order " #n " compound" }
#define TRANSFER_PLAIN(n)	{ n, TRANSFER_IS_PLAIN, "order " #n " plain" }

/**
 * struct transfer_block - pages as a driver would own them
 * @page: The first one.
 * @kind: How they were allocated.
 * @seed: What their content is derived from.
 * @first: The number of the first page in the block whose content it has: not
 *         0 for what is a piece of another block.
 */
struct transfer_block {
	struct page *page;
	struct transfer_kind kind;
	u64 seed;
	long first;
};

/**
 * struct transfer_counters - everything that counts what a file holds
 * @i_blocks: Of the inode, in pages.
 * @alloced: Of shmem's inode info.
 * @swapped: Of shmem's inode info.
 * @nrpages: Of the mapping.
 * @file_pages: NR_FILE_PAGES, exactly.
 * @shmem: NR_SHMEM, exactly.
 * @shmem_thps: NR_SHMEM_THPS, exactly.
 * @committed: Pages committed, which moves as the file reserves none.
 */
struct transfer_counters {
	long i_blocks;
	long alloced;
	long swapped;
	long nrpages;
	long file_pages;
	long shmem;
	long shmem_thps;
	long committed;
};

/**
 * struct transfer_test - what each case starts with, in test->priv
 * @file: A kernel-internal shmem file of TRANSFER_FILE_SIZE, which accounts
 *        its pages one by one.
 * @inode: Its inode.
 * @mapping: Its mapping.
 * @empty: The counters when it was new.
 * @seed: Makes the content of each block different.
 */
struct transfer_test {
	struct file *file;
	struct inode *inode;
	struct address_space *mapping;
	struct transfer_counters empty;
	u64 seed;
};

const void *transfer_every_kind_gen_params(struct kunit *test, const void *prev,
					   char *desc);
const void *transfer_some_kinds_gen_params(struct kunit *test, const void *prev,
					   char *desc);

/*
 * Is there a warning for each misuse? Elsewhere WARN_ONCE() warns of all of them
 * together once, suppressed or not.
 */
#define TRANSFER_WARNS_OF_EACH	(IS_ENABLED(CONFIG_X86_64) && !IS_ENABLED(CONFIG_UML))

int transfer_init(struct kunit *test);
void transfer_exit(struct kunit *test);
void transfer_needs_swap(struct kunit *test);
struct file *transfer_mounted_file(struct kunit *test, bool allowed);
struct mem_cgroup *transfer_memcg(struct kunit *test);
long transfer_memcg_refs(struct mem_cgroup *memcg);

static inline struct folio *transfer_folio(const struct transfer_block *block)
{
	return (struct folio *)block->page;
}

static inline long transfer_nr(const struct transfer_block *block)
{
	return 1L << block->kind.order;
}

void transfer_needs_order(struct kunit *test, unsigned int order);
void transfer_needs_thp_swap(struct kunit *test);

struct transfer_block transfer_alloc(struct kunit *test,
				     const struct transfer_kind *kind);
struct transfer_block transfer_alloc_any(struct kunit *test,
					 const struct transfer_kind *kind);
void transfer_free(struct transfer_block *block);
int transfer_insert(struct kunit *test, const struct transfer_block *block,
		    pgoff_t index);
int transfer_insert_write(struct kunit *test,
			  const struct transfer_block *block, pgoff_t index);
void transfer_put(const struct transfer_block *block);
void transfer_remove(struct kunit *test, const struct transfer_block *block,
		     pgoff_t index);

struct transfer_block transfer_take(struct kunit *test,
				    const struct transfer_block *was,
				    pgoff_t index, long i,
				    unsigned int max_order);
long transfer_take_all(struct kunit *test, const struct transfer_block *was,
		       pgoff_t index, unsigned int max_order);

/* Read back a range of the file, and wait for its first page. */
static inline int transfer_readback(struct file *file, pgoff_t index,
				    pgoff_t nr, gfp_t gfp)
{
	shmem_readback_start(file, index, nr, gfp, NUMA_NO_NODE);
	return shmem_readback_folio(file, index, gfp, NUMA_NO_NODE);
}

struct folio *transfer_resident(struct transfer_test *t, pgoff_t index);
struct folio *transfer_isolate(struct kunit *test, pgoff_t index);
struct folio *transfer_migrate(struct kunit *test, pgoff_t index);
void transfer_swap_out(struct kunit *test, pgoff_t index, long nr);
struct transfer_block transfer_swapped_block(struct kunit *test,
					     const struct transfer_kind *kind,
					     pgoff_t index);
void transfer_read_page(struct kunit *test, pgoff_t index, long offset);
void transfer_settle(struct kunit *test, struct folio *folio, int refs);

struct page *transfer_snapshot(struct kunit *test,
			       const struct transfer_block *block);
void transfer_expect_untouched(struct kunit *test,
			       const struct transfer_block *block,
			       const struct page *snapshot);
void transfer_expect_new(struct kunit *test,
			 const struct transfer_block *block);
void transfer_expect_inserted(struct kunit *test,
			      const struct transfer_block *block,
			      pgoff_t index);
void transfer_expect_content(struct kunit *test,
			     const struct transfer_block *block);
void transfer_expect_file_content(struct kunit *test,
				  const struct transfer_block *block,
				  pgoff_t index, long from, long to);

struct transfer_counters transfer_count(struct kunit *test);
void transfer_expect_counters(struct kunit *test,
			      const struct transfer_counters *before,
			      const struct transfer_block *added);

void transfer_poison(struct page *page);
void transfer_cure(struct page *page);

void transfer_inject(struct kunit *test, enum shmem_insert_step step);
void transfer_expect_injected(struct kunit *test, enum shmem_insert_step step);

#endif /* _MM_TESTS_SHMEM_TRANSFER_KUNIT_H */
