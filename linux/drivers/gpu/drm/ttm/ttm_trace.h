/* SPDX-License-Identifier: GPL-2.0 OR MIT */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ttm

#if !defined(_TTM_TRACE_H_) || defined(TRACE_HEADER_MULTI_READ)
#define _TTM_TRACE_H_

#include <linux/device.h>
#include <linux/tracepoint.h>
#include <linux/types.h>

#include <drm/ttm/ttm_pool.h>

#include "ttm_backup_internal.h"

struct ttm_tt;

/*
 * Fields that all events have: "dev" is the device that the pages belong to,
 * "tt" identifies the buffer, "idx" is an index into the pages of the buffer.
 */

TRACE_DEFINE_ENUM(TTM_BACKUP_FALLBACK_OFF);
TRACE_DEFINE_ENUM(TTM_BACKUP_FALLBACK_NOMEM);
TRACE_DEFINE_ENUM(TTM_BACKUP_FALLBACK_BUSY);
TRACE_DEFINE_ENUM(TTM_BACKUP_FALLBACK_MISALIGNED);
TRACE_DEFINE_ENUM(TTM_BACKUP_FALLBACK_EXISTS);
TRACE_DEFINE_ENUM(TTM_BACKUP_FALLBACK_UNSUPPORTED);
TRACE_DEFINE_ENUM(TTM_BACKUP_FALLBACK_OTHER);

#define ttm_show_fallback(reason)					\
	__print_symbolic(reason,					\
			 { TTM_BACKUP_FALLBACK_OFF, "off" },		\
			 { TTM_BACKUP_FALLBACK_NOMEM, "nomem" },	\
			 { TTM_BACKUP_FALLBACK_BUSY, "busy" },		\
			 { TTM_BACKUP_FALLBACK_MISALIGNED, "misaligned" }, \
			 { TTM_BACKUP_FALLBACK_EXISTS, "exists" },	\
			 { TTM_BACKUP_FALLBACK_UNSUPPORTED, "unsupported" }, \
			 { TTM_BACKUP_FALLBACK_OTHER, "other" })

#ifndef _TTM_TRACE_DEV_
#define _TTM_TRACE_DEV_
static inline const char *ttm_trace_dev(const struct ttm_pool *pool)
{
	return pool->dev ? dev_name(pool->dev) : "";
}
#endif

/* A block should be handed over to the backup. ret: 0 or the error. */
TRACE_EVENT(ttm_backup_insert,
	TP_PROTO(const struct ttm_pool *pool, const struct ttm_tt *tt,
		 pgoff_t idx, unsigned int order, bool writeback, int ret),
	TP_ARGS(pool, tt, idx, order, writeback, ret),

	TP_STRUCT__entry(
		__string(dev, ttm_trace_dev(pool))
		__field(const void *, tt)
		__field(pgoff_t, idx)
		__field(unsigned int, order)
		__field(bool, writeback)
		__field(int, ret)
	),

	TP_fast_assign(
		__assign_str(dev);
		__entry->tt = tt;
		__entry->idx = idx;
		__entry->order = order;
		__entry->writeback = writeback;
		__entry->ret = ret;
	),

	TP_printk("dev=%s tt=%p idx=%lu order=%u writeback=%d ret=%d",
		  __get_str(dev), __entry->tt, __entry->idx, __entry->order,
		  __entry->writeback, __entry->ret)
);

/* A block was refused as a whole, and was split into single pages. */
TRACE_EVENT(ttm_backup_split,
	TP_PROTO(const struct ttm_pool *pool, const struct ttm_tt *tt,
		 pgoff_t idx, unsigned int order, int reason),
	TP_ARGS(pool, tt, idx, order, reason),

	TP_STRUCT__entry(
		__string(dev, ttm_trace_dev(pool))
		__field(const void *, tt)
		__field(pgoff_t, idx)
		__field(unsigned int, order)
		__field(int, reason)
	),

	TP_fast_assign(
		__assign_str(dev);
		__entry->tt = tt;
		__entry->idx = idx;
		__entry->order = order;
		__entry->reason = reason;
	),

	TP_printk("dev=%s tt=%p idx=%lu order=%u reason=%s",
		  __get_str(dev), __entry->tt, __entry->idx, __entry->order,
		  ttm_show_fallback(__entry->reason))
);

/* Pages were copied to the backup. The reason tells why they were not handed over. */
TRACE_EVENT(ttm_backup_copy,
	TP_PROTO(const struct ttm_pool *pool, const struct ttm_tt *tt,
		 pgoff_t idx, unsigned long nr, int reason),
	TP_ARGS(pool, tt, idx, nr, reason),

	TP_STRUCT__entry(
		__string(dev, ttm_trace_dev(pool))
		__field(const void *, tt)
		__field(pgoff_t, idx)
		__field(unsigned long, nr)
		__field(int, reason)
	),

	TP_fast_assign(
		__assign_str(dev);
		__entry->tt = tt;
		__entry->idx = idx;
		__entry->nr = nr;
		__entry->reason = reason;
	),

	TP_printk("dev=%s tt=%p idx=%lu nr=%lu reason=%s",
		  __get_str(dev), __entry->tt, __entry->idx, __entry->nr,
		  ttm_show_fallback(__entry->reason))
);

/* A folio should be taken back. ret: its order, or the error. */
TRACE_EVENT(ttm_restore_take,
	TP_PROTO(const struct ttm_pool *pool, const struct ttm_tt *tt,
		 pgoff_t idx, int ret),
	TP_ARGS(pool, tt, idx, ret),

	TP_STRUCT__entry(
		__string(dev, ttm_trace_dev(pool))
		__field(const void *, tt)
		__field(pgoff_t, idx)
		__field(int, ret)
	),

	TP_fast_assign(
		__assign_str(dev);
		__entry->tt = tt;
		__entry->idx = idx;
		__entry->ret = ret;
	),

	TP_printk("dev=%s tt=%p idx=%lu ret=%d", __get_str(dev), __entry->tt,
		  __entry->idx, __entry->ret)
);

DECLARE_EVENT_CLASS(ttm_restore_range,
	TP_PROTO(const struct ttm_pool *pool, const struct ttm_tt *tt,
		 pgoff_t idx, unsigned long nr),
	TP_ARGS(pool, tt, idx, nr),

	TP_STRUCT__entry(
		__string(dev, ttm_trace_dev(pool))
		__field(const void *, tt)
		__field(pgoff_t, idx)
		__field(unsigned long, nr)
	),

	TP_fast_assign(
		__assign_str(dev);
		__entry->tt = tt;
		__entry->idx = idx;
		__entry->nr = nr;
	),

	TP_printk("dev=%s tt=%p idx=%lu nr=%lu", __get_str(dev), __entry->tt,
		  __entry->idx, __entry->nr)
);

/* Readback from swap was started. */
DEFINE_EVENT(ttm_restore_range, ttm_restore_readback,
	TP_PROTO(const struct ttm_pool *pool, const struct ttm_tt *tt,
		 pgoff_t idx, unsigned long nr),
	TP_ARGS(pool, tt, idx, nr));

/* Pieces are copied into a larger block. ttm_restore_copy reports that as well. */
DEFINE_EVENT(ttm_restore_range, ttm_restore_heal,
	TP_PROTO(const struct ttm_pool *pool, const struct ttm_tt *tt,
		 pgoff_t idx, unsigned long nr),
	TP_ARGS(pool, tt, idx, nr));

/* Pages were copied out of the backup. */
DEFINE_EVENT(ttm_restore_range, ttm_restore_copy,
	TP_PROTO(const struct ttm_pool *pool, const struct ttm_tt *tt,
		 pgoff_t idx, unsigned long nr),
	TP_ARGS(pool, tt, idx, nr));

DECLARE_EVENT_CLASS(ttm_tt_moved,
	TP_PROTO(const struct ttm_pool *pool, const struct ttm_tt *tt,
		 unsigned long nr, long ret),
	TP_ARGS(pool, tt, nr, ret),

	TP_STRUCT__entry(
		__string(dev, ttm_trace_dev(pool))
		__field(const void *, tt)
		__field(unsigned long, nr)
		__field(long, ret)
	),

	TP_fast_assign(
		__assign_str(dev);
		__entry->tt = tt;
		__entry->nr = nr;
		__entry->ret = ret;
	),

	TP_printk("dev=%s tt=%p nr=%lu ret=%ld", __get_str(dev), __entry->tt,
		  __entry->nr, __entry->ret)
);

/* A buffer of nr pages was backed up. ret: the number of pages, or an error. */
DEFINE_EVENT(ttm_tt_moved, ttm_backup_done,
	TP_PROTO(const struct ttm_pool *pool, const struct ttm_tt *tt,
		 unsigned long nr, long ret),
	TP_ARGS(pool, tt, nr, ret));

/* A buffer of nr pages was restored. ret: 0 or an error. */
DEFINE_EVENT(ttm_tt_moved, ttm_restore_done,
	TP_PROTO(const struct ttm_pool *pool, const struct ttm_tt *tt,
		 unsigned long nr, long ret),
	TP_ARGS(pool, tt, nr, ret));

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH ../../drivers/gpu/drm/ttm
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE ttm_trace
#include <trace/define_trace.h>
