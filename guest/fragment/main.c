// SPDX-License-Identifier: GPL-2.0
/*
 * fragment - leave memory in small pieces, as months of uptime do
 *
 * Takes all free memory page by page, and gives back all of it but one page of every
 * 64 KiB. So most of memory is free again, and no block of it is larger than 32 KiB. What
 * is kept is locked, and with vm.compact_unevictable_allowed=0 compaction does not move it.
 * Blocks that remain, or that compaction makes of what others have, are kept whole.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define PAGE_BYTES	4096UL
#define BLOCK_PAGES	16UL		/* of which one is kept: 64 KiB */
#define HUGE_PAGES	512UL
#define HUGE_BYTES	(HUGE_PAGES * PAGE_BYTES)
#define LOOK_PAGES	64UL		/* taken between two looks at what is left */
#define FRAME_MASK	((1ULL << 55) - 1)
#define MOVES_LOCKED	"/proc/sys/vm/compact_unevictable_allowed"
#define COMPACT		"/proc/sys/vm/compact_memory"
#define COMPACTIONS	16U		/* at most; few find anything after the fourth */
#define BLOCKS_ALLOWED	"/sys/kernel/mm/transparent_hugepage/hugepages-%zukB/enabled"

static const char usage_text[] =
	"usage: fragment [MIB]\n"
	"Takes all free memory but MIB (6) of it, and keeps a page of every 64 KiB.\n"
	"Returns when that is done. What keeps the pages stays behind until it is\n"
	"killed: its process id is what is printed.\n";

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "fragment: %s: %m\n", what);
	exit(1);
}

static uint64_t free_pages(void)
{
	struct sysinfo si;

	if (sysinfo(&si) < 0)
		die("sysinfo");
	return (uint64_t)si.freeram * si.mem_unit / PAGE_BYTES;
}

static size_t memory_bytes(void)
{
	struct sysinfo si;

	if (sysinfo(&si) < 0)
		die("sysinfo");
	return (size_t)si.totalram * si.mem_unit / HUGE_BYTES * HUGE_BYTES;
}

/* Room for @bytes of locked memory, in single pages or in huge ones, with none yet. */
static char *reserve(size_t bytes, int advice)
{
	char *p = mmap(NULL, bytes + HUGE_BYTES, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		die("no room for a mapping");
	p += -(uintptr_t)p % HUGE_BYTES;
	if (madvise(p, bytes, advice) < 0 ||
	    mlock2(p, bytes, MLOCK_ONFAULT) < 0)
		die("cannot lock memory");
	return p;
}

/* How many pages were free, but for @leave of them. */
static size_t take_all(char *p, size_t pages, uint64_t leave)
{
	size_t nr = 0, i;

	while (nr + LOOK_PAGES <= pages && free_pages() > leave + LOOK_PAGES)
		for (i = 0; i < LOOK_PAGES; i++)
			p[nr++ * PAGE_BYTES] = 1;
	return nr;
}

/* The page frames of @nr pages from @p on. */
static void read_frames(const char *p, uint64_t *frame, size_t nr)
{
	off_t at = (off_t)((uintptr_t)p / PAGE_BYTES * sizeof(*frame));
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	size_t bytes = nr * sizeof(*frame), done = 0, i;
	ssize_t n;

	if (fd < 0)
		die("/proc/self/pagemap");
	for (; done < bytes; done += (size_t)n) {
		n = pread(fd, (char *)frame + done, bytes - done,
			  at + (off_t)done);
		if (n <= 0)
			die("/proc/self/pagemap");
	}
	close(fd);
	for (i = 0; i < nr; i++)
		frame[i] &= FRAME_MASK;
	if (nr && !frame[0])
		die("page frames are not told to everybody");
}

/* Whether nothing of the block has been kept yet that this page frame is in. */
static bool first_of_block(uint8_t *kept, uint64_t frame)
{
	uint64_t block = frame / BLOCK_PAGES;
	bool first = !(kept[block / 8] & (1 << (block % 8)));

	kept[block / 8] |= (uint8_t)(1 << (block % 8));
	return first;
}

static uint64_t highest(const uint64_t *frame, size_t nr)
{
	uint64_t most = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		most = frame[i] > most ? frame[i] : most;
	return most;
}

static void give(char *p, size_t pages)
{
	if (pages && madvise(p, pages * PAGE_BYTES, MADV_DONTNEED_LOCKED) < 0)
		die("cannot give memory back");
}

/* Gives back all but one page of each block. Returns how many it keeps. */
static size_t give_back(char *p, const uint64_t *frame, size_t nr)
{
	uint8_t *kept = calloc(highest(frame, nr) / BLOCK_PAGES / 8 + 1, 1);
	size_t i, from = 0, keeps = 0;

	if (!kept)
		die("no memory");
	for (i = 0; i < nr; i++) {
		if (!first_of_block(kept, frame[i]))
			continue;
		give(p + from * PAGE_BYTES, i - from);
		from = i + 1;
		keeps++;
	}
	give(p + from * PAGE_BYTES, nr - from);
	free(kept);
	return keeps;
}

static size_t take_apart(uint64_t leave)
{
	size_t bytes = memory_bytes(), nr, keeps;
	char *p = reserve(bytes, MADV_NOHUGEPAGE);
	uint64_t *frame = malloc(bytes / PAGE_BYTES * sizeof(*frame));

	if (!frame)
		die("no memory");
	/* It shall not take memory when there is none. */
	memset(frame, 0xff, bytes / PAGE_BYTES * sizeof(*frame));
	nr = take_all(p, bytes / PAGE_BYTES, leave);
	read_frames(p, frame, nr);
	keeps = give_back(p, frame, nr);
	free(frame);
	return keeps;
}

/* Whether the @nr pages from @p on are one block. */
static bool is_block(const char *p, size_t nr)
{
	uint64_t frame[HUGE_PAGES];

	read_frames(p, frame, nr);
	return frame[0] % nr == 0 && frame[nr - 1] == frame[0] + nr - 1;
}

/* Takes all free blocks of @nr pages, and keeps them whole. Returns how many there were. */
static size_t take_blocks(size_t nr)
{
	size_t taken = 0;
	char *p;

	for (;;) {
		p = reserve(HUGE_BYTES, MADV_HUGEPAGE);
		memset(p, 1, nr * PAGE_BYTES);
		if (!is_block(p, nr))
			break;
		taken++;
	}
	if (munmap(p, HUGE_BYTES) < 0)
		die("cannot give memory back");
	return taken;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

/* The word in brackets. */
static void read_choice(const char *path, char *word, size_t size)
{
	char text[128] = "", *from, *to;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		die(path);
	close(fd);
	from = strchr(text, '[');
	to = from ? strchr(from, ']') : NULL;
	if (!to)
		die(path);
	snprintf(word, size, "%.*s", (int)(to - from - 1), from + 1);
}

/*
 * Takes the blocks that were not taken apart, because single pages come from the smallest
 * blocks. Anonymous memory gets such blocks only where that is allowed. Returns how many
 * blocks there were.
 */
static size_t take_rest(void)
{
	char path[128], before[32];
	size_t nr, taken = 0;

	for (nr = HUGE_PAGES; nr >= BLOCK_PAGES; nr /= 2) {
		snprintf(path, sizeof(path), BLOCKS_ALLOWED,
			 nr * PAGE_BYTES / 1024);
		read_choice(path, before, sizeof(before));
		write_file(path, "madvise");
		taken += take_blocks(nr);
		write_file(path, before);
	}
	return taken;
}

/* Never returns, and lets go of nothing. */
_Noreturn static void keep(int done, uint64_t leave)
{
	unsigned int i;

	/* Compaction asks before it moves what is locked. */
	write_file(MOVES_LOCKED, "0");
	take_apart(leave);
	/* It also moves what is not ours, and whole blocks are free where that was. */
	for (i = 0; i < COMPACTIONS; i++) {
		write_file(COMPACT, "1");
		if (!take_rest() && i)
			break;
	}
	if (write(done, "", 1) != 1)
		die("cannot report");
	close(done);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	uint64_t leave = 6;
	int done[2];
	pid_t pid;
	char c;

	if (argc > 2 || (argc == 2 && sscanf(argv[1], "%" SCNu64, &leave) != 1)) {
		fputs(usage_text, stderr);
		return 2;
	}
	if (pipe(done) < 0)
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		close(done[0]);
		if (freopen("/dev/null", "w", stdout))
			keep(done[1], leave * 1024 * 1024 / PAGE_BYTES);
		die("/dev/null");
	}
	close(done[1]);
	if (read(done[0], &c, 1) != 1)
		return 1;
	printf("%d\n", (int)pid);
	return 0;
}
