// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for folio_split_owned(): a folio that only its owner knows about
 * is split into what folio_alloc() returns, or stays in one piece.
 */
#include "shmem_transfer_kunit.h"

#include <linux/pgalloc_tag.h>

/**
 * struct transfer_cut - a folio, and how to split it
 * @order: The order it has.
 * @new_order: The order to split it to.
 */
struct transfer_cut {
	unsigned int order;
	unsigned int new_order;
};

static const struct transfer_cut cuts[] = {
	{ 1, 0 }, { 2, 0 }, { 2, 1 }, { 3, 0 }, { 3, 2 }, { 4, 1 }, { 6, 4 },
	{ 9, 0 }, { 9, 1 }, { 9, 4 }, { 9, 8 }, { 10, 0 }, { 10, 4 }, { 10, 9 },
};

static void transfer_cut_desc(const struct transfer_cut *cut, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "order %u to %u", cut->order, cut->new_order);
}

KUNIT_ARRAY_PARAM(cut, cuts, transfer_cut_desc);

static struct transfer_block transfer_alloc_for(struct kunit *test,
						const struct transfer_cut *cut)
{
	const struct transfer_kind kind = { cut->order, TRANSFER_IS_FOLIO, "a folio" };

	if (cut->order > MAX_PAGE_ORDER)
		kunit_skip(test, "there are no folios of order %u", cut->order);
	return transfer_alloc_any(test, &kind);
}

/* The piece that starts with page @i of the block. */
static struct transfer_block transfer_piece(const struct transfer_block *block,
					    unsigned int order, long i)
{
	struct transfer_block piece = *block;

	piece.page += i;
	piece.first += i;
	piece.kind.order = order;
	return piece;
}

/* Every piece is a separate folio, and is freed by itself. */
static void transfer_split(struct kunit *test)
{
	const struct transfer_cut *cut = test->param_value;
	struct transfer_block block = transfer_alloc_for(test, cut);
	struct transfer_block piece;
	long i;

	KUNIT_ASSERT_EQ(test, 0, folio_split_owned(transfer_folio(&block), cut->new_order));
	for (i = 0; i < transfer_nr(&block); i += 1L << cut->new_order) {
		piece = transfer_piece(&block, cut->new_order, i);
		transfer_expect_new(test, &piece);
	}
	for (i = 0; i < transfer_nr(&block); i += 1L << cut->new_order) {
		piece = transfer_piece(&block, cut->new_order, i);
		transfer_free(&piece);
	}
}

/* Split, and split again. */
static void transfer_split_in_steps(struct kunit *test)
{
	static const struct transfer_cut cut = { 4, 2 };
	struct transfer_block block = transfer_alloc_for(test, &cut);
	struct transfer_block piece;
	long i;

	KUNIT_ASSERT_EQ(test, 0, folio_split_owned(transfer_folio(&block), 2));
	piece = transfer_piece(&block, 2, 4);
	KUNIT_ASSERT_EQ(test, 0, folio_split_owned(transfer_folio(&piece), 0));
	for (i = 0; i < transfer_nr(&block); i += i / 4 == 1 ? 1 : 4) {
		piece = transfer_piece(&block, i / 4 == 1 ? 0 : 2, i);
		transfer_expect_new(test, &piece);
	}
	for (i = 0; i < transfer_nr(&block); i += i / 4 == 1 ? 1 : 4) {
		piece = transfer_piece(&block, i / 4 == 1 ? 0 : 2, i);
		transfer_free(&piece);
	}
}

/* A reference on any page is one on the whole folio, which then is not split. */
static void transfer_split_referenced(struct kunit *test)
{
	const struct transfer_cut *cut = test->param_value;
	struct transfer_block block = transfer_alloc_for(test, cut);
	struct page *last = block.page + transfer_nr(&block) - 1;
	struct page *snapshot;

	get_page(last);
	snapshot = transfer_snapshot(test, &block);
	KUNIT_EXPECT_EQ(test, -EBUSY, folio_split_owned(transfer_folio(&block), cut->new_order));
	transfer_expect_untouched(test, &block, snapshot);

	/* The owner drops its reference. The last reference frees the whole folio. */
	transfer_free(&block);
	put_page(last);
}

/* Memory allocation profiling charges each piece to the same tag as the block. */
static void transfer_split_alloc_tag(struct kunit *test)
{
	const struct transfer_cut *cut = test->param_value;
	struct transfer_block block = transfer_alloc_for(test, cut);
	struct transfer_block piece;
	struct alloc_tag *tag = pgalloc_tag_get(block.page);
	long i;

	KUNIT_ASSERT_EQ(test, 0, folio_split_owned(transfer_folio(&block), cut->new_order));
	for (i = 0; i < transfer_nr(&block); i += 1L << cut->new_order) {
		piece = transfer_piece(&block, cut->new_order, i);
		KUNIT_EXPECT_PTR_EQ(test, tag, pgalloc_tag_get(piece.page));
		transfer_free(&piece);
	}
	if (!tag)
		kunit_skip(test, "needs allocation profiling");
}

/* The block is too large for the page cache, but its halves are not. */
static void transfer_split_then_insert(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	unsigned int order = mapping_max_folio_order(t->mapping);
	const struct transfer_cut cut = { order + 1, order };
	struct transfer_block block = transfer_alloc_for(test, &cut);
	struct transfer_block piece;
	int i;

	KUNIT_ASSERT_EQ(test, 0, folio_split_owned(transfer_folio(&block), order));
	for (i = 0; i < 2; i++) {
		piece = transfer_piece(&block, order, (long)i << order);
		KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &piece, (pgoff_t)i << order));
		transfer_expect_inserted(test, &piece, (pgoff_t)i << order);
		transfer_put(&piece);
	}
	transfer_expect_file_content(test, &block, 0, 0, transfer_nr(&block));
}

static struct kunit_case transfer_split_cases[] = {
	KUNIT_CASE_PARAM(transfer_split, cut_gen_params),
	KUNIT_CASE(transfer_split_in_steps),
	KUNIT_CASE_PARAM(transfer_split_referenced, cut_gen_params),
	KUNIT_CASE_PARAM(transfer_split_alloc_tag, cut_gen_params),
	KUNIT_CASE(transfer_split_then_insert),
	{}
};

/* The state of a large folio is compared with a THP of the same kernel. */
static int transfer_split_init(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE))
		kunit_skip(test, "needs CONFIG_TRANSPARENT_HUGEPAGE");
	return transfer_init(test);
}

static struct kunit_suite transfer_split_suite = {
	.name = "shmem_transfer_split",
	.init = transfer_split_init,
	.exit = transfer_exit,
	.test_cases = transfer_split_cases,
};

kunit_test_suite(transfer_split_suite);
