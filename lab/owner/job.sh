# shellcheck shell=dash
# job.sh: /bin/owner inside the VM, by copying and without, or the one way that a
# stock kernel has. Leaves /out/RUN.tsv.

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
