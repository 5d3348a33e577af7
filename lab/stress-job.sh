# shellcheck shell=dash
# stress-job.sh: the campaign inside the VM, with busybox. lab/stress.sh puts
# before it the arguments of /bin/stress. Ends with its status.

# kmemleak would scan on its own, and take the time from the clients. It is of no
# use here: it gives up when an allocation of its own has been made to fail.
kmemleak=/sys/kernel/debug/kmemleak
[ ! -e $kmemleak ] || echo scan=off >$kmemleak 2>/dev/null || true
stress "$@"
