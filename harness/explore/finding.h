/*
 * A finding, written down: to be played again, to be pasted into the suite, to be sent to a kernel list.
 */
#ifndef TWPROBE_FINDING_H
#define TWPROBE_FINDING_H

#include <stdio.h>

#include "explore/fuzz.h"

/* As JSON: the walk and what was seen. A new object, or NULL. */
json_t *tw_finding_json(const struct tw_fuzz_find *find, const struct tw_facts *facts,
			unsigned long long seed, enum tw_family family);

/* A row of a table in cases/, expecting what the kernel did. */
void tw_finding_row(const struct tw_fuzz_find *find, const struct tw_model_facts *facts,
		    unsigned no, FILE *out);

/*
 * Writes DIR/finding-NO.json, .c and, where packetdrill can say it, .pkt. The script expects what the model says. 0 or negative errno.
 */
int tw_finding_write(const struct tw_fuzz_find *find, const struct tw_facts *facts,
		     unsigned long long seed, enum tw_family family, const char *dir, unsigned no,
		     struct tw_err *err);

#endif
