#!/bin/bash
# help.sh: print the verbs and the inputs.

. "$(dirname "$0")/lib.sh"
. "$LAB/vm/setup-words.sh"
takes_nothing "$@"

echo "ttm-zerocopy: swap GPU buffers out and back without copying them."
sed -n -e 's/^#: \(.*\)/\n\1:/p' -e 's/^##/  make /p' "$TOP/Makefile"
cat <<'EOT'

Inputs (make VERB NAME=value; each script's --help has its defaults):
  DEBUG=1               use the debug kernel: KASAN, lockdep, DEBUG_VM, page_owner
  KCSAN=1               shell, stress, check ONLY=: use the kernel that looks for data races
  LLVM=1                demo, shell, stress, check ONLY=: build with clang and lld
  GDB=1                 shell: build with debug information, wait for gdb, and print the
                        line to type
  ONLY='ttm_*'          check: only the suites, selftests and drivers with such names
  MEM=1024 CPUS=2       the guest's memory (MiB) and processors; the default differs by verb
  QEMU_ARGS='-s'        more arguments for QEMU, separated by blanks
  SETUP=zram            demo, shell, stress, hibernate, frames, check: the machine of a user,
                        see below
  TIMEOUT=600           end a guest after so many seconds; the default differs by verb
  MINUTES=5 SEED=1      stress: how long, and which order; TURNS='a b': only these turns
  MINUTES=20 SEED=1     mutants: test a sample; ONLY='mm/*': only in these files
  SHARES='30 60'        hibernate: the size of the buffers, in per cent of memory;
                        KINDS='a b': only these kinds of buffers
  PART=core ROLL=2      series: only this part; as [PATCH v2 ...]
  NAME=mine             bench: the name of the run; with --publish the name of the results
  KERNEL=7.2            use an older kernel, with the port in linux/patches/7.2
  KERNEL_TARBALL=file   use this kernel instead of Debian's linux-source package
  KERNEL_TREE=dir       use a kernel tree of your own, as it stands; it is never written to
  CONFIG_EXTRA=file     more kernel configuration, merged last
  OVERLAY_EXTRA=dir     more files, laid over the tree last
  LANES=2               check: the number of jobs in parallel
  FAST=1                deb: packages for virtual machines, in half an hour
  MODULES=my.lsmod      deb: only the modules in this file, the output of lsmod
  ALL=1 FORCE=1         clean: also remove the downloads; also remove work in build/edit
  ALL=1                 check: also measure the cost of copying on the stock kernel
  UPDATE=1              look for a newer kernel source in Debian
  V=1                   show everything that the build prints
EOT
echo
echo "SETUP= takes one or several of these words (SETUP=mglru+zram):"
setup_describe | sed 's/^/  /'
