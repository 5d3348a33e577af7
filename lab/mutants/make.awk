# make.awk: a C file with one change after another built into it, each of which
# mutant.h switches on by its number.
#
#	awk -v path=mm/a.c -v first=1 -v table=FILE -v ours='3-9 12-12' -v without='7 8' \
#		-f make.awk a.c
#
# Prints the changed file. Every line keeps its number. TABLE gets, with tabs: number,
# path, function, line, kind, text. The text is that of the source; what comes twice in a
# function has #2 behind it. Only what begins in the lines "ours" is changed, and not the
# numbers in "without", which are left out of both but keep their place.
#
# Kinds: negate (a condition), ignore (an early exit is not taken), operand (of && or ||,
# dropped), bound (< for <=, + 1 dropped, and the like), drop (a call or an assignment),
# flag (not set, or true for false), return (0 instead).
#
# A file is tokens: T[k] is the text of one, L[k] its line, G[k] the white space, comments
# and preprocessor lines before it, CLOSE[k] the other end of a bracket.

# --- reading ---

function add(text) {
	T[++n] = text
	L[n] = NR
	G[n] = gap
	gap = ""
}

# comment(S): take as much of S as is comment. Returns the rest.
function comment(s,    at) {
	at = index(s, "*/")
	in_comment = !at
	gap = gap (at ? substr(s, 1, at + 1) : s)
	return at ? substr(s, at + 2) : ""
}

function tokens(s) {
	while (s != "") {
		if (in_comment || s ~ /^\/\*/) {
			s = comment(s)
		} else if (match(s, /^([ \t]+|\/\/.*)/)) {
			gap = gap substr(s, 1, RLENGTH)
			s = substr(s, RLENGTH + 1)
		} else {
			match(s, TOKEN)
			add(substr(s, 1, RLENGTH))
			s = substr(s, RLENGTH + 1)
		}
	}
	gap = gap "\n"
}

function pair_brackets(    k, top, stack) {
	for (k = 1; k <= n; k++)
		if (T[k] ~ /^[({[]$/)
			stack[++top] = k
		else if (T[k] ~ /^[])}]$/ && top)
			CLOSE[stack[top--]] = k
}

# --- writing a mutant ---

# span(A, B): the source from token A to B, on one line.
function span(a, b,    k, s) {
	for (k = a; k <= b; k++)
		s = s (k > a && G[k] != "" ? " " : "") T[k]
	return s
}

# new_mutant(AT, KIND, TEXT): its number, or 0 if there is to be none.
function new_mutant(at, kind, text,    key) {
	if (!(L[at] in OURS))
		return 0
	number++
	if (number in WITHOUT)
		return 0
	key = func_name SUBSEP kind SUBSEP text
	if (SEEN[key]++)
		text = text " #" SEEN[key]
	printf "%d\t%s\t%s\t%d\t%s\t%s\n", number, path, func_name, L[at], kind, text >table
	return number
}

# wrap(A, B, BEFORE, AFTER): inside of what is around these tokens already.
function wrap(a, b, before, after) {
	PRE[a] = PRE[a] before
	POST[b] = after POST[b]
}

# mutate(A, B, KIND, TEXT, BEFORE, AFTER): %d in BEFORE is the mutant.
function mutate(a, b, kind, text, before, after,    m) {
	m = new_mutant(a, kind, text)
	if (m)
		wrap(a, b, sprintf(before, m), after)
}

# --- expressions ---

# find(A, B, WHAT): the first token outside of brackets that matches, or 0.
function find(a, b, what,    k) {
	for (k = a; k <= b; k++) {
		if (T[k] ~ what)
			return k
		if (k in CLOSE)
			k = CLOSE[k]
	}
	return 0
}

function negate(a, b, text) { mutate(a, b, "negate", text, "(mutant(%d) != !!(", "))") }

# split_at(A, B, OP): every operand by itself.
function split_at(a, b, op,    pattern, k, before) {
	pattern = op == "&&" ? "^&&$" : "^[|][|]$"
	before = op == "&&" ? "(mutant(%d) || (" : "(!mutant(%d) && ("
	while (a <= b) {
		k = find(a, b, pattern)
		if (!k)
			k = b + 1
		mutate(a, k - 1, "operand", span(a, k - 1), before, "))")
		boolean(a, k - 1)
		a = k + 1
	}
}

function comparison(a, b,    k, op, m) {
	k = find(a, b, RELATION)
	if (!k || find(a, b, "^([?,]|[-+*|&]?=)$"))
		return
	m = new_mutant(a, "bound", span(a, b))
	if (!m)
		return
	op = T[k]
	wrap(a, b, "mutant_compare(" m ", ", ")")
	AS[k] = ", " op ", " (op ~ /=/ ? substr(op, 1, 1) : op "=") ","
}

# boolean(A, B): what is asked there, piece by piece.
function boolean(a, b) {
	if (find(a, b, "^[?]$"))
		return
	if (find(a, b, "^[|][|]$"))
		split_at(a, b, "||")
	else if (find(a, b, "^&&$"))
		split_at(a, b, "&&")
	else if (T[a] == "(" && CLOSE[a] == b)
		boolean(a + 1, b - 1)
	else if (T[a] == "!")
		boolean(a + 1, b)
	else if (T[a] ~ /^(likely|unlikely|WARN_ON|WARN_ON_ONCE)$/ && CLOSE[a + 1] == b)
		boolean(a + 2, b - 1)
	else
		comparison(a, b)
}

function is_boolean(a, b) { return T[a] == "!" || find(a, b, RELATION "|^(==|!=|&&|\\|\\|)$") }

# value(A, B): what is assigned, or returned. Returns whether there was something to
# change in it.
function value(a, b,    k) {
	k = find(a, b, "^[?]$")
	if (k && T[k + 1] == ":") {
		mutate(a, k - 1, "return", span(a, k - 1), "(mutant(%d) ? 0 : ", ")")
	} else if (k) {
		negate(a, k - 1, span(a, b))
		boolean(a, k - 1)
	} else if (is_boolean(a, b)) {
		negate(a, b, span(a, b))
		boolean(a, b)
	} else {
		return 0
	}
	return 1
}

# --- statements ---

# condition(WORD, OPEN, NEXT): of the if or while, with NEXT behind it.
function condition(word, open, next_,    a, b, text) {
	a = open + 1
	b = CLOSE[open] - 1
	text = word " (" span(a, b) ")"
	if (value_is_fixed(a, b))
		return
	negate(a, b, text)
	if (word == "if" && T[T[next_] == "{" ? CLOSE[next_] - 3 : next_] ~ JUMP)
		mutate(a, b, "ignore", text, "(!mutant(%d) && (", "))")
	boolean(a, b)
}

function value_is_fixed(a, b) { return T[a] == "1" && a == b }

function returned(a, b) {
	if (a > b || (a == b && T[a] ~ /^(0|NULL|true|false)$/))
		return
	if (!value(a, b))
		mutate(a, b, "return", "return " span(a, b) ";", "mutant(%d) ? 0 : (", ")")
}

# shape(A, B): the tokens outside of brackets, with I for a name.
function shape(a, b,    k, s) {
	for (k = a; k <= b; k++) {
		if (k in CLOSE) {
			s = s T[k] T[CLOSE[k]]
			k = CLOSE[k]
		} else {
			s = s (T[k] ~ /^[A-Za-z_]/ ? "I" : T[k])
		}
	}
	return s
}

function is_assignment(a, b,    k) {
	k = find(a, b, ASSIGN)
	return shape(a, k ? k - 1 : b) ~ (k ? LVALUE "$" : "^(\\+\\+|--)?" LVALUE2 "(\\+\\+|--)?$")
}

# Not of a macro that declares something, nor of what only warns, traces or lets others run.
function is_call(a, b) { return T[a + 1] == "(" && CLOSE[a + 1] == b && T[a] !~ /^([A-Z_0-9]+|cond_resched|might_.*|lockdep_.*|trace_.*)$/ }

# simple(A, B): a statement without its semicolon; or a declaration.
function simple(a, b,    k, end) {
	if (a > b || T[a] == "static") {
		if (a <= b)
			FIXED[a] = b
		return
	}
	if (is_call(a, b) || is_assignment(a, b))
		mutate(a, b, "drop", span(a, b) ";", "mutant_drop(%d, ", ")")
	for (k = a; (k = find(k, b, "^=$")); k = end + 1) {
		end = find(k + 1, b, "^,$")
		end = end ? end - 1 : b
		if (T[k + 1] != "{" && T[k + 1] != "(")
			value(k + 1, end)
	}
}

# loop(OPEN): the head of a for.
function loop(open,    a, b) {
	a = find(open + 1, CLOSE[open] - 1, "^;$")
	b = a ? find(a + 1, CLOSE[open] - 1, "^;$") : 0
	if (!b || b == a + 1)
		return
	negate(a + 1, b - 1, "for (" span(a + 1, b - 1) ")")
	boolean(a + 1, b - 1)
}

# statement(K): the one that begins at K. Returns where the next one begins.
function statement(k,    end) {
	if (T[k] == "{") {
		end = CLOSE[k]
		for (k++; k < end; )
			k = statement(k)
		return end + 1
	}
	if (T[k] ~ /^(else|do)$/)
		return statement(k + 1)
	if (T[k] ~ /^(if|while)$/)
		condition(T[k], k + 1, CLOSE[k + 1] + 1)
	if (T[k] == "for")
		loop(k + 1)
	# Or a macro that is a loop.
	if (T[k] ~ /^(if|while|for|switch)$/ || (T[k + 1] == "(" && T[CLOSE[k + 1] + 1] !~ OPERATOR))
		return statement(CLOSE[k + 1] + 1)
	if (T[k] ~ /^(case|default)$/ || T[k + 1] == ":")
		return find(k, n, "^:$") + 1
	end = find(k, n, "^;$")
	if (T[k] == "return")
		returned(k + 1, end - 1)
	else if (T[k] !~ JUMP)
		simple(k, end - 1)
	return end + 1
}

# --- what is not a matter of statements ---

function is_one(k) { return T[k] ~ /^1U?L?L?$/ && T[k - 1] ~ /^[-+]$/ && T[k - 2] ~ /^([A-Za-z_0-9]+|\)|\])$/ && T[k - 2] !~ JUMP }

function is_flag(k) {
	return T[k] ~ /^_*[A-Z][A-Z0-9_]+$/ && (T[k - 1] == "|" || T[k + 1] == "|" || T[k - 1] == "|=" || (T[k + 1] == "(" && T[CLOSE[k + 1] + 1] == "|"))
}

function leaf(k,    b) {
	if (T[k] ~ /^(true|false)$/) {
		mutate(k, k, "flag", around(k), T[k] == "true" ? "(!mutant(%d) && " : "(mutant(%d) || ", ")")
	} else if (is_one(k)) {
		mutate(k, k, "bound", around(k), "(mutant(%d) ? 0 : ", ")")
	} else if (is_flag(k)) {
		b = T[k + 1] == "(" ? CLOSE[k + 1] : k
		mutate(k, b, "flag", around(k), "(mutant(%d) ? 0 : ", ")")
	}
}

# around(K): the token in what it is a part of, for people.
function around(k,    a, b) {
	for (a = k; T[a - 1] !~ /^[;{}]$/; )
		a--
	b = find(a, n, "^[;{]$") - 1
	if (b < k)
		b = k
	return span(a, k - 1) " [" T[k] "]" (k < b ? " " span(k + 1, b) : "")
}

function body(open,    k) {
	statement(open)
	for (k = open; k < CLOSE[open]; k++)
		if (k in FIXED)
			k = FIXED[k]
		else
			leaf(k)
}

# the_function(K): whose body begins at K: the first name with a parenthesis behind it.
function the_function(k,    a) {
	for (a = k; a > 1 && T[a - 1] !~ /^[;}]$/; )
		a--
	while (a < k && !(T[a] ~ /^[a-z_]/ && T[a + 1] == "("))
		a++
	return T[a]
}

function print_all(    k) {
	for (k = 1; k <= n; k++)
		printf "%s%s%s%s", G[k], PRE[k], (k in AS ? AS[k] : T[k]), POST[k]
	printf "%s", gap
}

function read_numbers(    i, part, pair, l, many) {
	many = split(ours, part, " ")
	for (i = 1; i <= many; i++) {
		split(part[i], pair, "-")
		for (l = pair[1]; l <= pair[2] + 0; l++)
			OURS[l]
	}
	many = split(without, part, " ")
	for (i = 1; i <= many; i++)
		WITHOUT[part[i]]
}

BEGIN {
	TOKEN = "^(\"([^\"\\\\]|\\\\.)*\"|'([^'\\\\]|\\\\.)*'|[A-Za-z_0-9]+|->|\\+\\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\\|\\||[-+*/%&|^]=|.)"
	RELATION = "^[<>]=?$"
	ASSIGN = "^([-+*/%&|^]|<<|>>)?=$"
	JUMP = "^(return|goto|break|continue)$"
	OPERATOR = "^([;,=.?:<>]|->|\\[|[-+*/%&|]|[-+*/%&|<>=!]+=|<<|>>|\\+\\+|--)$"
	LVALUE = "^[*]*(I|\\(\\))(\\[\\]|(\\.|->)I)*"
	LVALUE2 = "[*]*(I|\\(\\))(\\[\\]|(\\.|->)I)*"
	number = first - 1
	read_numbers()
}

# A line of the preprocessor's, with what continues it.
!in_comment && (/^[ \t]*#/ || in_directive) {
	in_directive = /\\$/
	gap = gap $0 "\n"
	next
}

{ tokens($0) }

END {
	pair_brackets()
	for (k = 1; k <= n; k++) {
		if (T[k] == "{" && T[k - 1] == ")") {
			func_name = the_function(k)
			body(k)
		}
		if (k in CLOSE)
			k = CLOSE[k]
	}
	print_all()
}
