# From `nm -n kernel`: the text's symbols as an assembler table for kernel/x86/ksyms.c.
# Addresses share their upper half, so the distance fits when computed from the lower eight digits.
function hex(s,   i, v) {
	v = 0
	for (i = 1; i <= length(s); i++)
		v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
	return v
}
$3 == "_stext" { base = hex(substr($1, 9)); started = 1 }
$3 == "_etext" { started = 0 }
started && $2 ~ /[tTwW]/ && $3 !~ /^\./ {
	off = hex(substr($1, 9)) - base
	if (n && off == offs[n - 1])
		next
	offs[n] = off
	names[n++] = $3
}
END {
	print "\t.section .ksyms, \"a\"\n\t.balign 4\n\t.globl ksym_count, ksym_table, ksym_names"
	printf "ksym_count:\n\t.long %d\nksym_table:\n", n
	pos = 0
	for (i = 0; i < n; i++) {
		printf "\t.long %d, %d\n", offs[i], pos
		pos += length(names[i]) + 1
	}
	print "ksym_names:"
	for (i = 0; i < n; i++)
		printf "\t.asciz \"%s\"\n", names[i]
}
