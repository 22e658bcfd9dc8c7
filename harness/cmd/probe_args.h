/*
 * The words of `twprobe probe`, parsed into a hand-made row. Pure: prints nothing, opens nothing.
 */
#ifndef TWPROBE_PROBE_ARGS_H
#define TWPROBE_PROBE_ARGS_H

#include <stdbool.h>
#include <stdio.h>

#include "cmd/given_args.h"
#include "twprobe/case.h"
#include "twprobe/err.h"

struct tw_probe_args {
	struct tw_case row; /* points into argv */
	enum tw_family family;
	bool json, help;
	unsigned long long seed;
	bool seeded;
	const char *pcap_dir;
	struct tw_sysctl_names names;
};

/*
 * Parses argv[1..]. --then begins the next segment; what describes the connection is said once, anywhere. 0 or -EINVAL.
 */
int tw_probe_args_parse(int argc, char **argv, struct tw_probe_args *ret, struct tw_err *err);

void tw_probe_args_help(FILE *out);

/* "R+1", "+1", "-2^31", "0", "=4294967295", "S+65537", "none" into @ret; a bare number is an offset to @base. 0 or -EINVAL. */
int tw_probe_val(const char *text, enum tw_base base, struct tw_val *ret, struct tw_err *err);

/* "S", "SA", "S.", "FPU", "none" into flags. 0 or -EINVAL. */
int tw_probe_flags(const char *text, uint8_t *ret, struct tw_err *err);

#endif
