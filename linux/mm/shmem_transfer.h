/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces that mm/shmem_transfer.c shares within mm, and with its KUnit tests.
 */
#ifndef _MM_SHMEM_TRANSFER_H
#define _MM_SHMEM_TRANSFER_H

#include <linux/fault-inject.h>
#include <linux/fs.h>
#include <linux/mm_types.h>

/**
 * enum shmem_insert_step - the steps of an insert that can fail
 * @SHMEM_INSERT_CHARGE: the memcg charge
 * @SHMEM_INSERT_ACCOUNT: the accounting of blocks to the inode
 * @SHMEM_INSERT_STORE: the store into the page cache
 * @SHMEM_INSERT_WRITEBACK: the immediate write-out, which is best effort
 * @SHMEM_INSERT_NR_STEPS: how many there are
 */
enum shmem_insert_step {
	SHMEM_INSERT_CHARGE,
	SHMEM_INSERT_ACCOUNT,
	SHMEM_INSERT_STORE,
	SHMEM_INSERT_WRITEBACK,
	SHMEM_INSERT_NR_STEPS,
};

#ifdef CONFIG_FAULT_INJECTION
extern struct fault_attr shmem_insert_faults[SHMEM_INSERT_NR_STEPS];
#endif

bool shmem_file_takes_folios(struct file *file);
int shmem_insert_bug(int err);
int shmem_insert_check_place(struct file *file, unsigned int order,
			     pgoff_t index);
int shmem_insert_check(struct folio *folio, unsigned int order);
int shmem_insert_frozen(struct file *file, struct folio **folios, int nr,
			pgoff_t index, bool writeback, gfp_t gfp);

#endif /* _MM_SHMEM_TRANSFER_H */
