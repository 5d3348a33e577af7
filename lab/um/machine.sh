# shellcheck shell=bash disable=SC2034,SC2154
# The kernel as a program of the host. run.sh sources this. The guest mounts $SCRATCH and
# writes its output to files there.

# describe_um: set um to the program and its arguments. The guest's memory is a file, if
# possible in a file system in memory.
describe_um() {
	local words

	um=(env "TMPDIR=$(memory_folder)" "$kernel/linux" "mem=${mem}M" "initrd=$SCRATCH/root.cpio"
	    "hostfs=$SCRATCH" lab.um)
	if [ "$swap" -gt 0 ]; then
		truncate -s "${swap}M" "$SCRATCH/swap"
		um+=("ubd0=$SCRATCH/swap")
	fi
	read -r -a words < <(command_line)
	um+=("${words[@]}")
	# vttm is built in, but does not start on a node that does not exist. (With lockdep,
	# initcall_blacklist= finds no function.)
	case $append in *lab.novttm*) um+=(vttm.node=-2) ;; esac
}

# /dev/shm must have room for the memory, and must not be mounted noexec.
memory_folder() {
	local free

	free=$(df --output=avail -BM /dev/shm 2>/dev/null | tail -1 | tr -dc 0-9)
	if [ "${free:-0}" -gt $((mem * 5 / 4)) ] && [ -w /dev/shm ]; then echo /dev/shm
	else echo "$SCRATCH"; fi
}

# start_um: like start() of run.sh. tail follows the files until the guest has ended.
start_um() {
	touch "$SCRATCH/stdout" "$SCRATCH/stderr"
	start_child setpriv --pdeathsig TERM timeout -k 5 "$limit" "${um[@]}" \
		console=tty1 con0=null con1=null,fd:1 </dev/null >"$SCRATCH/console" 2>"$SCRATCH/qemu"
	tail -q -s 0.1 -c +1 -f --pid="$CHILD" "$SCRATCH/stdout" &
	readers=($!)
	tail -q -s 0.1 -c +1 -f --pid="$CHILD" "$SCRATCH/stderr" >&2 &
	readers+=($!)
}

# shell_um: like run_shell() of run.sh.
shell_um() {
	exec 8>"$SCRATCH/console"
	setpriv --pdeathsig TERM "${um[@]}" console=tty1 con0=fd:0,fd:1 con1=null,fd:8 \
		2>"$SCRATCH/qemu" || status=$?
}
