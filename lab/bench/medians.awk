# medians.awk: turn the rows of several boots into one row each, with median and extremes.
#
# awk -f median.awk -f medians.awk rows
#
# Reads op,path,order,caching,state,value,unit without a header. Adds low and high.

BEGIN { FS = "," }

{
	key = $1 "," $2 "," $3 "," $4 "," $5
	if (!n[key]++)
		keys[++nr] = key
	value[key, n[key]] = $6
	unit[key] = $7
}

END {
	for (i = 1; i <= nr; i++) {
		sort(keys[i])
		printf "%s,%.2f,%s,%.2f,%.2f\n", keys[i], median(keys[i]), unit[keys[i]],
			value[keys[i], 1], value[keys[i], n[keys[i]]]
	}
}
