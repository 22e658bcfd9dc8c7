/*
 * What an observation means, in a sentence.
 */
#ifndef TWPROBE_EXPLAIN_H
#define TWPROBE_EXPLAIN_H

#include <stddef.h>

#include "twprobe/evidence.h"

/* "refused by PAWS and answered by an ACK; TIME_WAIT lives, its timer was restarted" into @ret. Returns it. */
char *tw_explain(const struct tw_observed *seen, const struct tw_seg *sent, char *ret, size_t size);

#endif
