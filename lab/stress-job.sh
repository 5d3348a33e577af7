# shellcheck shell=dash
# stress-job.sh: the campaign inside the VM, with busybox. lab/stress.sh puts
# before it the arguments of /bin/stress. Ends with its status.

kmemleak=/sys/kernel/debug/kmemleak

# What has been allocated since boot and nothing points to any more: reported
# when a second scan finds it as the first did, and not in its first seconds.
leaks() {
	sleep 6
	if ! { echo scan >$kmemleak && echo scan >$kmemleak; }; then
		echo '# kmemleak is off'
		return 0
	fi
	cat $kmemleak >/tmp/leaks
	sed 's/^/# /' /tmp/leaks
	[ ! -s /tmp/leaks ]
}

# It would scan on its own, and take the time from the clients.
[ ! -e $kmemleak ] || echo scan=off >$kmemleak
status=0
stress "$@" || status=$?
if [ -e $kmemleak ] && ! leaks; then
	echo '# kernel objects have leaked'
	status=1
fi
exit "$status"
