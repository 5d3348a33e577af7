# verdicts.awk: turn the output of the tests into lines "test, case, verdict".
#
# awk -f verdicts.awk FILE...: one file for each test, as job.sh leaves it
#
# A case is a line of TAP. Addresses and numbers of processes are not part of its name.

BEGIN { OFS = "\t" }

FNR == 1 {
	test = FILENAME
	sub(/^.*\//, "", test)
}

/^(not )?ok [0-9]+/ {
	verdict = /# *SKIP/ ? "skip" : $1 == "ok" ? "pass" : "fail"
	name = $0
	sub(/^(not )?ok [0-9]+( -)? */, "", name)
	sub(/ *# *SKIP.*/, "", name)
	gsub(/0x[0-9a-f]+|pid [0-9]+/, "N", name)
	print test, name, verdict
}

/^status [0-9]+$/ { print test, "status", $2 }
