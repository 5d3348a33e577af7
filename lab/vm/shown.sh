# shellcheck shell=bash
# A run with its output shown at once. demo.sh and stress.sh source this and set SCRATCH.

# run_shown READER OPTION...: start run.sh with these options, as CHILD, and return its
# status. READER gets its output while it runs.
run_shown() {
	local status=0 reader

	mkfifo "$SCRATCH/lines"
	"$1" <"$SCRATCH/lines" &
	reader=$!
	start_child "$LAB/vm/run.sh" "${@:2}" >"$SCRATCH/lines"
	await_child || status=$?
	wait "$reader" || true
	return "$status"
}
