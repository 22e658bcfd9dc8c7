/*
 * Names inside the kernel that tell its age: global functions, members of structs, values of enums. From BTF, which libbpf
 * reads; functions from /proc/kallsyms where there is no BTF.
 */
#ifndef TWPROBE_FACTS_SYMBOLS_H
#define TWPROBE_FACTS_SYMBOLS_H

#include <stddef.h>

typedef void tw_symbol_fn(void *arg, const char *name);

/* The @i-th name that is looked for, spelt as in facts.h; NULL past the last one. */
const char *tw_symbol_at(size_t i);

/*
 * Calls @fn with "btf" and every name that the BTF in file @btf has. Where it cannot be read or understood: with "kallsyms"
 * and the functions that the file @kallsyms lists. With nothing if there is neither. A file that is no BTF is
 * never an error here: the kernel may be newer than the library.
 */
void tw_symbols_each(const char *btf, const char *kallsyms, tw_symbol_fn *fn, void *arg);

#endif
