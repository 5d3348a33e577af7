# log.awk: the kernel's messages about one hibernation, as lines "name value".
#
# The first line of a failure is its reason. The lines after it are consequences.

BEGIN { OFS = "\t" }

{
	sub(/\r$/, "")
	text = $0
	sub(/^\[ *[0-9.]+\] (\[ *[TC][0-9]+\] )?/, "", text)
}

# Earlier messages are not about hibernation.
text ~ /^PM: hibernation: hibernation entry/ { entered = 1; next }
!entered { next }

# number NAME REGEX: the number behind the text that matches.
function number(name, before,    rest) {
	if (!match(text, before))
		return
	rest = substr(text, RSTART + RLENGTH)
	value[name] = rest + 0
}

text ~ /^PM: hibernation: Allocated [0-9]+ pages/ { number("snapshot_pages", "Allocated ") }

{
	number("image_pages", "Need to copy ")
	number("image_kib", "Image size after compression: ")
	number("saved_kib", "PM: hibernation: Wrote ")
	number("loaded_kib", "PM: hibernation: Read ")
}

reason == "" && text ~ /^(PM: |OOM |Out of memory|Kernel panic|Freezing )/ &&
text ~ /pages short|Not enough|Cannot |[Ff]ailed|[Ee]rror|aborting|Could not|Out of memory|not syncing/ {
	reason = text
	sub(/^PM: (hibernation: |Image |suspend: )?/, "", reason)
	if (text ~ /^PM: Image /)
		reason = "Image " reason
}

reason == "" && text ~ /: page allocation failure: order:/ {
	reason = text
	sub(/\(.*$/, "", reason)
}

END {
	for (name in value)
		print name, value[name]
	if (reason != "")
		print "reason", reason
}
