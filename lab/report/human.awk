# human.awk: format numbers for people. For use with another -f.

BEGIN {
	second["s"] = 1
	second["ms"] = 1e-3
	second["us"] = 1e-6
	second["ns"] = 1e-9
}

function commas(n,    s) {
	s = sprintf("%d", n)
	while (match(s, /[0-9][0-9][0-9][0-9]($|,)/))
		s = substr(s, 1, RSTART) "," substr(s, RSTART + 1)
	return s
}

function seconds(s) {
	if (s >= 1)
		return sprintf("%.2f s", s)
	if (s >= 0.001)
		return sprintf("%.2f ms", s * 1e3)
	return s >= 1e-6 ? sprintf("%.1f us", s * 1e6) : sprintf("%d ns", s * 1e9)
}

function human(value, unit) {
	if (value == "-")
		return value
	if (unit in second)
		return seconds(value * second[unit])
	if (unit == "%")
		return sprintf("%.1f%%", value)
	return value ~ /\./ ? sprintf("%.2f", value) : commas(value)
}
