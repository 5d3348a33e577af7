# shellcheck shell=dash
# job.sh: run /bin/owner inside the VM, by copying and without. A stock kernel can only copy.
# Leaves /out/RUN.tsv.

set -eu
switch=/sys/module/ttm/parameters/zero_copy
if [ ! -e $switch ]; then
	owner >/out/stock.tsv
	exit
fi
echo 0 >$switch
owner >/out/copy.tsv
echo 1 >$switch
owner >/out/zero_copy.tsv
