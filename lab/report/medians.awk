# medians.awk: turn lines "x value" into lines "x median", in the order of the first x.
#
# awk -f median.awk -f medians.awk

{ if (!n[$1]) x[++nr] = $1; value[$1, ++n[$1]] = $2 }
END { for (i = 1; i <= nr; i++) { sort(x[i]); print x[i], median(x[i]) } }
