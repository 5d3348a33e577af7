# shellcheck shell=bash
# The words of SETUP=, from setups.tsv. Scripts on the host source this.

SETUPS=$LAB/vm/setups.tsv

# setup_names: all words.
setup_names() { awk -F'\t' 'NR > 1 { print $1 }' "$SETUPS"; }

# setup_describe: all words, with their descriptions.
setup_describe() { awk -F'\t' 'NR > 1 { printf "%-16s %s\n", $1, $4 }' "$SETUPS"; }

# setup_field WORD NUMBER: a column of its row.
setup_field() { awk -F'\t' -v word="$1" -v column="$2" '$1 == word { print $column }' "$SETUPS"; }

# setup_excludes A B: true if the table says that A does not go with B.
setup_excludes() {
	local list

	list=$(setup_field "$1" 3)
	[ "$list" = '*' ] || [[ ,$list, == *",$2,"* ]]
}

# setup_words TEXT: print the words of TEXT, which blanks, '+' or ',' separate, in the order
# of the table and each once; nothing for plain. Dies if the table does not have a word, or
# if two of them do not go together.
setup_words() {
	local names asked word other words=()

	mapfile -t names < <(setup_names)
	IFS=' +,' read -r -a asked <<<"$1"
	for word in "${asked[@]}"; do
		[[ " ${names[*]} " == *" $word "* ]] ||
			die "SETUP= does not know '$word'" "use one of these words, or several with '+' between them: ${names[*]}"
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

# setup_surfaces WORDS: the size of the demo's surfaces, in per cent of memory. The word
# with the smallest size decides.
setup_surfaces() {
	local word

	for word in ${1:-plain}; do setup_field "$word" 2; done | sort -n | sed -n 1p
}
