# The median of value[KEY, 1] to value[KEY, n[KEY]]. For use with another -f.

# sort(KEY): from the lowest to the highest.
function sort(key,    i, j, v) {
	for (i = 2; i <= n[key]; i++) {
		v = value[key, i] + 0
		for (j = i - 1; j && value[key, j] + 0 > v; j--)
			value[key, j + 1] = value[key, j]
		value[key, j + 1] = v
	}
}

# median(KEY): after sort(KEY).
function median(key,    half) {
	half = int((n[key] + 1) / 2)
	return n[key] % 2 ? value[key, half] : (value[key, half] + value[key, half + 1]) / 2
}
