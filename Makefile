# Every verb of ttm-zerocopy. Each is one script in lab/, which has --help.
#
##demo     build the patched kernel, swap GPU buffers both ways, show the table
##check    run every test, on the normal and on the debug kernel
##stress   clients under one disturbance after another, minutes or hours: MINUTES= SEED=
##bench    measure copy path and zero copy, instruction by instruction (NAME=)
##bench-compare  two runs of the bench side by side (A= B=)
##frames   a client that draws frames, while memory is free but in pieces
##hibernate  hibernate with GPU buffers, more and more of them, and resume: SHARES= KINDS=
##coverage  which lines of the series have the tests run?
##mutants  change the series, one thing at a time: do the tests notice? SEED= MINUTES= ONLY=
##setups   the demo on one user's machine after another, as one table
##owner    who pays for a buffer that somebody else has backed up, and is killed for it
##shell    the patched kernel at a prompt; CMD='...' runs one command
##um       the same as a program, in real time: a prompt, or CMD='...'
##edit     a git tree of the patched kernel to work in
##refresh  write the work of 'make edit' back to linux/
##series   the patches as mails with cover letters, for git am: out/series/ (PART= ROLL=)
##deb      Debian packages of the patched kernel, tried in a Debian in QEMU: out/deb/
##lint     checkpatch, sparse and friends: no new warning against the unpatched kernel
##doctor   what is missing on this machine, in plain words
##clean    remove build/ and out/ (ALL=1: the downloads and ccache too)
##help     this

VERBS := demo check stress bench bench-compare frames hibernate coverage mutants setups owner shell um edit refresh series deb lint doctor clean help

# Inputs, on the command line or in the environment.
INPUTS := KERNEL KERNEL_TARBALL KERNEL_TREE CONFIG_EXTRA OVERLAY_EXTRA DEBUG KCSAN MEM CPUS V \
	ALL FORCE TIMEOUT UPDATE NAME A B CMD MINUTES SEED TURNS FAST MODULES QEMU_ARGS GDB LLVM LANES ONLY SETUP SHARES KINDS PART ROLL
# A command for the guest is not make's to expand.
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

# 'make shell CMD=...' and 'make um CMD=...' end with the status of the command, which
# takes a little help: a recipe's status never is make's own. See lab/shell/make-exec.c.
# Not when make only says what it would do, for make expands that.
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
