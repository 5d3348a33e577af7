# table.awk: bench.csv for people.
#
# awk -f median.awk -f table.awk bench.csv growth.csv parallel.csv headroom.csv

BEGIN {
	FS = ","; PAGE = 4096
	where["resident"] = "in memory"
	where["healed"] = "in memory, into larger blocks"
	where["at_limit"] = "one buffer out and another in at TTM's page limit"
}

FNR == 1 { file++; next }

file == 1 && $7 == "ns/page" {
	cost[$1, $5, $4, $3, $2] = $6
	if (!(($1, $5, $4) in have)) { have[$1, $5, $4]; section[++sections] = $1 "," $5 "," $4 }
	add_order($3)
}
file == 1 && $7 != "ns/page" && $4 == "cached" { count[$1, $5, $3, $2, $7] = $6 }
file == 2 { growth[$1, $3, $4, $2] = $5; add_point($1, $2) }
file == 3 { growth[$1 "/" n_parallel($2, $4), $3, $4, $2] = $5 }

file == 4 {
	if (!($2 in has_size)) { has_size[$2]; size[++sizes] = $2 }
	if ($3 == "finished")
		value[$1 SUBSEP $2, ++n[$1 SUBSEP $2]] = $4
	else if (!(($1, $2, $3) in ended))
		ends[$1, $2] = ends[$1, $2] " " $3
	ended[$1, $2, $3]++
	attempts[$1, $2]++
}

# parallel.csv repeats its rows for each order; they come in the same order.
function n_parallel(x, path) { return ++parallel[path, x] }

# Orders in ascending order, from all parts of the bench.
function add_order(o,    i) {
	if (o in known)
		return
	known[o]
	for (i = ++orders; i > 1 && order[i - 1] > o + 0; i--)
		order[i] = order[i - 1]
	order[i] = o + 0
}

function add_point(axis, x) {
	if ((axis, x) in point)
		return
	point[axis, x]
	points[axis] = points[axis] " " x
}

function number(v) { return v == "" ? "-" : sprintf(v < 100 ? "%.1f" : "%.0f", v) }
function ratio(a, b) { return a == "" || !b ? "-" : sprintf("x%.3g", b / a) }
function rate(ns) { return ns == "" || !ns ? "-" : sprintf("%.0f", PAGE / ns * 1e9 / 1e6) }

function leaves(op) { return op == "backup" || op == "swapout" }

function in_memory(op, state, caching,    i, o, copy, zero, floor) {
	printf "\n%s, %s, %s pages: instructions a page\n", op, where[state], caching
	printf "%5s %10s %10s %10s %9s %10s %12s\n", "order", "stock", "copy", "zero copy", "copy/zero",
		leaves(op) ? "floor" : "", leaves(op) ? "above floor" : ""
	for (i = 1; i <= orders; i++) {
		o = order[i]
		copy = cost[op, state, caching, o, "copy"]
		zero = cost[op, state, caching, o, "zero_copy"]
		if (copy == "" && zero == "")
			continue
		floor = leaves(op) ? cost["insert_floor", "resident", "cached", o, "stock"] : ""
		printf "%5s %10s %10s %10s %9s %10s %12s\n", o, number(cost[op, state, caching, o, "stock"]),
			number(copy), number(zero), ratio(zero, copy), floor == "" ? "" : number(floor),
			floor == "" ? "" : number(zero - floor)
	}
}

function to_device(op, state,    i, o, raw, zero) {
	raw = cost["device", state, "cached", 9, "stock"]
	printf "\n%s, to finished I/O: MB/s of a device that does %s\n", op, rate(raw)
	printf "%5s %10s %10s %10s %9s %10s\n", "order", "stock", "copy", "zero copy", "copy/zero", "of the raw"
	for (i = 1; i <= orders; i++) {
		o = order[i]
		zero = cost[op, state, "cached", o, "zero_copy"]
		if (zero == "")
			continue
		printf "%5s %10s %10s %10s %9s %9.0f%%\n", o, rate(cost[op, state, "cached", o, "stock"]),
			rate(cost[op, state, "cached", o, "copy"]), rate(zero),
			ratio(zero, cost[op, state, "cached", o, "copy"]), 100 * raw / zero
	}
}

# For the largest block: the memory that was needed, and the large blocks that are left.
function memory(out, back,    i, o) {
	if (!((out, "resident", "cached") in have))
		return
	printf "\nPages allocated for one buffer, %s and %s together; free 2 MiB blocks after them\n", out, back
	printf "%5s %10s %10s   %13s %10s   %13s %10s\n", "order", "copy", "zero copy",
		out ": copy", "zero copy", back ": copy", "zero copy"
	for (i = 1; i <= orders; i++) {
		o = order[i]
		if (!((out, "resident", o, "copy", "pages") in count))
			continue
		printf "%5s %10d %10d   %13d %10d   %13d %10d\n", o,
			pages(out, back, o, "copy"), pages(out, back, o, "zero_copy"),
			blocks(out, o, "copy"), blocks(out, o, "zero_copy"),
			blocks(back, o, "copy"), blocks(back, o, "zero_copy")
	}
}
function pages(out, back, o, path) { return count[out, "resident", o, path, "pages"] + count[back, "resident", o, path, "pages"] }
function blocks(op, o, path) { return count[op, "resident", o, path, "free_blocks_order9"] }

function growing(axis, title,    n, x, i) {
	n = split(points[axis], x, " ")
	if (!n)
		return
	printf "\n%s: instructions a page\n", title
	printf "%8s %12s %12s %12s %12s\n", "", "backup: copy", "zero copy", "restore: copy", "zero copy"
	for (i = 1; i <= n; i++)
		printf "%8s %12s %12s %13s %12s\n", x[i],
			number(growth[axis, "backup", "copy", x[i]]), number(growth[axis, "backup", "zero_copy", x[i]]),
			number(growth[axis, "restore", "copy", x[i]]), number(growth[axis, "restore", "zero_copy", x[i]])
}

function shrinkers(    i, names, k) {
	k = split("0 3 6 9", names, " ")
	printf "\nOne shrinker and two at once, out and back: nanoseconds a page, by the clock of two processors\n"
	printf "%5s %10s %10s %10s %10s\n", "order", "copy: one", "two", "zero: one", "two"
	for (i = 1; i <= k; i++)
		printf "%5s %10s %10s %10s %10s\n", names[i],
			number(growth["shrinkers/" i, "round_trip", "copy", 1]), number(growth["shrinkers/" i, "round_trip", "copy", 2]),
			number(growth["shrinkers/" i, "round_trip", "zero_copy", 1]), number(growth["shrinkers/" i, "round_trip", "zero_copy", 2])
}

# Median seconds with their spread, and what became of runs that did not finish.
function took(path, mib,    key, text, e, i, k) {
	key = path SUBSEP mib
	if (n[key]) {
		sort(key)
		text = sprintf("%.1f (%.1f-%.1f)", median(key), value[key, 1], value[key, n[key]])
	}
	k = split(ends[path, mib], e, " ")
	for (i = 1; i <= k; i++)
		text = text (text == "" ? "" : ", ") e[i] " " ended[path, mib, e[i]] " of " attempts[path, mib]
	return text == "" ? "-" : text
}

function headroom(    i) {
	if (!sizes)
		return
	print "\nWork with 256 MiB of buffers on machines of less and less memory: seconds, the median with"
	print "the lowest and the highest (stalled: not done in time; killed: the kernel ran out of memory;"
	print "failed: vttm refuses a buffer that large)"
	printf "%8s  %-36s %s\n", "MiB", "copy", "zero copy"
	for (i = 1; i <= sizes; i++)
		printf "%8d  %-36s %s\n", size[i], took("copy", size[i]), took("zero_copy", size[i])
}

END {
	print "What a page of a GPU buffer costs on its way out and back: Linux's copy path, and zero copy."
	print "Emulated by QEMU's TCG, one instruction a nanosecond: neither caches nor memory bandwidth"
	print "are modelled, so ratios mean more than numbers. stock: without the series; copy: with it,"
	print "switched off; floor: storing the folio in the page cache and nothing else."
	for (i = 1; i <= sections; i++) {
		split(section[i], s, ",")
		if (s[1] == "insert_floor" || s[1] == "device")
			continue
		if (s[2] in where) in_memory(s[1], s[2], s[3])
		else to_device(s[1], s[2])
	}
	memory("backup", "restore")
	memory("swapout", "swapin")
	growing("size_mib", "By size of the buffer in MiB, blocks of order 9")
	growing("buffers", "256 MiB in this many buffers, blocks of at most order 9")
	shrinkers()
	headroom()
}
