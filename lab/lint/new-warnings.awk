# new-warnings.awk BASE HEAD: print the lines of HEAD that BASE does not have. A warning that
# has moved in its file is not new. A header's warning comes once for each object that
# includes it, so identical lines are printed once.

function key(line) { sub(/:[0-9]+(:[0-9]+)?/, "", line); return line }

seen[FILENAME, $0]++ { next }
FILENAME == ARGV[1] { base[key($0)]++; next }
base[key($0)]-- <= 0
