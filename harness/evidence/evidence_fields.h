/*
 * The tables of struct tw_evidence and its parts, shared by the writer and the reader. Private to
 * evidence_raw.
 */
#ifndef TWPROBE_EVIDENCE_FIELDS_H
#define TWPROBE_EVIDENCE_FIELDS_H

#include "evidence/json_fields.h"

struct tw_fields {
	const struct tw_field *field;
	size_t n;
};

extern const struct tw_fields tw_fields_seg, tw_fields_numbers, tw_fields_entry, tw_fields_ports,
	tw_fields_step, tw_fields_packet, tw_fields_found, tw_fields_act, tw_fields_evidence;

#endif
