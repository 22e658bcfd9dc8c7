/*
 * The kind of a reaction: what was answered, with which numbers, and what became of the entry, in one comparable word. Two
 * points of the plane look the same if their kinds are equal.
 */
#ifndef TWPROBE_KIND_H
#define TWPROBE_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "twprobe/evidence.h"

enum {
	TW_KIND_UNTOLD = 0, /* never the kind of a reaction that was seen whole */
};

/*
 * Of what was seen: @n_replies segments, the first of them @reply, and @fate; the entry was in @was before and is in @is now.
 * UNTOLD if it cannot be told whether the timer was restarted.
 */
uint32_t tw_kind_seen(const struct tw_numbers *numbers, const struct tw_seg *sent,
		      const struct tw_observed *seen, enum tw_state was, enum tw_state is);

/* Of what the model says; @m is the entry afterwards. */
uint32_t tw_kind_said(const struct tw_numbers *numbers, const struct tw_seg *sent,
		      const struct tw_reaction *r, enum tw_state was, const struct tw_model *m);

/* "SYN-ACK from S+65537, reopened", "ACK, timer restarted", "nothing, dead" ... */
char *tw_kind_text(uint32_t kind, char *ret, size_t size);

/* The same, whatever number a SYN-ACK begins with: no RFC asks for a particular one. */
uint32_t tw_kind_any_isn(uint32_t kind);

/* One letter for maps of letters. */
char tw_kind_letter(uint32_t kind);

/* "#rrggbb" */
const char *tw_kind_color(uint32_t kind);

#endif
