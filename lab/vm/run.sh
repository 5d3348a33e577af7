#!/bin/bash
# run.sh [option...] -- JOB: run a script in the lab's virtual machine.
#
# Builds the kernel and the guest's root if they are not up to date, boots, runs
# JOB (a host file: a shell script with or without "#!", or a static program) as root, and
# ends with its exit status. The job's stdout and stderr arrive on ours while it runs,
# without the kernel's messages. In the guest they are no terminal: a C program must flush
# what should be seen at once.
#
#   --mem M         guest memory in MiB (or MEM=; 1024)
#   --cpus N        virtual processors (or CPUS=; 2)
#   --swap M        size of the swap disk in MiB, 0 for none (2048)
#   --setup 'A B'   the kind of machine (or SETUP=): words of lab/vm/setups.tsv
#   --debug         the debug kernel (or DEBUG=1)
#   --um            the kernel as a program instead of a virtual machine: seconds are
#                   real, there is one processor, and vttm is built in
#   --icount        instructions count as time: without a swap disk, a run can be
#                   repeated to the instruction; one processor, no KVM
#   --timeout S     end the run after S seconds (or TIMEOUT=; 600)
#   --append TEXT   more kernel command line; with lab.novttm, vttm is not loaded
#   --qemu TEXT     more options for QEMU, separated by blanks
#   --add HOST:GUEST  put a host file into the guest at the path GUEST
#   --files DIR     after the job, copy the guest's /out to DIR
#   --console FILE  keep the kernel's console output in FILE, and that of earlier boots
#                   that hung (see below) in FILE.1 and FILE.2
#   --shell         no job: a prompt on this terminal
#   --kernel DIR    boot the build in DIR as it is (see lab/kernel/build.sh)
#   GDB=1           wait for gdb before the first instruction, and print the line to type
#   --hibernates FILE  the job may hibernate: if the machine switches off with an image on
#                   its swap disk, it is switched on again and the job goes on. FILE gets
#                   "on" or "off" and the host's clock each time
#
# The guest: busybox; /bin has our programs (guest/), /tests the selftests,
# /modules the modules. Swap is on, vttm is loaded, /proc /sys /tmp debugfs
# tracefs and cgroup2 (/sys/fs/cgroup) are mounted.
#
# Ends with the job's status; with 124 after the time limit; with 125 if the guest ended
# before the job did (a panic, no boot, no resume). Then the reason, the fix and the tail
# of the console are on stderr. If interrupted, it leaves no QEMU and no file behind. If an
# emulated guest hangs before its init, or before it finds its image, it is started again,
# at most twice, with a warning.

. "$(dirname "$0")/../lib.sh"
. "$LAB/vm/setup-words.sh"
. "$LAB/vm/machine.sh"
. "$LAB/vm/setup-machine.sh"
. "$LAB/vm/power.sh"
usage_if_asked "$@"

mem=${MEM:-1024} cpus=${CPUS:-2} swap=2048 limit=${TIMEOUT:-600} append='' icount='' files='' console='' shell='' kernel='' power='' setup=${SETUP-}
adds=() options=()
# A boot takes 3 seconds, 10 with the debug kernel, more on a busy host.
BOOT_SECONDS=${LAB_BOOT_SECONDS:-90}
ANSWER_SECONDS=${LAB_ANSWER_SECONDS:-20}
# With this, the kernel answers a non-maskable interrupt and shows what each processor does.
TELL_HANG='unknown_nmi_panic panic_print=64'
while [ $# -gt 0 ]; do
	case $1 in
	--mem | --cpus | --swap | --setup | --append | --files | --console) assign "$@"; shift ;;
	--timeout) value "$@"; limit=$2; shift ;;
	--qemu) value "$@"; read -r -a words <<<"$2"; options+=("${words[@]}"); shift ;;
	--add) value "$@"; adds+=("$2"); shift ;;
	--kernel) value "$@"; kernel=$(realpath -- "$2"); shift ;;
	--hibernates) value "$@"; power=$(realpath -m -- "$2"); shift ;;
	--debug) export DEBUG=1 ;;
	--um) export UM=1 ;;
	--icount) icount=1 cpus=1 ;;
	--shell) shell=1 ;;
	--) shift; break ;;
	*) unknown "$1" ;;
	esac
	shift
done
numbers "$mem" "$cpus" "$swap" "$limit"
[ -n "$shell" ] || [ $# -eq 1 ] || die "run.sh needs exactly one job" "see $(self) --help"
[ -n "$shell" ] || [ -r "$1" ] || die "the job $1 cannot be read" "give the path of a script or a static program"

# Debugging with gdb takes as long as it takes.
[ -z "${GDB-}" ] || limit=86400 BOOT_SECONDS=86400

setup=$(setup_words "$setup")
[ -n "$kernel" ] || kernel=$("$LAB/kernel/build.sh" --quiet)
tree=$(dirname "$kernel")/linux
[ -f "$kernel/$IMAGE" ] || die "$kernel holds no kernel" "build one with lab/kernel/build.sh"
UM='' program=QEMU boots=1
[ ! -f "$kernel/linux" ] || UM=1 program="the kernel as a program"
[ -z "$UM" ] || [ -z "$setup" ] || die "the kernel as a program cannot be set up as $setup" "leave out SETUP=, or use the virtual machine: make shell"
[ -z "$UM" ] || [ ${#options[@]} -eq 0 ] || die "the kernel as a program takes no options for QEMU" "leave out --um or --qemu"
[ -z "$UM" ] || [ -z "$icount" ] || die "instructions cannot be counted on ARCH=um" "leave out --um or --icount"
[ -z "$power" ] || can_hibernate
"$LAB/vm/initramfs.sh" "$tree" "$kernel"
scratch

# pack [JOB]: files for this run only are in a second archive, behind the first.
pack() {
	local add

	{
		[ -n "$shell" ] || echo "file /job $1 755 0 0"
		for add in "${adds[@]}"; do
			[ -r "${add%%:*}" ] || die "${add%%:*} cannot be read" "in --add HOST:GUEST, HOST is a file of this machine"
			parents "${add#*:}"
			echo "file ${add#*:} $(realpath "${add%%:*}") $(stat -Lc %a "${add%%:*}") 0 0"
		done
	} >"$SCRATCH/list"
	"$kernel/usr/gen_init_cpio" "$SCRATCH/list" >"$SCRATCH/job.cpio"
	cat "$kernel/initramfs.cpio" "$SCRATCH/job.cpio" >"$SCRATCH/root.cpio"
}

parents() {
	local dir=${1%/*}

	[ -n "$dir" ] || return 0
	parents "$dir"
	echo "dir $dir 755 0 0"
}

command_line() {
	local line="$ALWAYS kunit.autorun=0 $append"

	# On a busy host QEMU may deliver timer interrupts late. The kernel would panic if it
	# checked for them and found none.
	[ -n "$UM$icount" ] || [ "$boots" -eq 1 ] || line+=" no_timer_check $TELL_HANG"
	! grep -q '^CONFIG_PAGE_OWNER=y' "$kernel/.config" || line+=' page_owner=on'
	[ -z "${GDB-}" ] || line+=' nokaslr'
	[ -z "$files" ] || line+=' lab.files'
	[ -z "$power" ] || line+=" $RESUME"
	[ -z "$shell" ] || line+=" lab.shell lab.size=$(stty size 2>/dev/null | tr ' ' x)"
	echo "$line$(setup_command_line)"
}

# When instructions are counted, everything that comes from outside must be the same each
# time: random numbers, the date, and the moment at which a write to a port is noticed.
# An emulated guest sometimes stops before its init (one boot in a thousand on a busy
# host), so it gets more boots. With KVM it does not, so it gets one.
choose_accel() {
	boots=3
	if [ -n "$icount" ]; then
		accel=(-accel "tcg,thread=single" -icount "shift=0,sleep=off" -seed 1
		       -rtc "base=2026-01-01,clock=vm" -global virtio-serial-pci.ioeventfd=off)
	elif "$LAB/vm/kvm.sh" "$kernel"; then
		accel=(-accel kvm)
		boots=1
	else
		accel=(-accel "tcg,thread=multi" -chardev "pipe,id=monitor,path=$SCRATCH/monitor"
		       -mon "chardev=monitor,mode=readline")
	fi
}

# describe: build QEMU's command line.
describe() {
	local accel

	choose_accel
	machine "$mem" "$(setup_processors)" "$kernel/$IMAGE" "$SCRATCH/root.cpio" "$(command_line)"
	serial console
	qemu+=(-device virtio-serial-pci "${accel[@]}")
	if [ -n "$power" ]; then
		serial_ports
	else
		port stdout 1
		port stderr 2
		status_port
		port files 4
	fi
	if [ "$swap" -gt 0 ]; then
		truncate -s "${swap}M" "$SCRATCH/swap"
		disk swap
	fi
	[ -z "$power" ] || disk files
	[ -z "${GDB-}" ] || gdb_stub
	setup_machine
	qemu+=("${options[@]}")
	read -r -a words <<<"${QEMU_ARGS-}"
	qemu+=("${words[@]}")
}

# gdb_stub: QEMU stops before the guest's first instruction and waits for gdb.
gdb_stub() {
	qemu+=(-S -gdb "tcp:127.0.0.1:${GDB_PORT:-1234}")
	say "the guest waits for gdb. In another terminal:"
	say "  gdb -iex 'set auto-load safe-path $(dirname "$kernel")' -ex 'target remote :${GDB_PORT:-1234}' -ex 'hbreak start_kernel' -ex continue $kernel/vmlinux"
	say "Set breakpoints there; 'lx-symbols' finds the modules vttm and ttm once they are loaded"
}

# keep_console [SUFFIX]: keep the console's output and print where.
keep_console() {
	local log=${console:-$OUT/last-console.log}${1-}

	mkdir -p "$(dirname "$log")"
	[ ! -e "$SCRATCH/console" ] || cp "$SCRATCH/console" "$log"
	echo "${log#"$TOP/"}"
}

# show_console: the end of the console's output, after an error.
show_console() {
	[ -s "$SCRATCH/console" ] || return 0
	say "-- the end of the console output (the whole is in $(keep_console)):"
	tail -25 "$SCRATCH/console" | tr -d '\r' >&2
}

# verdict QEMU-STATUS: say what happened, and return the status for it.
verdict() {
	local last panic

	last=$(tail -1 "$SCRATCH/status" 2>/dev/null || true)
	case $last in
	'exit '*) return "${last#exit }" ;;
	esac
	cat "$SCRATCH/qemu" >&2
	show_console
	panic=$(sed -n 's/^.*Kernel panic - not syncing: //p' "$SCRATCH/console" 2>/dev/null | sed -n 1p | tr -d '\r')
	if [ "$1" -eq 124 ]; then
		say "error: the guest did not finish within $limit s and was ended"
		say "  fix: see the console output above, or allow more time with TIMEOUT=$((limit * 2))"
		return 124
	elif [[ $last == broken* ]]; then
		say "error: the guest could not be prepared: ${last#broken }"
		say "  fix: see the reason in the console output above; --append lab.novttm leaves vttm out"
	elif [ -n "$panic" ]; then
		say "error: the guest's kernel panicked: $panic"
		say "  fix: see the trace above; try more memory (MEM=$((mem * 2))) or more checks (DEBUG=1)"
	elif [ "$1" -ne 0 ]; then
		say "error: $program ended with status $1: $(tail -1 "$SCRATCH/qemu")"
		say "  fix: give the guest less memory (MEM=512) if the host is short of it; run make doctor"
	else
		say "error: the guest switched off before the job was done (it got as far as: ${last:-nothing})"
		say "  fix: see the console output above; a job must not power off or reboot"
	fi
	return 125
}

# start: start the guest, as CHILD.
start() {
	rm -f "$SCRATCH"/{stdout,stderr,status,files,console}
	if [ -n "$UM" ]; then
		start_um
		return
	fi
	mkfifo "$SCRATCH"/{stdout,stderr}
	[ -z "$power" ] || fresh_power
	switch_on
}

# A QEMU that hung may have left commands unread. The next one must not read them.
fresh_monitor() {
	rm -f "$SCRATCH"/monitor.{in,out}
	mkfifo "$SCRATCH"/monitor.{in,out}
}

# switch_on: start QEMU, and the readers of the guest's output.
switch_on() {
	fresh_monitor
	cat "$SCRATCH/stdout" &
	readers=($!)
	cat "$SCRATCH/stderr" >&2 &
	readers+=($!)
	log_power on
	start_guest "$limit" "${qemu[@]}"
}

# booted: wait until the guest's init speaks; false if it takes too long.
booted() {
	local until=$((SECONDS + BOOT_SECONDS))

	while [ ! -s "$SCRATCH/status" ] && kill -0 "$CHILD" 2>/dev/null; do
		[ "$SECONDS" -lt "$until" ] || return 1
		sleep 0.1
	done
}

# interrogate: interrupt a guest that hangs; true if its kernel answers.
interrogate() {
	local until=$((SECONDS + ANSWER_SECONDS))

	# Opened both ways, so that this does not wait for a QEMU that is gone.
	echo nmi 1<>"$SCRATCH/monitor.in"
	until kernel_hung "$SCRATCH/console"; do
		[ "$SECONDS" -lt "$until" ] || return 1
		sleep 0.5
	done
	# Time for the rest of its answer.
	sleep 2
}

# finish: wait for the end of the guest and of its output.
finish() {
	status=0
	await_child || status=$?
	log_power off
	# QEMU may have died before it opened the pipes.
	: <>"$SCRATCH/stdout" <>"$SCRATCH/stderr"
	wait "${readers[@]}" || true
}

# run_job: a guest that has not booted has run nothing of the job, so it can be started again.
run_job() {
	local boot readers culprit

	for ((boot = 1; boot <= boots; boot++)); do
		start
		if booted || [ "$boot" -eq "$boots" ]; then
			break
		fi
		culprit=QEMU
		! interrogate || culprit="the kernel"
		kill "$CHILD" 2>/dev/null || true
		finish
		warn "the guest has not booted within $BOOT_SECONDS s, because $culprit hangs; starting it again (its console: $(keep_console ".$boot"))"
	done
	finish
	while [ "$status" -eq 0 ] && has_image; do resume || break; done
}

run_shell() {
	[ -t 0 ] || die "a prompt needs a terminal" "give a command: make shell CMD='uname -a'"
	status=0
	if [ -n "$UM" ]; then
		shell_um
		return
	fi
	fresh_monitor
	qemu+=(-chardev "stdio,id=tty,signal=off" -device "virtconsole,chardev=tty")
	setpriv --pdeathsig TERM "${qemu[@]}" 2>"$SCRATCH/qemu" || status=$?
}

pack "$@"
if [ -n "$UM" ]; then
	. "$LAB/um/machine.sh"
	describe_um
else
	describe
fi
if [ -n "$shell" ]; then run_shell; else run_job; fi
[ -z "$console" ] || keep_console >/dev/null
[ -z "$files" ] || [ ! -s "$SCRATCH/files" ] || { mkdir -p "$files" && tar -C "$files" --no-same-owner -xf "$SCRATCH/files"; }
verdict "$status"
