#!/bin/sh
# embed.sh NAME FILE...: writes an assembler file that puts FILEs into the binary as the table
# `const struct embedded_file NAME[]`, ended by an entry whose name is NULL (flows/embedded.h).
set -eu
table=$1
shift
printf '\t.section .rodata\n'
n=0
for file in "$@"; do
	printf '.Ln%d:\t.asciz "%s"\n.Lb%d:\t.incbin "%s"\n.Le%d:\t.byte 0\n' $n "${file##*/}" $n "$file" $n
	n=$((n + 1))
done
printf '\t.section .data.rel.ro,"aw"\n\t.balign 8\n\t.globl %s\n\t.type %s, @object\n%s:\n' "$table" "$table" "$table"
i=0
while [ $i -lt $n ]; do
	printf '\t.quad .Ln%d, .Lb%d, .Le%d - .Lb%d\n' $i $i $i $i
	i=$((i + 1))
done
printf '\t.quad 0, 0, 0\n\t.size %s, . - %s\n\t.section .note.GNU-stack,"",@progbits\n' "$table" "$table"
