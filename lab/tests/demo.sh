#!/bin/bash
# The content of the demo's surfaces, and some numbers of its report.

. "$(dirname "$0")/tap.bash"
GUEST=${LAB_GUEST:-$LAB/../guest}

# pages COUNT compressible|incompressible; check: no other content passes for that of
# a page, be it of another page or differ in one bit of a word.
cat >"$WORK/pattern.c" <<'END'
#include <stdlib.h>
#include <string.h>
#include "demo.h"

static uint64_t page[PAGE_WORDS];

static void write_pages(uint64_t nr, bool compressible)
{
	uint64_t i;

	for (i = 0; i < nr; i++) {
		pattern_write(page, mix(1, i), compressible);
		fwrite(page, 1, sizeof(page), stdout);
	}
}

static unsigned int overlooked(uint64_t key, bool compressible)
{
	unsigned int nr = 0, i;

	pattern_write(page, key, compressible);
	nr += !pattern_matches(page, key, compressible);
	nr += pattern_matches(page, key ^ 2, compressible);
	for (i = 0; i < 64 * PAGE_WORDS; i++) {
		page[i / 64] ^= 1ULL << (i % 64);
		nr += pattern_matches(page, key, compressible);
		page[i / 64] ^= 1ULL << (i % 64);
	}
	return nr;
}

int main(int argc, char **argv)
{
	bool compressible = !strcmp(argv[argc - 1], "compressible");

	if (!strcmp(argv[1], "check"))
		return overlooked(mix(1, 7), compressible) != 0;
	write_pages(strtoull(argv[1], NULL, 10), compressible);
	return 0;
}
END
compile() { gcc -std=gnu11 -O2 -Wall -Wextra -Werror -I"$GUEST" -I"$GUEST/demo" -o "$WORK/pattern" "$WORK/pattern.c" "$GUEST/demo/pattern.c"; }

# ratio CONTENT LOW HIGH: what lz4 makes of it, page by page as zram has it, without
# what its file format adds: a header, four bytes a page, and an end.
PAGES=2048
ratio() {
	"$WORK/pattern" "$PAGES" "$1" >"$WORK/pages"
	lz4 -q -f -1 -BI -B4096 --no-frame-crc "$WORK/pages" "$WORK/pages.lz4"
	stat -c %s "$WORK/pages" "$WORK/pages.lz4" | xargs |
		awk -v pages="$PAGES" -v low="$2" -v high="$3" '{
			ratio = $1 / ($2 - 11 - 4 * pages)
			print ratio
			exit !(ratio >= low && ratio <= high)
		}'
}
distinct() { same "$(split -b 4096 --filter='md5sum' "$WORK/pages" | sort -u | wc -l)" "$PAGES"; }

check 'the pattern compiles' compile
check 'surfaces compress as textures do' ratio compressible 1.8 2.2
check 'no two pages are the same' distinct
check 'incompressible surfaces do not compress' ratio incompressible 0.99 1.01
for content in compressible incompressible; do
	check "each bit of a page is verified, $content" "$WORK/pattern" check "$content"
done

# run NAME RESTORED SINGLE FROM-64K FROM-2M END-64K END-2M
run() {
	printf '%s\t%s\n' kernel 7.3 memory_mib 512 pages_restored "$2" restored_single_pages "$3" restored_64k_pages "$4" \
		restored_2m_pages "$5" end_64k_share "$6" end_2m_share "$7" >"$WORK/$1.metrics"
	printf 'ms\tphase\tfree_kib\tswap\tblocks\n' >"$WORK/$1.samples.tsv"
}
tsv() { awk -f "$LAB/demo/tsv.awk" "$LAB/demo/metrics.tsv" "$WORK"/{copy,zero_copy}.{metrics,samples.tsv}; }
table() { awk -f "$LAB/report/human.awk" -f "$LAB/demo/table.awk" "$LAB/demo/metrics.tsv" "$WORK/copy.metrics" <(tsv); }
# row TEXT: of the table, its blanks made one.
row() { table | grep -- "$1" | tr -s ' '; }
run copy 1000 170 390 400 88.1 50
run zero_copy 2000 1340 440 200 40 0
check 'the share that came back in large blocks' same "$(row 'came back in blocks of 64')" \
	'came back in blocks of 64 KiB and more 79.0% 32.0% higher loses x0.405'
check 'the share that came back in the largest blocks' same "$(row 'came back in blocks of 2 M')" \
	'came back in blocks of 2 MiB and more 40.0% 10.0% higher loses x0.25'
check 'the share of large blocks at the end' same "$(row 'end up in blocks of 64')" \
	'end up in blocks of 64 KiB and more 88.1% 40.0% higher loses x0.454'
check 'the numbers of pages' same "$(tsv | awk '$1 ~ /^restored_.*_pages$/ { print $1, $2, $3, $5 }')" \
	'restored_single_pages 170 1340 pages
restored_64k_pages 390 440 pages
restored_2m_pages 400 200 pages'
run zero_copy 0 0 0 0 0 0
check 'a run in which nothing came back' same "$(row 'came back in blocks of 64')" \
	'came back in blocks of 64 KiB and more 79.0% 0.0% higher loses x0'
sed -i '/^restored_\|^end_/d' "$WORK/zero_copy.metrics"
check 'a run without these counters' same "$(row 'came back in blocks of 64')" \
	'came back in blocks of 64 KiB and more 79.0% - higher - -'
check 'an unknown option' fails_saying "does not know '--nonsense'" "$LAB/demo.sh" --nonsense
done_testing
