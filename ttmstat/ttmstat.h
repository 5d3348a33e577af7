/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TTMSTAT_H
#define TTMSTAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TTM_DIR		"sys/module/ttm"
#define ZERO_COPY	TTM_DIR "/parameters/zero_copy"
#define DEBUG_DIR	"sys/kernel/debug"
#define TTM_STATS	DEBUG_DIR "/ttm/backup_stats"
#define FALLBACK	"fallback_"

/* Names that ttmstat has a column for; a kernel may have fewer or more. */
#define INSERTED	"inserted"
#define COPIED		"copied"
#define SPLIT		"split"
#define RESTORED	"restored"
#define TAKEN		"taken"
#define READBACK	"readback"
#define POISONED	"poisoned"
#define KEPT		"busy"
#define HEALED		"healed"
#define PIECES		"pieces"
#define LOST		"lost"
/* The part of what was backed up and restored that TTM did on its own. */
#define SWAPOUT		"swapout"
#define SWAPIN		"swapin"
/* The sum of inserted and copied. */
#define BACKED_UP	"backed up"
/* Between one of the first of these and an order of blocks. */
#define BY_ORDER	"_order_"

#define MAX_EVENTS	128

enum { EXIT_USAGE = 2 };

/**
 * enum unit - what amounts are shown in
 * @UNIT_HUMAN: Bytes, in the largest of K, M, G, T that leaves an integer part.
 * @UNIT_PAGES: Pages of the machine's page size.
 * @UNIT_BYTES: Bytes.
 */
enum unit { UNIT_HUMAN, UNIT_PAGES, UNIT_BYTES };

/**
 * struct options - what the caller asked for
 * @clients: Processes, not counters.
 * @devices: What becomes of whose buffers, not counters.
 * @json: For programs.
 * @unit: Of amounts, where people read them.
 * @root: The directory with sys and proc.
 * @interval: Seconds between rows, 0 for one look.
 * @count: How many rows, 0 for no end.
 */
struct options {
	bool clients, devices, json;
	enum unit unit;
	const char *root;
	double interval;
	unsigned long count;
};

/**
 * struct event - what happened to how much
 * @name: As the kernel calls it.
 * @pages: Pages, or pages a second.
 * @bytes: The same in bytes.
 */
struct event {
	char name[40];
	double pages, bytes;
};

/**
 * struct counters - the lines of a file of counters
 * @nr: How many.
 * @event: In the kernel's order.
 */
struct counters {
	unsigned int nr;
	struct event event[MAX_EVENTS];
};

/**
 * struct device_id - which device
 * @driver: The driver's name, or the directory's if the kernel does not tell.
 * @dev: The device's name on its bus, or "".
 */
struct device_id {
	char driver[64], dev[64];
};

/**
 * struct device - a TTM device that keeps counters of its own
 * @id: Which.
 * @dir, @ino: Its directory in debugfs, to know it again by another name.
 * @counters: Since it was registered.
 */
struct device {
	struct device_id id;
	uint64_t dir, ino;
	struct counters counters;
};

/* What a driver does with buffers in system memory, or has TTM do. */
enum {
	USES_TTM	= 1 << 0,
	/* In a shrinker of its own, under memory pressure. */
	BACKS_UP	= 1 << 1,
	/* Through ttm_tt_swapout(), at TTM's page limit. */
	SWAPS_OUT	= 1 << 2,
	/* And before hibernation. */
	HIBERNATES	= 1 << 3,
};

/**
 * struct gpu - a DRM device, of TTM or not
 * @id: Which.
 * @dir, @ino: Its directory in sysfs, to know it again by another node.
 * @does: Of the above.
 */
struct gpu {
	struct device_id id;
	uint64_t dir, ino;
	unsigned int does;
};

/**
 * struct gpus - all DRM devices
 * @nr: How many.
 * @gpu: These, sorted by name.
 */
struct gpus {
	unsigned int nr;
	struct gpu *gpu;
};

/**
 * struct snapshot - all that the kernel tells at one time
 * @seconds: When, on the monotonic clock.
 * @zero_copy: 1 on, 0 off, -1 unknown.
 * @total: Since TTM was loaded, of all devices there have been.
 * @nr_devices: How many devices keep their own.
 * @device: These, sorted by name.
 * @swaps_out: The kernel counts swapouts.
 * @gpus: All there are, if @swaps_out.
 */
struct snapshot {
	double seconds;
	int zero_copy;
	struct counters total;
	unsigned int nr_devices;
	struct device *device;
	bool swaps_out;
	struct gpus gpus;
};

/**
 * struct client - a process with buffers on a TTM device
 * @pid: The process, the first if several share the client.
 * @id: The kernel's number of the client, unique within a device.
 * @name: Of the process.
 * @device: The buffers' device.
 * @total, @resident: Bytes of its buffers, and those in memory.
 * @inserted, @copied: Bytes backed up, by way of it.
 * @swapped: Bytes of these that are on the swap device only.
 */
struct client {
	int pid;
	uint64_t id;
	char name[64];
	struct device_id device;
	uint64_t total, resident, inserted, copied, swapped;
};

/**
 * struct clients - all that could be found
 * @nr: How many.
 * @hidden: Processes that the caller may not look into.
 * @client: These.
 */
struct clients {
	unsigned int nr, hidden;
	struct client *client;
};

/* files.c: everything below the root, "/" or what --root says. */
int root_open(const char *dir);
int dir_open(int at, const char *path);
bool file_exists(const char *path);
bool dir_is_empty(const char *path);
long read_file(int at, const char *path, char *buf, size_t size);
int root_fd(void);
char *read_word(char **line);
void copy_text(char *to, size_t size, const char *text);

/* counters.c */
bool counters_read(struct counters *c, int at, const char *path);
struct event counters_get(const struct counters *c, const char *name);
bool is_fallback(const struct event *e);
const struct event *main_fallback(const struct counters *c);
void counters_rate(struct counters *rate, const struct counters *now,
		   const struct counters *before, double seconds);

/* snapshot.c */
bool snapshot_read(struct snapshot *s);
void snapshot_free(struct snapshot *s);
int compare_devices(const struct device_id *a, const struct device_id *b);
const char *device_name(const struct device_id *id);

/* gpus.c */
void gpus_read(struct gpus *all);
const char *gpu_does(const struct gpu *g);

/* why.c */
int explain(int err);

/* clients.c */
int clients_read(struct clients *c);

/* units.c */
const char *block_size(unsigned int order);
const char *amount(struct event e, enum unit unit);
const char *rate(struct event e, enum unit unit);
const char *share(struct event part, struct event whole);

/* table.c */
struct table;
struct table *table_new(const char *columns);
void table_cell(struct table *t, const char *text);
void table_print(struct table *t);

/* text.c, sizes.c, rows.c, json.c: the ways to show it. */
void print_text(const struct snapshot *s, enum unit unit);
void print_sizes(const struct snapshot *s, enum unit unit);
void print_gpus(const struct gpus *g);
void print_clients(const struct clients *c, enum unit unit);
void print_row(const struct snapshot *s, const struct snapshot *before,
	       enum unit unit);
void print_json(const struct snapshot *s, const struct snapshot *before,
		bool repeated);
void print_gpus_json(const struct gpus *g);
void print_clients_json(const struct clients *c);

/* options.c */
struct options options_parse(int argc, char **argv);
void bad_usage(const char *what, const char *which);

/* out.c */
void *must(void *memory);
void flush_or_exit(void);

#endif
