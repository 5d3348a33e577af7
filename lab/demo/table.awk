# table.awk: report.tsv for people.
#
# awk -f human.awk -f table.awk \
#     metrics.tsv copy.metrics report.tsv
#
# A difference of less than EVEN is called even: emulated timings repeat no better.

BEGIN { FS = "\t"; EVEN = 0.10 }

FNR == 1 { file++ }

file == 1 && FNR > 1 { better[$1] = $3; label[$1] = $4 }
file == 2 { setup[$1] = $2 }

function header() {
	printf "GPU buffers swapped out: the copy path and zero copy, same boot, same work\n"
	printf "Linux %s, %d MiB of memory, %d CPUs, %s\n", setup["kernel"],
		setup["memory_mib"], setup["cpus"], machine()
	printf "%d clients with %d surfaces, %d MiB in all; %d MiB drawn or verified per run\n",
		setup["clients"], setup["surfaces"], setup["surfaces_mib"],
		setup["used_mib"]
	if (setup["incompressible"])
		printf "Surfaces do not compress.\n"
	if (setup["set_up"] != "plain")
		printf "Set-up: %s\n", setup["set_up"]
	if (setup["emulator"] == "TCG")
		printf "%s\n%s\n",
			"TCG models neither caches nor memory bandwidth: counts hold, times only",
			"compare with each other."
	printf "\n%-38s %12s %12s  %-6s  %-7s %9s\n", "", "copy", "zero copy",
		"better", "verdict", "ratio"
}

function machine() {
	if (setup["emulator"] == "TCG")
		return "emulated by QEMU (TCG)"
	if (setup["emulator"] == "KVM")
		return "virtualised (KVM)"
	return setup["emulator"] == "none" ? "bare metal" : "virtualised"
}

# The verdict on a number.
function verdict(a, b, direction) {
	if (direction == "-" || a == "-" || b == "-")
		return "-"
	if (a == b || (a > 0 && b / a > 1 - EVEN && b / a < 1 / (1 - EVEN)))
		return "even"
	return (b < a) == (direction == "lower") ? "wins" : "loses"
}

# Three digits: x0.5 means half as much as with copying.
function times(ratio) {
	return ratio == "-" ? ratio : "x" sprintf("%.3g", ratio)
}

file == 3 && FNR == 1 { header(); next }

# A reason that never happened gets no line.
file == 3 && $1 ~ /^(fallback_|pages_poisoned)/ && $2 == 0 && $3 == 0 { next }

file == 3 {
	name = $1
	text = label[name]
	if (name ~ /^fallback_/) {
		name = "fallback_*"
		text = label[name]
		sub(/\*/, substr($1, 10), text)
	}
	printf "%-38s %12s %12s  %-6s  %-7s %9s\n", text, human($2, $5),
		human($3, $5), better[name], verdict($2, $3, better[name]),
		times($4)
}

END {
	printf "\n%s\n%s\n",
		"better: is lower or higher better? verdict: zero copy compared with copy (even: less",
		"than 10 % apart); ratio: zero copy / copy."
}
