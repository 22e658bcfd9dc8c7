/*
 * The raw part of a row in the evidence file: struct tw_evidence member by member. Private to
 * evidence_json.
 */
#ifndef TWPROBE_EVIDENCE_RAW_H
#define TWPROBE_EVIDENCE_RAW_H

#include <jansson.h>

#include "twprobe/evidence.h"

/* A new reference, or NULL when memory is out. */
json_t *tw_evidence_to_json(const struct tw_evidence *ev);

/* On failure nothing is left in @ret. 0 or negative errno. */
int tw_evidence_from_json(const json_t *json, struct tw_evidence *ret, struct tw_err *err);

#endif
