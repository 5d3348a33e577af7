# shellcheck shell=bash
# The words of SETUP=, which are in setups.tsv; what runs on the host sources this.

SETUPS=$LAB/vm/setups.tsv

# setup_names: all words.
setup_names() { awk -F'\t' 'NR > 1 { print $1 }' "$SETUPS"; }

# setup_describe: all words, and what each is.
setup_describe() { awk -F'\t' 'NR > 1 { printf "%-16s %s\n", $1, $4 }' "$SETUPS"; }

# setup_field WORD NUMBER: a column of its row.
setup_field() { awk -F'\t' -v word="$1" -v column="$2" '$1 == word { print $column }' "$SETUPS"; }

# setup_excludes A B: does the table say that A does not go with B?
setup_excludes() {
	local list

	list=$(setup_field "$1" 3)
	[ "$list" = '*' ] || [[ ,$list, == *",$2,"* ]]
}

# setup_words TEXT: its words, separated by blanks, '+' or ',', in the order of the
# table, each once; none for plain. Ends the script if there is one that the table does
# not have, or two that do not go together.
setup_words() {
	local names asked word other words=()

	mapfile -t names < <(setup_names)
	IFS=' +,' read -r -a asked <<<"$1"
	for word in "${asked[@]}"; do
		[[ " ${names[*]} " == *" $word "* ]] ||
			die "SETUP= does not know '$word'" "one of these words, or several with '+' between them: ${names[*]}"
	done
	for word in "${names[@]}"; do
		[[ " ${asked[*]} " != *" $word "* ]] || words+=("$word")
	done
	for word in "${words[@]}"; do
		for other in "${words[@]}"; do
			[ "$word" = "$other" ] || ! setup_excludes "$word" "$other" ||
				die "the set-ups $word and $other do not go together" "leave one of them out of SETUP="
		done
	done
	[ "${words[*]}" = plain ] || echo "${words[*]}"
}

# setup_surfaces WORDS: how large the demo's surfaces are, in per cent of memory. The
# word that allows least decides.
setup_surfaces() {
	local word

	for word in ${1:-plain}; do setup_field "$word" 2; done | sort -n | sed -n 1p
}
