#!/bin/bash
# config.sh TREE OBJDIR FRAGMENT...: write OBJDIR/.config and check it.
#
# The configuration is tinyconfig, or the file $DEFCONFIG, with the fragments merged in order.
# The last fragment wins. Kconfig silently drops a symbol whose dependencies are not met.
# Here every line of every fragment must be in the result, unless a later fragment overrides
# it.

. "$(dirname "$0")/../lib.sh"
. "$LAB/kernel/make.sh"
usage_if_asked "$@"

tree=$1
obj=$2
shift 2

# requests FRAGMENT...: print lines "symbol value fragment"; a later request wins.
requests() {
	awk '
		/^CONFIG_[A-Za-z0-9_]+=/ {
			symbol = substr($0, 1, index($0, "=") - 1)
			value = substr($0, index($0, "=") + 1)
		}
		/^# CONFIG_[A-Za-z0-9_]+ is not set/ { symbol = $2; value = "n" }
		symbol != "" {
			if (!(symbol in want)) order[++n] = symbol
			want[symbol] = value; from[symbol] = FILENAME; symbol = ""
		}
		END { for (i = 1; i <= n; i++) print order[i] "\t" want[order[i]] "\t" from[order[i]] }
	' "$@"
}

# check_requests CONFIG < requests: print every symbol with another value.
check_requests() {
	awk -F'\t' -v config="$1" '
		BEGIN {
			while ((getline line < config) > 0)
				if (line ~ /^CONFIG_/) {
					at = index(line, "=")
					have[substr(line, 1, at - 1)] = substr(line, at + 1)
				}
		}
		{
			is = ($1 in have) ? have[$1] : "n"
			if (is != $2) {
				sub(".*/", "", $3)
				printf "  %s asks for %s=%s, the kernel says %s\n", $3, $1, $2, is
			}
		}'
}

for fragment; do
	[ -r "$fragment" ] || die "the configuration fragment $fragment cannot be read" "give the path of a file with lines CONFIG_X=y"
done
# Kconfig's own programs are built once for each tree, in this folder, one at a time.
work=$(dirname "$tree")/kconfig
mkdir -p "$obj" "$work"
exec 7>>"$work/.lock"
flock 7
scratch
{
	if [ -z "${DEFCONFIG-}" ]; then
		make -s -C "$tree" O="$work" "${ARCH_ARGS[@]}" tinyconfig
	else
		cp "$DEFCONFIG" "$work/.config"
	fi
	# Duplicates are merged here, so that Kconfig reports no overrides.
	requests "$@" | awk -F'\t' '{ print $2 == "n" ? "# " $1 " is not set" : $1 "=" $2 }' >"$SCRATCH/wanted"
	"$tree/scripts/kconfig/merge_config.sh" -m -Q -O "$work" "$work/.config" "$SCRATCH/wanted"
	make -s -C "$tree" O="$work" "${ARCH_ARGS[@]}" olddefconfig
} >"$SCRATCH/log" 2>&1 || {
	cat "$SCRATCH/log" >&2
	die "the kernel configuration could not be made" "see the lines above"
}
lost=$(requests "$@" | check_requests "$work/.config")
if [ -n "$lost" ]; then
	say "$lost"
	die "the configuration is not as the fragments ask" \
	    "also set what each symbol above depends on ('depends on' in its Kconfig), or remove it from the fragment"
fi
cmp -s "$work/.config" "$obj/.config" || cp "$work/.config" "$obj/.config"
