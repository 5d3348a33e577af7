#!/bin/bash
# The stress campaign takes no nonsense, and its program knows its turns.

. "$(dirname "$0")/tap.bash"

stress() { "$LAB/stress.sh" "$@"; }
check 'minutes that are not a number' fails_saying "'lots' is not a number" stress --minutes lots
check 'an unknown turn' fails_saying "there is no turn 'tea'" stress --turns 'calm tea'
check 'an unknown --break' fails_saying "does not know 'tea'" stress --break tea
check 'too little memory' fails_saying 'at least 256 MiB' stress --mem 128
check 'an unknown option' fails_saying "does not know '--tea'" stress --tea
both() { KCSAN=1 DEBUG=1 "$LAB/kernel/build.sh"; }
check 'KCSAN=1 and DEBUG=1 are refused together' fails_saying 'KCSAN=1 is a kernel for QEMU of its own' both
declared=$(grep -o '&turn_[a-z_]*' "$LAB/../guest/stress/campaign.c" |
	sed 's/&turn_//; s/_/-/g' | sort -u)
check 'the turns it lists are those of the program' same "$(stress --turns list)" "$declared"
done_testing
