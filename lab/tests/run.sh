#!/bin/bash
# However a guest ends, run.sh says so in words and in its status, and leaves nothing
# running.

. "$(dirname "$0")/tap.bash"
kernel=$("$LAB/kernel/build.sh" --quiet 2>/dev/null)
VERB=shell PROGRAM=qemu-system
. "$(dirname "$0")/guest-cases.bash"
check 'no kernel of the cases above hung before its init' fails grep -q ': NMI: ' "$LAB_OUT"/last-console.log.1

job 'grep -cx 0x1b36 /sys/bus/pci/devices/*/vendor'
check 'an option for QEMU adds a device' same "$(run --qemu '-device qxl' 2>/dev/null | grep -c ':1$')" 1

job 'exit 0'
# A QEMU whose guest hangs before its init as many times as the file HANGS says. When
# interrupted, its kernel answers with ANSWER.
mkdir "$WORK/bin"
cat >"$WORK/bin/qemu-system-x86_64" <<'END'
#!/bin/bash
for arg; do
	case $arg in
	file,id=*,append=on) file=${arg#*path=} file=${file%,append=on} ;;
	esac
	case $arg in
	file,id=console,*) console=$file; echo "$(cat "$HANGS") to go" >"$file" ;;
	file,id=status,*) status=$file ;;
	pipe,id=monitor,*) monitor=${arg#*path=} ;;
	esac
done
read -r left <"$HANGS"
[ "$left" -gt 0 ] || { echo 'exit 0' >"$status"; exit; }
echo $((left - 1)) >"$HANGS"
[ -z "${monitor-}" ] || read -r command <>"$monitor.in"
[ "${command-}" != nmi ] || echo "${ANSWER-}" >>"$console"
exec sleep 60
END
chmod +x "$WORK/bin/qemu-system-x86_64"
# hanging TIMES COMMAND...: with that QEMU.
hanging() {
	echo "$1" >"$WORK/hangs"
	PATH=$WORK/bin:$PATH HANGS=$WORK/hangs LAB_BOOT_SECONDS=1 LAB_ANSWER_SECONDS=1 "${@:2}"
}
# said COMMAND...: its output, if it ends with 0.
said() { "$@" >"$WORK/said" 2>&1 && cat "$WORK/said"; }
export ANSWER='Kernel panic - not syncing: NMI: Not continuing'
check 'a guest that hangs before its init is started again' hanging 2 run --console "$WORK/console"
check 'the consoles of such boots are kept' same "$(grep -h 'to go' "$WORK"/console{.1,.2,})" $'2 to go\n1 to go\n0 to go'
check 'a warning says that the kernel hangs' same "$(said hanging 1 run --console "$WORK/console" | grep -c 'not booted within 1 s, because the kernel hangs; starting it again')" 1
check 'a guest is not started a fourth time' fails_saying 'did not finish within 2 s' hanging 3 run --timeout 2 --console "$WORK/console"
# One boot as 'make check' does it.
boot_of_check() { bash -c '. "$1/lib.sh"; . "$1/check/boot.sh"; scratch; check_boot "$2" kunit "$3"' sh "$LAB" "$kernel" "$WORK/booted"; }
check 'a kernel that hung is a failure of make check' same "$(hanging 1 boot_of_check 2>/dev/null | sed -n 's/^not ok 1 \(.*boots\).*/\1/p')" 'it took 2 boots'
rm "$WORK"/booted*
ANSWER=
check 'a warning says that QEMU hangs' same "$(said hanging 1 run --console "$WORK/console" | grep -c 'not booted within 1 s, because QEMU hangs; starting it again')" 1
check 'a QEMU that hung is no failure of make check' same "$(hanging 1 boot_of_check 2>/dev/null | grep -c '^not ok')" 0
rm "$WORK"/booted*
check 'a guest that boots at once is no failure of make check' same "$(hanging 0 boot_of_check 2>/dev/null | grep -c '^not ok')" 0
# A lab on a machine where KVM works: kvm.sh says yes.
cp -r "$LAB" "$WORK/lab"
ln -sf /bin/true "$WORK/lab/vm/kvm.sh"
with_kvm() {
	LAB_BUILD=${tmp%/tmp} LAB_LINUX=${LAB_LINUX:-$LAB/../linux} LAB_GUEST=${LAB_GUEST:-$LAB/../guest} LAB_TTMSTAT=${LAB_TTMSTAT:-$LAB/../ttmstat} \
		"$WORK/lab/vm/run.sh" --kernel "$kernel" --mem 256 --swap 64 --timeout 3 -- "$WORK/job"
}
check 'with KVM a guest is not started again' fails_saying 'did not finish within 3 s' hanging 1 with_kvm
done_testing
