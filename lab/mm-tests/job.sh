# shellcheck shell=dash
# job.sh: run every test of /mm/tests.tsv that /mm/wanted names, in the guest. /out/NAME gets
# the output of each, with its status in the last line.

cd /mm || exit 1
mkdir -p /out
echo 128 >/proc/sys/vm/nr_hugepages
echo 3 >/proc/sys/vm/drop_caches
while IFS="$(printf '\t')" read -r name limit command; do
	grep -qx "$name" wanted || continue
	echo "lab: begin selftest $name" >/dev/kmsg
	(
		cd "${command%%/*}" || exit
		# shellcheck disable=SC2086 # its words
		timeout -s KILL "$limit" ./${command#*/} >"/out/$name" 2>&1 </dev/null
		echo "status $?" >>"/out/$name"
	)
	echo "$name: $(tail -n 1 "/out/$name")"
done <tests.tsv
