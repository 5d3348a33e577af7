# new-warnings.awk BASE HEAD: the lines of HEAD that BASE does not have, wherever
# in the file they have moved. The warning of a header comes once for each object
# that includes it: identical lines are one.

function key(line) { sub(/:[0-9]+(:[0-9]+)?/, "", line); return line }

seen[FILENAME, $0]++ { next }
FILENAME == ARGV[1] { base[key($0)]++; next }
base[key($0)]-- <= 0
