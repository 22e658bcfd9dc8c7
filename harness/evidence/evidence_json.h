/*
 * The evidence file: one JSON document per run, with everything the judge reads.
 *
 *   { "twprobe": "0.1.0", "format": 2, "kernel": { "release", "machine" }, "seed": "...",
 *     "jobs": 2, "command": "...",
 *     "facts": { "names": [...], "drop_reasons": true }, "rows": [ ... ], "totals": { ... } }
 *
 * A row has: id, family, says, cites, slow, given, sent, observed, counters, entry, reasons,
 * verdict, rfc, claims, setups: those of the step that decided (the last one if all is well), readable on
 * their own; steps: [...], the same members for every step; and evidence: {...}, the raw part
 * (packets in hex, counters before/after, brackets), from which all of it follows. Only the raw
 * part is read back.
 *
 * Sequence and acknowledgment numbers are signed offsets to the R and S of val.h, "tsval" and
 * "tsecr" to its T, all of them modulo 2^32; null is "not there". The file has one row per line, so
 * that grep and diff work on it.
 */
#ifndef TWPROBE_EVIDENCE_JSON_H
#define TWPROBE_EVIDENCE_JSON_H

#include <jansson.h>

#include "base/result.h"

enum {
	TW_EVIDENCE_FORMAT = 2
};

/* A new reference, or NULL when memory is out. */
json_t *tw_result_to_json(const struct tw_result *res);

/* Only what tw_result_from_json() reads: a third of it. */
json_t *tw_result_to_raw_json(const struct tw_result *res);

/*
 * A step on its own, as `twprobe probe --json` prints it: sent, observed, counters, entry, reasons.
 */
json_t *tw_step_to_json(const struct tw_evidence *ev, unsigned i);

/*
 * Reads the raw part of one row. Everything is checked: the input may be anybody's. @ret->row is
 * found by id and is NULL where this build has no such row. The caller frees @ret->ev. The verdict
 * is left empty: judge again.
 */
int tw_result_from_json(const json_t *row, struct tw_result *ret, struct tw_err *err);

/* The "facts" member. A new reference, or NULL when memory is out. */
json_t *tw_facts_to_json(const struct tw_facts *facts);

/*
 * From the whole document, whose "kernel" has the rest. The caller releases @ret with
 * tw_facts_free().
 */
int tw_facts_from_json(const json_t *doc, struct tw_facts *ret, struct tw_err *err);

/*
 * Reads a document of at most 1 GB and checks that it is an evidence file of this format; @name is
 * for the error. @ret_doc is a new reference, @ret_rows its array of rows, borrowed. 0 or negative
 * errno.
 */
int tw_evidence_load(FILE *in, const char *name, json_t **ret_doc, json_t **ret_rows,
		     struct tw_err *err);

/* The same for text that is in memory. */
int tw_evidence_parse(const char *text, size_t len, const char *name, json_t **ret_doc,
		      json_t **ret_rows, struct tw_err *err);

#endif
