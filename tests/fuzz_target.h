/*
 * What every fuzz target has: its entry, and a claim that stops the fuzzer where it does not hold.
 */
#ifndef TWPROBE_TESTS_FUZZ_TARGET_H
#define TWPROBE_TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define must(what_)              \
	do {                     \
		if (!(what_))    \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
