# time.awk: time.csv for people.
#
# awk -f time.awk time.csv

BEGIN { FS = "," }

FNR == 1 { next }

$1 == "limit" { limit[$2] = span($6, $8, $9); next }

# Restores into larger blocks are counted, not timed.
$5 != "resident" && $5 != "at_limit" { next }

{
	value[$1, $2, $3] = $6
	seen[$1]
	low[$1, $2, $3] = $8
	high[$1, $2, $3] = $9
	if (!($3 in known)) { known[$3]; order[++orders] = $3 }
}

function number(v) { return v == "" ? "-" : sprintf(v < 100 ? "%.1f" : "%.0f", v) }
function span(v, from, to) { return number(v) " (" number(from) " to " number(to) ")" }
function cell(op, path, o) { return span(value[op, path, o], low[op, path, o], high[op, path, o]) }
function ratio(op, o,    zero) {
	zero = value[op, "zero_copy", o]
	return zero ? sprintf("x%.3g", value[op, "copy", o] / zero) : "-"
}

function head(op) { printf "   %22s %22s %7s", op ": copy", "zero copy", "ratio" }
function cells(op, o) { printf "   %22s %22s %7s", cell(op, "copy", o), cell(op, "zero_copy", o), ratio(op, o) }

# One operation, or two side by side.
function table(a, b,    i) {
	if (!(a in seen))
		return
	printf "%5s", "order"; head(a); if (b) head(b); print ""
	for (i = 1; i <= orders; i++) {
		printf "%5s", order[i]; cells(a, order[i]); if (b) cells(b, order[i]); print ""
	}
}

END {
	print "In real time, on the kernel as a program of one processor (ARCH=um), caches warm: nanoseconds a"
	print "page, cached, in memory; the median of several boots, and the lowest to the highest of them"
	table("backup", "restore")
	table("swapout", "swapin")
	table("round_trip")
	printf "Memory's own limits in the same boots: copying a page %s, touching one line of it %s\n",
		limit["copy_page"], limit["touch_line"]
}
