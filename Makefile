# Every verb of ttm-zerocopy. Each is one script in lab/, which has --help.
#
##demo     build the patched kernel, swap GPU buffers both ways, show the table
##check    run every test, on the normal and on the debug kernel
##bench    measure copy path and zero copy, instruction by instruction (NAME=)
##bench-compare  two runs of the bench side by side (A= B=)
##shell    the patched kernel at a prompt; CMD='...' runs one command
##edit     a git tree of the patched kernel to work in
##refresh  write the work of 'make edit' back to linux/
##series   the patches as mails with a cover letter, for git am: out/series/
##lint     checkpatch, sparse and friends: no new warning against the unpatched kernel
##doctor   what is missing on this machine, in plain words
##clean    remove build/ and out/ (ALL=1: the downloads and ccache too)
##help     this

VERBS := demo check bench bench-compare shell edit refresh series lint doctor clean help

# Inputs, on the command line or in the environment.
export KERNEL_TARBALL KERNEL_TREE CONFIG_EXTRA OVERLAY_EXTRA DEBUG MEM CPUS V
export ALL FORCE TIMEOUT UPDATE NAME A B
# A command for the guest is not make's to expand.
override CMD := $(value CMD)
export CMD

.DEFAULT_GOAL := help
.PHONY: $(VERBS)
$(VERBS):
	@lab/$@.sh
