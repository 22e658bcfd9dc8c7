/*
 * A row, a probe or a finding as a script for packetdrill, for people who send bugs to kernel lists.
 */
#ifndef TWPROBE_DRILL_H
#define TWPROBE_DRILL_H

#include <stdio.h>

#include "model/model.h"
#include "twprobe/case.h"
#include "twprobe/err.h"

/*
 * Writes the script. What is expected is what the row expects of a kernel with these facts; where it says nothing, what the model says.
 * Silence at the end is proved by one segment more, whose answer is certain. 0; -ENOTSUP: packetdrill has no way to say it, and why.
 */
int tw_drill_write(const struct tw_case *row, const struct tw_facts *facts, FILE *out,
		   struct tw_err *err);

#endif
