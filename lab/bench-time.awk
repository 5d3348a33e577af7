# bench-time.awk: time.csv for people.
#
# awk -f bench-time.awk time.csv

BEGIN { FS = "," }

FNR == 1 { next }

$1 == "limit" { limit[$2] = span($6, $8, $9); next }

{
	value[$1, $2, $3] = $6
	low[$1, $2, $3] = $8
	high[$1, $2, $3] = $9
	if (!($3 in known)) { known[$3]; order[++orders] = $3 }
}

function number(v) { return v == "" ? "-" : sprintf(v < 100 ? "%.1f" : "%.0f", v) }
function span(v, from, to) { return number(v) " (" number(from) " to " number(to) ")" }
function cell(op, path, o) { return span(value[op, path, o], low[op, path, o], high[op, path, o]) }
function ratio(op, o) { return sprintf("x%.3g", value[op, "copy", o] / value[op, "zero_copy", o]) }

END {
	print "In real time, on the kernel as a program of one processor (ARCH=um), caches warm: nanoseconds a"
	print "page, cached, in memory; the median of several boots, and the lowest to the highest of them"
	printf "%5s %22s %22s %7s %22s %22s %7s\n", "order", "backup: copy", "zero copy", "ratio",
		"restore: copy", "zero copy", "ratio"
	for (i = 1; i <= orders; i++) {
		o = order[i]
		printf "%5s %22s %22s %7s %22s %22s %7s\n", o, cell("backup", "copy", o), cell("backup", "zero_copy", o),
			ratio("backup", o), cell("restore", "copy", o), cell("restore", "zero_copy", o), ratio("restore", o)
	}
	printf "Memory's own limits in the same boots: copying a page %s, touching one line of it %s\n",
		limit["copy_page"], limit["touch_line"]
}
