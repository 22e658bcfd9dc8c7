/*
 * From base + offset to numbers, and from what a row sends to a segment. Pure.
 */
#ifndef TWPROBE_NUMBERS_H
#define TWPROBE_NUMBERS_H

#include "twprobe/case.h"
#include "twprobe/seg.h"
#include "twprobe/val.h"

/* The number behind @val; @sent may be NULL where no SEG_* base is used. UNSET and ABSENT give 0. */
uint32_t tw_val_number(const struct tw_val *val, const struct tw_numbers *numbers,
		       const struct tw_seg *sent);

/* The segment that @send describes on a connection with these numbers, every unset member at its right value. */
struct tw_seg tw_send_resolve(const struct tw_send *send, enum tw_family family,
			      const struct tw_numbers *numbers);

#endif
