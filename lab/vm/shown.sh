# shellcheck shell=bash
# A run that is shown while it lasts; demo.sh and stress.sh source this. They have a SCRATCH.

# run_shown READER OPTION...: run.sh with these options, as CHILD, and with its status;
# READER has what it prints, while it runs.
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
