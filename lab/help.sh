#!/bin/bash
# help.sh: the verbs and the inputs.

. "$(dirname "$0")/lib.sh"
. "$LAB/vm/setup-words.sh"
takes_nothing "$@"

echo "ttm-zerocopy: GPU buffer memory swapped out, and back, without a copy."
echo
sed -n 's/^##/  make /p' "$TOP/Makefile"
cat <<'EOT'

Inputs (make VERB NAME=value; each script's --help has its defaults):
  DEBUG=1               the debug kernel: KASAN, lockdep, DEBUG_VM, page_owner
  KCSAN=1               the kernel that looks for data races, of shell, stress and check ONLY=
  LLVM=1                made by clang and lld, of demo, shell, stress and check ONLY=
  GDB=1                 with debug information; the guest waits for gdb, and the line to
                        type is printed
  MEM=1024 CPUS=2       the guest's memory (MiB) and processors
  QEMU_ARGS='-s'        more arguments for QEMU, as words
  SETUP=zram            of demo, shell, stress, hibernate and check: a user's machine;
                        see below
  TIMEOUT=600           seconds after which a guest is ended
  MINUTES=5 SEED=1      of make stress: how long, and what; TURNS='a b' only these
  MINUTES=20 SEED=1     of make mutants: a sample, by seed; ONLY='mm/*' only these files
  SHARES='30 60'        of make hibernate: the buffers, in per cent of memory; KINDS='a b'
                        only these kinds of buffers
  KERNEL=7.2            the series on an older kernel, ported in linux/patches/7.2
  KERNEL_TARBALL=file   another kernel than Debian's linux-source package
  KERNEL_TREE=dir       a kernel tree of your own, as it stands; never written to
  CONFIG_EXTRA=file     more kernel configuration, merged last
  OVERLAY_EXTRA=dir     more files, laid over the tree last
  LANES=2               of make check: how many jobs at once
  FAST=1                of make deb: for virtual machines only, in half an hour
  MODULES=my.lsmod      of make deb: only the modules that lsmod has printed there
  ALL=1 FORCE=1         of make clean: the downloads, too; work in build/edit, too
  ALL=1                 of make check: also what copying costs with the stock kernel
  UPDATE=1              look for a newer Debian kernel source
  V=1                   show everything the build prints
EOT
echo
echo "SETUP= takes one of these words, or several (SETUP=mglru+zram):"
setup_describe | sed 's/^/  /'
