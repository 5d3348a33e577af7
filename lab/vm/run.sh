#!/bin/bash
# run.sh [option...] -- JOB: run a script in the lab's virtual machine.
#
# Builds the kernel and the guest's root if they are not up to date, boots, runs
# JOB (a host file: shell script with or without "#!", or a static program) as
# root, and ends with its exit status. The job's stdout and stderr arrive on
# ours while it runs, untouched by anything the kernel prints. They are no
# terminal in the guest: a C program must flush what should be seen at once.
#
#   --mem M         guest memory in MiB (or MEM=; 1024)
#   --cpus N        virtual processors (or CPUS=; 2)
#   --swap M        size of the swap disk in MiB, 0 for none (2048)
#   --setup 'A B'   what the machine is like (or SETUP=): words of lab/vm/setups.tsv
#   --debug         the debug kernel (or DEBUG=1)
#   --um            the kernel as a program instead of a virtual machine: seconds are
#                   real, there is one processor, and what vttm needs is built in
#   --icount        count instructions instead of time: without a swap disk a run
#                   repeats to the instruction; one processor, no KVM
#   --timeout S     end the run after S seconds (or TIMEOUT=; 600)
#   --append TEXT   more kernel command line; lab.novttm keeps vttm unloaded
#   --qemu TEXT     more options for QEMU, blanks between them
#   --add HOST:GUEST  put a host file into the guest at the path GUEST
#   --files DIR     after the job, copy what it left in the guest's /out to DIR
#   --console FILE  keep the kernel's console output in FILE (of boots that hung
#                   before, see below, in FILE.1 and FILE.2)
#   --shell         no job: a prompt on this terminal
#   --kernel DIR    boot the build in DIR as it is (see lab/kernel/build.sh)
#   GDB=1           wait for gdb before the first instruction: the line to type is printed
#   --hibernates FILE  the job may hibernate: when the machine has switched off with an
#                   image on its swap disk, it is switched on again and the job goes on.
#                   FILE gets "on" or "off" and the host's clock each time
#
# The guest: busybox; /bin has our programs (guest/), /tests the selftests,
# /modules the modules. Swap is on, vttm is loaded, /proc /sys /tmp debugfs
# tracefs and cgroup2 (/sys/fs/cgroup) are mounted.
#
# Ends with the job's status; 124 after the time limit, 125 when the guest did
# not get as far as the end of the job (panic, no boot, an image that could not be
# resumed), with the reason, the fix and the tail of the console on stderr. Interrupted,
# it leaves no QEMU and no file behind. An emulated guest that hangs before its init, or
# before it has found its image, is started again, twice at most, with a warning.

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
# What makes the kernel answer the non-maskable interrupt, with what each processor does.
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
[ -n "$shell" ] || [ -r "$1" ] || die "the job $1 cannot be read" "give the path of a script"

# Whoever looks at a machine through gdb takes his time.
[ -z "${GDB-}" ] || limit=86400 BOOT_SECONDS=86400

setup=$(setup_words "$setup")
[ -n "$kernel" ] || kernel=$("$LAB/kernel/build.sh" --quiet)
tree=$(dirname "$kernel")/linux
[ -f "$kernel/$IMAGE" ] || die "$kernel holds no kernel" "build one: lab/kernel/build.sh"
UM='' program=QEMU boots=1
[ ! -f "$kernel/linux" ] || UM=1 program="the kernel as a program"
[ -z "$UM" ] || [ -z "$setup" ] || die "the kernel as a program cannot be set up as $setup" "leave out SETUP=, or take the virtual machine: make shell"
[ -z "$UM" ] || [ ${#options[@]} -eq 0 ] || die "the kernel as a program has nothing of QEMU's" "leave out --um or --qemu"
[ -z "$UM" ] || [ -z "$icount" ] || die "instructions cannot be counted on ARCH=um" "leave out --um or --icount"
[ -z "$power" ] || can_hibernate
"$LAB/vm/initramfs.sh" "$tree" "$kernel"
scratch

# Files for this run only ride in a second archive behind the first.
pack() {
	local add

	{
		[ -n "$shell" ] || echo "file /job $1 755 0 0"
		for add in "${adds[@]}"; do
			[ -r "${add%%:*}" ] || die "${add%%:*} cannot be read" "--add HOST:GUEST wants a file of this machine"
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

	# QEMU does not always deliver timer interrupts in time on a busy host, and the
	# kernel panics if it finds none when it checks.
	[ -n "$UM$icount" ] || [ "$boots" -eq 1 ] || line+=" no_timer_check $TELL_HANG"
	! grep -q '^CONFIG_PAGE_OWNER=y' "$kernel/.config" || line+=' page_owner=on'
	[ -z "${GDB-}" ] || line+=' nokaslr'
	[ -z "$files" ] || line+=' lab.files'
	[ -z "$power" ] || line+=" $RESUME"
	[ -z "$shell" ] || line+=" lab.shell lab.size=$(stty size 2>/dev/null | tr ' ' x)"
	echo "$line$(setup_command_line)"
}

# Counting instructions, everything that a run could get from outside is the same each
# time: random numbers, the date, and when a write to a port is taken notice of.
# A guest under emulation sometimes (one boot in a thousand on a busy host) stops
# before its init; without emulation there is no such excuse.
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

# describe: the machine that was asked for.
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

# gdb_stub: QEMU stops before the guest's first instruction, and gdb goes on from there.
gdb_stub() {
	qemu+=(-S -gdb "tcp:127.0.0.1:${GDB_PORT:-1234}")
	say "the guest waits for gdb. In another terminal:"
	say "  gdb -iex 'set auto-load safe-path $(dirname "$kernel")' -ex 'target remote :${GDB_PORT:-1234}' -ex 'hbreak start_kernel' -ex continue $kernel/vmlinux"
	say "then break where you like; 'lx-symbols' finds vttm and ttm's modules once they are loaded"
}

# keep_console [SUFFIX]: print where it is kept.
keep_console() {
	local log=${console:-$OUT/last-console.log}${1-}

	mkdir -p "$(dirname "$log")"
	[ ! -e "$SCRATCH/console" ] || cp "$SCRATCH/console" "$log"
	echo "${log#"$TOP/"}"
}

# What the user sees of the console when something went wrong.
show_console() {
	[ -s "$SCRATCH/console" ] || return 0
	say "-- the end of the console (all of it: $(keep_console)):"
	tail -25 "$SCRATCH/console" | tr -d '\r' >&2
}

# verdict QEMU-STATUS: turn what happened into an exit status and a sentence.
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
		say "  fix: look at the console above; allow more time with TIMEOUT=$((limit * 2))"
		return 124
	elif [[ $last == broken* ]]; then
		say "error: the guest could not be prepared: ${last#broken }"
		say "  fix: the console above says why; --append lab.novttm leaves vttm out"
	elif [ -n "$panic" ]; then
		say "error: the guest's kernel panicked: $panic"
		say "  fix: the trace above names the function; more memory: MEM=$((mem * 2)), more checks: DEBUG=1"
	elif [ "$1" -ne 0 ]; then
		say "error: $program ended with status $1: $(tail -1 "$SCRATCH/qemu")"
		say "  fix: less memory (MEM=512) if the host is short of it; make doctor"
	else
		say "error: the guest switched off before the job was done (it got as far as: ${last:-nothing})"
		say "  fix: the job must not power off or reboot; the console above says what happened"
	fi
	return 125
}

# start: one attempt; sets CHILD to the guest's process.
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

# What a QEMU that hung has not read is not for the next one.
fresh_monitor() {
	rm -f "$SCRATCH"/monitor.{in,out}
	mkfifo "$SCRATCH"/monitor.{in,out}
}

# switch_on: QEMU, and who reads what the guest has to say.
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

# interrogate: interrupt a guest that hangs. True if its kernel answers.
interrogate() {
	local until=$((SECONDS + ANSWER_SECONDS))

	# Both ways, so as not to wait for a QEMU that is not there.
	echo nmi 1<>"$SCRATCH/monitor.in"
	until kernel_hung "$SCRATCH/console"; do
		[ "$SECONDS" -lt "$until" ] || return 1
		sleep 0.5
	done
	# For the rest of what it has to say.
	sleep 2
}

# finish: the guest's end, and the end of its output.
finish() {
	status=0
	await_child || status=$?
	log_power off
	# QEMU may have died before it opened the pipes.
	: <>"$SCRATCH/stdout" <>"$SCRATCH/stderr"
	wait "${readers[@]}" || true
}

# Nothing of the job has run in a guest that has not booted, so it is started afresh.
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
		warn "the guest has not booted within $BOOT_SECONDS s, for $culprit hangs; starting it again (its console: $(keep_console ".$boot"))"
	done
	finish
	while [ "$status" -eq 0 ] && has_image; do resume || break; done
}

run_shell() {
	[ -t 0 ] || die "a prompt needs a terminal" "give a command instead: make shell CMD='uname -a'"
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
