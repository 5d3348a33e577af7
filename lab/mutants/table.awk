# table.awk: the mutants of each file, from the files not-run, not-compiled and
# mutants.tsv.

function note(path, column) {
	if (!(path in seen)) {
		seen[path]
		order[++files] = path
	}
	count[path, column]++
	count["all", column]++
}

function line(path,    tested, killed) {
	killed = count[path, "killed"]
	tested = killed + count[path, "survived"]
	printf "%-42s %6d %8d %8d %8d %10s %10d %8d\n", path, tested + count[path, "equivalent"], killed,
		count[path, "survived"], count[path, "equivalent"],
		tested ? sprintf("%.1f", 100 * killed / tested) : "-", count[path, "not run"], count[path, "not compiled"]
}

BEGIN {
	FS = "\t"
	printf "%-42s %6s %8s %8s %8s %10s %10s %8s\n", "file", "tested", "killed", "survived", "equival.",
		"killed, %", "not run", "refused"
}

FILENAME == ARGV[1] { note($2, "not run"); next }
FILENAME == ARGV[2] { note($2, "not compiled"); next }
{ note($2, $7 ~ /^killed/ ? "killed" : $7) }

END {
	for (i = 1; i <= files; i++)
		line(order[i])
	line("all")
}
