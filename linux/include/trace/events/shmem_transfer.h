/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM shmem_transfer

#if !defined(_TRACE_SHMEM_TRANSFER_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_SHMEM_TRANSFER_H

#include <linux/tracepoint.h>
#include <linux/types.h>

/* Immediate writeback of an inserted folio. ret is 0 if it was started. */
TRACE_EVENT(shmem_insert_writeback,
	TP_PROTO(u64 ino, pgoff_t index, unsigned int order, int ret),
	TP_ARGS(ino, index, order, ret),

	TP_STRUCT__entry(
		__field(u64, ino)
		__field(pgoff_t, index)
		__field(unsigned int, order)
		__field(int, ret)
	),

	TP_fast_assign(
		__entry->ino = ino;
		__entry->index = index;
		__entry->order = order;
		__entry->ret = ret;
	),

	TP_printk("ino=%llu index=%lu order=%u ret=%d", __entry->ino,
		  __entry->index, __entry->order, __entry->ret)
);

#endif

#include <trace/define_trace.h>
