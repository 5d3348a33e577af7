// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for what shmem_insert_folio() refuses: every precondition is
 * violated one at a time, and the block must not have changed.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/memcontrol.h>
#include <linux/pagemap.h>

#include "shmem_transfer_kunit.h"

/*
 * Insert, and expect a refusal with nothing changed. A bug of the caller warns
 * on kernels with CONFIG_DEBUG_VM. Everything else is quiet.
 */
static void transfer_expect_refused(struct kunit *test, struct file *file,
				    const struct transfer_block *block,
				    unsigned int order, pgoff_t index,
				    int err, bool bug)
{
	struct transfer_counters before = transfer_count(test);
	struct page *snapshot = transfer_snapshot(test, block);
	bool warns = bug && IS_ENABLED(CONFIG_DEBUG_VM);

	kunit_warning_suppress(test) {
		KUNIT_ASSERT_EQ(test, err,
				shmem_insert_folio(file, transfer_folio(block),
						   order, index, false, GFP_KERNEL));
		if (!bug || TRANSFER_WARNS_OF_EACH)
			KUNIT_EXPECT_SUPPRESSED_WARNING_COUNT(test, warns);
	}
	transfer_expect_untouched(test, block, snapshot);
	transfer_expect_counters(test, &before, NULL);
}

/* The block itself. */

/**
 * struct transfer_refusal - a block that must be refused
 * @desc: What is wrong with it.
 * @kind: How to allocate it.
 * @spoil: Makes it invalid.
 * @mend: Undoes that.
 * @err: The error that the insert returns.
 * @bug: Whether this is a bug of the caller.
 */
struct transfer_refusal {
	const char *desc;
	struct transfer_kind kind;
	void (*spoil)(struct folio *folio, struct transfer_test *t);
	void (*mend)(struct folio *folio);
	int err;
	bool bug;
};

static void get(struct folio *folio, struct transfer_test *t)
{
	folio_get(folio);
}

static void lock(struct folio *folio, struct transfer_test *t)
{
	folio_lock(folio);
}

/* Really adding it needs a charge, which would be refused first. */
static void set_lru(struct folio *folio, struct transfer_test *t)
{
	folio_set_lru(folio);
}

static void clear_lru(struct folio *folio)
{
	folio_clear_lru(folio);
}

static void set_mapping(struct folio *folio, struct transfer_test *t)
{
	folio->mapping = t->mapping;
}

static void clear_mapping(struct folio *folio)
{
	folio->mapping = NULL;
}

static void set_private(struct folio *folio, struct transfer_test *t)
{
	folio->private = t;
}

static void clear_private(struct folio *folio)
{
	folio->private = NULL;
}

static void charge(struct folio *folio, struct transfer_test *t)
{
	mem_cgroup_charge(folio, NULL, GFP_KERNEL | __GFP_NOFAIL);
}

static void uncharge(struct folio *folio)
{
	mem_cgroup_uncharge(folio);
}

static void map_page(struct folio *folio, struct transfer_test *t)
{
	atomic_inc(&folio->_mapcount);
}

static void unmap_page(struct folio *folio)
{
	atomic_dec(&folio->_mapcount);
}

static void map_large(struct folio *folio, struct transfer_test *t)
{
	atomic_inc(&folio->_large_mapcount);
}

static void unmap_large(struct folio *folio)
{
	atomic_dec(&folio->_large_mapcount);
}

static void set_type(struct folio *folio, struct transfer_test *t)
{
	__folio_set_offline(folio);
}

static void clear_type(struct folio *folio)
{
	__folio_clear_offline(folio);
}

static void set_swapbacked(struct folio *folio, struct transfer_test *t)
{
	folio_set_swapbacked(folio);
}

static void set_swapcache(struct folio *folio, struct transfer_test *t)
{
	folio_set_swapbacked(folio);
	folio_set_swapcache(folio);
}

static void clear_swapcache(struct folio *folio)
{
	folio_clear_swapcache(folio);
	folio_clear_swapbacked(folio);
}

static void set_private_flag(struct folio *folio, struct transfer_test *t)
{
	folio_set_private(folio);
}

static void set_writeback(struct folio *folio, struct transfer_test *t)
{
	set_bit(PG_writeback, &folio->flags.f);
}

static void clear_writeback(struct folio *folio)
{
	clear_bit(PG_writeback, &folio->flags.f);
}

static void set_reserved(struct folio *folio, struct transfer_test *t)
{
	__folio_set_reserved(folio);
}

static void clear_reserved(struct folio *folio)
{
	folio_clear_reserved(folio);
}

static void poison_head(struct folio *folio, struct transfer_test *t)
{
	transfer_poison(&folio->page);
}

static void cure_head(struct folio *folio)
{
	transfer_cure(&folio->page);
}

static void poison_and_get(struct folio *folio, struct transfer_test *t)
{
	poison_head(folio, t);
	get(folio, t);
}

static void get_with_data(struct folio *folio, struct transfer_test *t)
{
	set_private(folio, t);
	get(folio, t);
}

static void put_with_data(struct folio *folio)
{
	folio_put(folio);
	clear_private(folio);
}

static void cure_and_put(struct folio *folio)
{
	folio_put(folio);
	cure_head(folio);
}

/* memory_failure() only marks a page that is on no list. */
static void poison_tail(struct folio *folio, struct transfer_test *t)
{
	transfer_poison(&folio->page + 3);
}

static void cure_tail(struct folio *folio)
{
	transfer_cure(&folio->page + 3);
}

static const struct transfer_refusal refusals[] = {
	{ "extra reference", TRANSFER_FOLIO(0), get, folio_put, -EBUSY },
	{ "extra reference, high order", TRANSFER_FOLIO(2), get, folio_put, -EBUSY },
	{ "extra reference, compound", TRANSFER_COMPOUND(2), get, folio_put, -EBUSY },
	{ "extra reference, for private data", TRANSFER_FOLIO(0), get_with_data, put_with_data,
	  -EBUSY },
	{ "locked", TRANSFER_FOLIO(0), lock, folio_unlock, -EBUSY },
	{ "poisoned", TRANSFER_FOLIO(0), poison_head, cure_head, -EHWPOISON },
	{ "poisoned, with an extra reference", TRANSFER_FOLIO(0), poison_and_get, cure_and_put,
	  -EHWPOISON },
	{ "poisoned head", TRANSFER_FOLIO(2), poison_head, cure_head, -EHWPOISON },
	{ "poisoned tail", TRANSFER_FOLIO(2), poison_tail, cure_tail, -EHWPOISON },
	{ "poisoned head, compound", TRANSFER_COMPOUND(2), poison_head, cure_head, -EHWPOISON },
	{ "poisoned tail, compound", TRANSFER_COMPOUND(2), poison_tail, cure_tail, -EHWPOISON },
	{ "on the LRU", TRANSFER_FOLIO(0), set_lru, clear_lru, -EINVAL, true },
	{ "has a mapping", TRANSFER_FOLIO(0), set_mapping, clear_mapping, -EINVAL, true },
	{ "has private data", TRANSFER_FOLIO(2), set_private, clear_private, -EINVAL, true },
	{ "has the private flag", TRANSFER_FOLIO(0), set_private_flag, folio_clear_private,
	  -EINVAL, true },
	{ "charged", TRANSFER_FOLIO(0), charge, uncharge, -EINVAL, true },
	{ "mapped", TRANSFER_FOLIO(0), map_page, unmap_page, -EINVAL, true },
	{ "mapped, compound", TRANSFER_COMPOUND(2), map_large, unmap_large, -EINVAL, true },
	{ "has a type", TRANSFER_FOLIO(0), set_type, clear_type, -EINVAL, true },
	{ "swapbacked", TRANSFER_FOLIO(0), set_swapbacked, folio_clear_swapbacked, -EINVAL, true },
	{ "in the swap cache", TRANSFER_FOLIO(0), set_swapcache, clear_swapcache, -EINVAL, true },
	{ "under writeback", TRANSFER_FOLIO(0), set_writeback, clear_writeback, -EINVAL, true },
	{ "reserved", TRANSFER_FOLIO(0), set_reserved, clear_reserved, -EINVAL, true },
};

KUNIT_ARRAY_PARAM_DESC(refusal, refusals, desc);

static void transfer_skip_unless_possible(struct kunit *test,
					  const struct transfer_refusal *refusal)
{
	if (refusal->err == -EHWPOISON && !IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "needs CONFIG_MEMORY_FAILURE");
	if (refusal->spoil == charge && mem_cgroup_disabled())
		kunit_skip(test, "needs CONFIG_MEMCG");
}

static void transfer_refuse_block(struct kunit *test)
{
	const struct transfer_refusal *refusal = test->param_value;
	struct transfer_test *t = test->priv;
	struct transfer_block block;

	transfer_skip_unless_possible(test, refusal);
	block = transfer_alloc(test, &refusal->kind);
	refusal->spoil(transfer_folio(&block), t);
	transfer_expect_refused(test, t->file, &block, block.kind.order, 0,
				refusal->err, refusal->bug);
	refusal->mend(transfer_folio(&block));

	/* Nothing else was wrong with it. */
	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, 0));
	transfer_remove(test, &block, 0);
}

/* After a split, the pages can still be inserted one by one. */
static void transfer_refuse_split(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(2);
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, &kind);
	struct transfer_block piece = block;
	int i;

	KUNIT_ASSERT_EQ(test, 0, folio_split_owned(transfer_folio(&block), 0));
	block.kind.shape = TRANSFER_IS_PLAIN;
	transfer_expect_refused(test, t->file, &block, kind.order, 0, -EINVAL, true);

	piece.kind.order = 0;
	for (i = 0; i < transfer_nr(&block); i++) {
		piece.page = block.page + i;
		KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &piece, i));
		transfer_put(&piece);
	}
	transfer_expect_file_content(test, &block, 0, 0, transfer_nr(&block));
}

static void transfer_refuse_wrong_order(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_COMPOUND(2);
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, &kind);

	transfer_expect_refused(test, t->file, &block, 0, 0, -EINVAL, true);
	transfer_expect_refused(test, t->file, &block, 1, 0, -EINVAL, true);
	transfer_expect_refused(test, t->file, &block, 3, 0, -EINVAL, true);
	transfer_free(&block);
}

/* The place in the file. */

struct transfer_place {
	const char *desc;
	unsigned int order;
	pgoff_t index;
};

static const struct transfer_place places[] = {
	{ "misaligned, order 1", 1, 1 },
	{ "misaligned, order 3", 3, 4 },
	{ "misaligned, order 9", 9, 256 },
	{ "behind the end, order 0", 0, TRANSFER_FILE_PAGES },
	{ "behind the end, order 2", 2, TRANSFER_FILE_PAGES },
	{ "across the end, order 3", 3, TRANSFER_FILE_PAGES - 4 },
	{ "across the end, order 9", 9, TRANSFER_FILE_PAGES - 4 },
	{ "far away, order 0", 0, ULONG_MAX },
	{ "far away, order 4", 4, ULONG_MAX - 15 },
};

KUNIT_ARRAY_PARAM_DESC(place, places, desc);

static void transfer_refuse_place(struct kunit *test)
{
	const struct transfer_place *place = test->param_value;
	const struct transfer_kind kind = { place->order, TRANSFER_IS_FOLIO, place->desc };
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, &kind);

	transfer_expect_refused(test, t->file, &block, place->order,
				place->index, -EINVAL, false);
	transfer_free(&block);
}

static void transfer_refuse_small_file(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(2);
	struct transfer_block block = transfer_alloc(test, &kind);
	struct file *file = shmem_file_setup("small", PAGE_SIZE, EMPTY_VMA_FLAGS);

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	shmem_allow_transfer(file);
	transfer_expect_refused(test, file, &block, kind.order, 0, -EINVAL, false);
	__fput_sync(file);
	transfer_free(&block);
}

/* A larger order than the page cache supports in one folio, and the largest one. */
static void transfer_refuse_large_order(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	unsigned int order = mapping_max_folio_order(t->mapping) + 1;
	const struct transfer_kind kind = { order, TRANSFER_IS_FOLIO, "too large" };
	struct transfer_block block;

	if (order > MAX_PAGE_ORDER)
		kunit_skip(test, "the page allocator has nothing too large");
	block = transfer_alloc_any(test, &kind);
	transfer_expect_refused(test, t->file, &block, order, 0, -EOPNOTSUPP, false);
	transfer_free(&block);
}

#ifdef CONFIG_TRANSPARENT_HUGEPAGE
static void transfer_set_shmem_enabled(void *value)
{
	shmem_enabled_attr.store(NULL, NULL, value, strlen(value));
}

/* Get the setting in brackets, which is the current one. */
static char *transfer_get_shmem_enabled(struct kunit *test)
{
	char *all = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, all);
	shmem_enabled_attr.show(NULL, NULL, all);
	strsep(&all, "[");
	return strsep(&all, "]");
}

static void transfer_refuse_huge_deny(struct kunit *test)
{
	static const struct transfer_kind kinds[] = {
		TRANSFER_FOLIO(0), TRANSFER_FOLIO(1), TRANSFER_COMPOUND(2)
	};
	char *before = transfer_get_shmem_enabled(test);
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	int i;

	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, transfer_set_shmem_enabled, before));
	transfer_set_shmem_enabled("deny");
	for (i = 1; i < ARRAY_SIZE(kinds); i++) {
		block = transfer_alloc(test, &kinds[i]);
		transfer_expect_refused(test, t->file, &block, kinds[i].order,
					0, -EOPNOTSUPP, false);
		transfer_free(&block);
	}
	block = transfer_alloc(test, &kinds[0]);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, 0));
	transfer_remove(test, &block, 0);
}
#else
static void transfer_refuse_huge_deny(struct kunit *test)
{
	kunit_skip(test, "needs CONFIG_TRANSPARENT_HUGEPAGE");
}
#endif

/* The file. */

static void transfer_refuse_file(struct kunit *test, struct file *file)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(0);
	struct transfer_block block = transfer_alloc(test, &kind);

	transfer_expect_refused(test, file, &block, 0, 0, -EOPNOTSUPP, true);
	transfer_free(&block);
}

static void transfer_refuse_other_file(struct kunit *test)
{
	static const struct file_operations fops;
	struct file *file = anon_inode_getfile("other", &fops, NULL, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	transfer_refuse_file(test, file);
	__fput_sync(file);
}

/* What looks like shmem's word for it says nothing in an inode of others. */
static void transfer_refuse_other_inode(struct kunit *test)
{
	struct shmem_inode_info *info = kunit_kzalloc(test, sizeof(*info), GFP_KERNEL);
	struct file *file = kunit_kzalloc(test, sizeof(*file), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, info);
	KUNIT_ASSERT_NOT_NULL(test, file);
	info->flags = SHMEM_F_TRANSFER;
	info->vfs_inode.i_mapping = &info->vfs_inode.i_data;
	file->f_inode = &info->vfs_inode;
	KUNIT_EXPECT_FALSE(test, shmem_file_takes_folios(file));
}

/* The creator of this file has not called shmem_allow_transfer(). */
static void transfer_refuse_users_file(struct kunit *test)
{
	transfer_refuse_file(test, transfer_mounted_file(test, false));
}

static void transfer_refuse_locked_file(struct kunit *test)
{
	struct transfer_test *t = test->priv;

	SHMEM_I(t->inode)->flags |= SHMEM_F_LOCKED;
	transfer_refuse_file(test, t->file);
	SHMEM_I(t->inode)->flags &= ~SHMEM_F_LOCKED;
}

/* The place is occupied. */

static const struct transfer_kind blocked_kinds[] = {
	TRANSFER_FOLIO(0), TRANSFER_FOLIO(2), TRANSFER_COMPOUND(2),
	TRANSFER_FOLIO(6), TRANSFER_FOLIO(9), TRANSFER_COMPOUND(9),
};

KUNIT_ARRAY_PARAM_DESC(blocked, blocked_kinds, desc);

static void transfer_refuse_occupied_at(struct kunit *test,
					const struct transfer_block *block,
					pgoff_t index, pgoff_t occupied)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(0);
	struct transfer_test *t = test->priv;
	struct transfer_block first = transfer_alloc(test, &kind);

	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &first, occupied));
	transfer_expect_refused(test, t->file, block, block->kind.order, index,
				-EEXIST, false);
	transfer_expect_inserted(test, &first, occupied);
	transfer_remove(test, &first, occupied);
}

static void transfer_refuse_occupied(struct kunit *test)
{
	struct transfer_block block = transfer_alloc(test, test->param_value);
	long nr = transfer_nr(&block);

	transfer_refuse_occupied_at(test, &block, nr, nr);
	transfer_refuse_occupied_at(test, &block, nr, nr + nr / 2);
	transfer_refuse_occupied_at(test, &block, nr, nr + nr - 1);

	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, nr));
	transfer_remove(test, &block, nr);
}

/* A small folio is not stored over a part of a large one. */
static void transfer_refuse_inside_large(struct kunit *test)
{
	static const struct transfer_kind small = TRANSFER_FOLIO(0);
	static const struct transfer_kind large = TRANSFER_FOLIO(4);
	struct transfer_test *t = test->priv;
	struct transfer_block first = transfer_alloc(test, &large);
	struct transfer_block block = transfer_alloc(test, &small);
	int i;

	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &first, 16));
	for (i = 16; i < 32; i++)
		transfer_expect_refused(test, t->file, &block, 0, i, -EEXIST, false);
	transfer_expect_inserted(test, &first, 16);
	transfer_remove(test, &first, 16);
	transfer_free(&block);
}

static struct kunit_case transfer_refuse_cases[] = {
	KUNIT_CASE_PARAM(transfer_refuse_block, refusal_gen_params),
	KUNIT_CASE(transfer_refuse_split),
	KUNIT_CASE(transfer_refuse_wrong_order),
	KUNIT_CASE_PARAM(transfer_refuse_place, place_gen_params),
	KUNIT_CASE(transfer_refuse_small_file),
	KUNIT_CASE(transfer_refuse_large_order),
	KUNIT_CASE(transfer_refuse_huge_deny),
	KUNIT_CASE(transfer_refuse_other_file),
	KUNIT_CASE(transfer_refuse_other_inode),
	KUNIT_CASE(transfer_refuse_users_file),
	KUNIT_CASE(transfer_refuse_locked_file),
	KUNIT_CASE_PARAM(transfer_refuse_occupied, blocked_gen_params),
	KUNIT_CASE(transfer_refuse_inside_large),
	{}
};

static struct kunit_suite transfer_refuse_suite = {
	.name = "shmem_transfer_refuse",
	.init = transfer_init,
	.exit = transfer_exit,
	.test_cases = transfer_refuse_cases,
};

kunit_test_suite(transfer_refuse_suite);
