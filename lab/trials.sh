#!/bin/bash
# trials.sh [option...] [NAME...]: repeat experiments that are too long or too rare for 'make
# check'.
#
# Each trial is a boot of the patched kernel and a program, guest/trial, that reports what it
# saw. Without a name all of them run:
#
#   pollers     eight readers of fdinfo and eight ttmstats, without a pause, while the demo runs
#   one-buffer  ten minutes of madvise, shrink, restore, eviction and page faults of one buffer
#   cgroups     50 memory cgroups a second for a minute; each leaves a buffer to a sibling
#   swapoff     swapoff with 1 GiB of buffers in swap, with and without room for them
#   overcommit  vm.overcommit_memory=2, up to the limit and at it; three selftests with it
#   sizes       buffers from 4 KiB to 4 GiB and 8 processors, in a guest of 8 GiB
#   module      vttm built as DKMS would: only from its sources, outside any kernel tree, with
#               the files of the linux-headers package; then three selftests with it
#
#   --seconds N    the length of one-buffer or cgroups
#   --debug        on the debug kernel (or DEBUG=1); KCSAN=1: on the kernel with KCSAN
#   --kernel DIR   boot the build in DIR as it is
#
# Leaves each trial's output and its kernel's log in out/trials/. Ends with 0 if everything was
# right and the kernel did not complain.

. "$(dirname "$0")/lib.sh"
. "$LAB/vm/kernel-log.sh"
. "$LAB/vm/shown.sh"
. "$LAB/kernel/make.sh"
usage_if_asked "$@"

NAMES='pollers one-buffer cgroups swapoff overcommit sizes module'
DIR=$OUT/trials
seconds='' kernel=''
while [ $# -gt 0 ]; do
	case $1 in
	--seconds) assign "$@"; shift ;;
	--kernel) value "$@"; kernel=$(realpath -- "$2"); shift ;;
	--debug) export DEBUG=1 ;;
	-*) die "trials.sh does not know '$1'" "see lab/trials.sh --help" ;;
	*) break ;;
	esac
	shift
done
numbers "${seconds:-0}"
# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- $NAMES
for name in "$@"; do
	[[ " $NAMES " == *" $name "* ]] || die "there is no trial '$name'" "choose from: $NAMES"
done

# selftests: the lines of a job that run some selftests.
selftests() {
	cat <<-'END'
		for t in uapi swapout race; do
			/tests/$t >/tmp/$t && code=0 || code=$?
			echo "$t: $(tail -1 /tmp/$t)"
			[ $code -eq 0 ] || { cat /tmp/$t; exit $code; }
		done
	END
}

# external_module: make $SCRATCH/vttm/vttm.ko. The kernel's scripts/package/install-extmod-build
# collects the files for it, as it does for the linux-headers package.
external_module() {
	local tree

	tree=$(dirname "$kernel")/linux
	{
		# make expands it.
		# shellcheck disable=SC2016
		kernel_make "$tree" "$kernel" run-command KBUILD_RUN_COMMAND='+$(srctree)/scripts/package/install-extmod-build '"$SCRATCH/headers"
		cp -r "$tree/drivers/gpu/drm/vttm" "$SCRATCH/vttm"
		make -C "$SCRATCH/headers" M="$SCRATCH/vttm" CONFIG_DRM_VTTM=m modules
	} >"$DIR/module.log" 2>&1 || {
		tail -20 "$DIR/module.log" >&2
		die "vttm does not build outside the kernel tree" "see the whole log: ${DIR#"$TOP/"}/module.log"
	}
	say "   built outside the kernel tree: $(stat -c %s "$SCRATCH/vttm/vttm.ko") bytes, $(grep -c 'warning:' "$DIR/module.log" || true) warnings"
}

# machine NAME: set run.sh's options and write the job.
machine() {
	local mem=1024 swap=2048 cpus=2 limit=900 job

	options=()
	case $1 in
	pollers)
		mem=512 swap=1024
		options=(--add "$LAB/demo/job.sh:/demo-job" --add "$LAB/trials/pollers.sh:/pollers" --files "$DIR/demo")
		job='exec sh /pollers'
		;;
	one-buffer)
		limit=$((${seconds:-600} * 2 + 300))
		job="rmmod vttm && modprobe vttm vram_mib=4 && trial one-buffer ${seconds:-600}"
		;;
	cgroups)
		limit=$((${seconds:-60} * 20 + 300))
		job="trial cgroups ${seconds:-60}"
		;;
	swapoff) mem=3072 job='trial swapoff 1024' ;;
	overcommit)
		mem=768 swap=512
		job="trial overcommit 128
echo 2 >/proc/sys/vm/overcommit_memory
$(selftests)"
		;;
	module)
		external_module
		options=(--append lab.novttm --add "$SCRATCH/vttm/vttm.ko:/extra/vttm.ko")
		job="modprobe drm_ttm_helper
insmod /extra/vttm.ko
$(selftests)"
		;;
	sizes) mem=8192 swap=12288 cpus=8 limit=3600 job='trial sizes 4096' ;;
	esac
	options+=(--mem "${MEM:-$mem}" --swap "$swap" --cpus "${CPUS:-$cpus}" --timeout "${TIMEOUT:-$limit}")
	printf '#!/bin/sh\nset -e\n%s\n' "$job" >"$SCRATCH/job"
}

# shellcheck disable=SC2317 # run_shown calls it
keep() { tee "$DIR/$name.txt"; }

# The guest's status, and the complaints of its kernel.
trial() {
	local status=0

	machine "$1"
	step "$1"
	rm -f "$SCRATCH/lines"
	run_shown keep ${kernel:+--kernel "$kernel"} "${options[@]}" --console "$DIR/$1.console" -- "$SCRATCH/job" || status=$?
	kernel_log "$kernel" "$DIR/$1.console" >"$DIR/$1.tap" || true
	grep '^not ok' "$DIR/$1.tap" && status=1
	return "$status"
}

scratch
mkdir -p "$DIR"
[ -n "$kernel" ] || kernel=$("$LAB/kernel/build.sh" --quiet)
failed=0
for name in "$@"; do
	start=$SECONDS
	if trial "$name"; then
		verdict=ok
	else
		verdict="FAILED ($?)"
		failed=1
	fi
	echo "$name: $verdict, $((SECONDS - start)) s" | tee -a "$DIR/$name.txt"
done
say "All of it: ${DIR#"$TOP/"}"
exit "$failed"
