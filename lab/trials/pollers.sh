# shellcheck shell=dash
# pollers.sh: sixteen processes read the kernel's numbers about buffers while the demo runs.
# lab/trials.sh calls it in the guest.

set -eu
export RUNS='copy zero_copy' BREAK='' WARMUP='--total 512 --rounds 0 --wc 100 --timeout 400'
export WORKLOAD='--total 768 --rounds 2 --seed 1 --timeout 400'
polls=
for i in 1 2 3 4 5 6 7 8; do
	trial fdinfo 3600 >"/tmp/fdinfo.$i" &
	polls="$polls $!"
	(while [ ! -e /tmp/end ]; do
		if ttmstat --clients --json >"/tmp/json.$i" 2>"/tmp/said.$i"; then
			echo >>"/tmp/ttmstat.$i"
		elif ! grep -q 'no process has buffers' "/tmp/said.$i"; then
			cat "/tmp/said.$i"
			exit 1
		fi
	done) &
	polls="$polls $!"
done
status=0
sh /demo-job || status=$?
touch /tmp/end
killall -TERM trial
for poll in $polls; do
	wait "$poll" || { echo "a poller has failed"; status=1; }
done
cat /tmp/fdinfo.*
echo "$(cat /tmp/ttmstat.* | wc -l) times ttmstat --clients --json"
for run in $RUNS; do
	awk -v run="$run" '/^(verdict|seconds|checksum_errors|pages_inserted|oom_kills)\t/ { printf "%s: %s %s\n", run, $1, $2 }' "/out/$run.metrics"
done
exit "$status"
