# The verbs of ttm-zerocopy. Each is one script in lab/, with --help. 'make help' prints the
# lines that begin with "#:" and "##".
#
#: See it work
##demo           build the patched kernel, swap buffers with and without copying (12 min, then 2)
##shell          a prompt on the patched kernel in QEMU; CMD='...' runs one command
##um             the same on the kernel as a program, in real time
##doctor         say what is missing on this machine
#: Test it
##check          run every test, on three kernels (an hour, then half an hour): ONLY=
##stress         disturb clients for minutes or hours and verify everything: MINUTES= SEED=
##lint           run checkpatch, sparse and more, and list new warnings
##mutants        change the series, one thing at a time: does a test fail? MINUTES= ONLY=
##coverage       list the lines of the series that no test runs
#: Measure it
##mm-tests       compare the verdicts of mm's own selftests without and with the series
##bench          measure copying and zero copy, in instructions and in seconds: NAME=
##bench-compare  show two runs of the bench side by side: A= B=
##setups         run the demo on the machines of users, and make one table
##frames         draw frames while memory is free, but in small pieces
##hibernate      hibernate with more and more GPU buffers, and resume: SHARES= KINDS=
##owner          show which cgroup pays for a buffer that another one backs up
#: Work on it
##edit           make a git tree of the patched kernel to work in
##refresh        write the work in build/edit back to linux/
##series         write the patches as mails with cover letters: PART= ROLL=
##deb            make Debian packages and try them in QEMU (three hours): FAST= MODULES=
#: Other
##clean          remove build/ and out/; ALL=1 also removes the downloads and ccache
##help           show this

VERBS := demo shell um doctor check stress lint mutants coverage mm-tests bench bench-compare setups frames hibernate owner edit refresh series deb clean help

# Inputs, from the command line or the environment.
INPUTS := KERNEL KERNEL_TARBALL KERNEL_TREE CONFIG_EXTRA OVERLAY_EXTRA DEBUG KCSAN MEM CPUS V \
	ALL FORCE TIMEOUT UPDATE NAME A B CMD MINUTES SEED TURNS FAST MODULES QEMU_ARGS GDB LLVM LANES ONLY SETUP SHARES KINDS PART ROLL
# make must not expand a command for the guest.
override CMD := $(value CMD)
export $(INPUTS)

$(foreach input,$(filter-out $(INPUTS),$(foreach v,$(.VARIABLES),$(if $(filter command,$(origin $v)),$v))), \
	$(error there is no input $(input): see 'make help'))

.DEFAULT_GOAL := help
.PHONY: $(VERBS)
$(VERBS):
	@$(run)lab/$@.sh
.DEFAULT:
	@echo "there is no verb '$@': see 'make help'" >&2; exit 2

# 'make shell CMD=...' and 'make um CMD=...' end with the status of the command. A recipe's
# status is never make's own, so this needs lab/shell/make-exec.c. 'make -n' and 'make -q' would
# expand it as well, so they leave it out.
ifneq ($(filter $(MAKECMDGOALS),shell um),)
ifneq ($(CMD),)
ifeq ($(findstring n,$(firstword -$(MAKEFLAGS)))$(findstring q,$(firstword -$(MAKEFLAGS))),)
-load build/make-exec.so(make_exec_gmk_setup)
run = $(exec lab/$(MAKECMDGOALS).sh)
build/make-exec.so: lab/shell/make-exec.c
	@lab/deps.sh && mkdir -p $(@D) && gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o $@ $<
endif
endif
endif
