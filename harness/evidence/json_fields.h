/*
 * Structs of plain members to JSON objects and back, by one table for both directions, so that what
 * is written is what is read. Reading takes nothing on trust: a member that is missing, of another
 * type or out of range is an error.
 */
#ifndef TWPROBE_JSON_FIELDS_H
#define TWPROBE_JSON_FIELDS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "twprobe/err.h"

enum tw_field_kind {
	TW_FIELD_UINT, /* unsigned of 1, 2, 4 or 8 bytes */
	TW_FIELD_INT8,
	TW_FIELD_INT64,
	TW_FIELD_BOOL,
	TW_FIELD_TEXT, /* char[size] */
	TW_FIELD_PAIR, /* uint64_t[2] */
	TW_FIELD_ENUM, /* by name */
};

struct tw_field {
	const char *name;
	enum tw_field_kind kind;
	size_t off, size;
	const char *(*enum_name)(unsigned value);
	unsigned enum_n;
};

#define TW_FIELD(kind_, type_, member_)                                                      \
	{                                                                                    \
		.name = #member_, .kind = TW_FIELD_##kind_, .off = offsetof(type_, member_), \
		.size = sizeof(((type_ *)0)->member_)                                        \
	}
#define TW_FIELD_NAMED(type_, member_, name_, n_)                                         \
	{                                                                                 \
		.name = #member_, .kind = TW_FIELD_ENUM, .off = offsetof(type_, member_), \
		.size = sizeof(((type_ *)0)->member_), .enum_name = name_, .enum_n = n_   \
	}

/* Adds the members at @base to @obj. 0 or -ENOMEM. */
int tw_fields_write(const struct tw_field *fields, size_t n, const void *base, json_t *obj);

/* Fills the members at @base from @obj; @what names the object in errors. 0 or negative errno. */
int tw_fields_read(const struct tw_field *fields, size_t n, const json_t *obj, const char *what,
		   void *base, struct tw_err *err);

/* A string, with bytes that are no UTF-8 as "?"; JSON null for NULL. NULL when memory is out. */
json_t *tw_json_text(const char *text);

/* An integer, or a decimal string beyond what JSON integers hold here (2^63). */
json_t *tw_json_u64(uint64_t value);

/* The other way round, at most @most. 0, or -EINVAL without a message. */
int tw_json_to_u64(const json_t *json, uint64_t most, uint64_t *ret);

/* Copies a string that must fit. 0, or -EINVAL without a message. */
int tw_json_to_text(const json_t *json, char *ret, size_t size);

/* Adds @value (its reference is taken, NULL means that memory is out). 0 or -ENOMEM. */
int tw_json_add(json_t *obj, const char *key, json_t *value);

#endif
