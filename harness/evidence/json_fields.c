#include "evidence/json_fields.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *tw_json_text(const char *text)
{
	json_t *json;
	char *copy;

	if (!text)
		return json_null();
	json = json_string(text);
	if (json)
		return json;
	/* A text that was cut at the end of its buffer may end in half a character. */
	copy = strdup(text);
	for (char *c = copy; c && *c; c++) {
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	}
	json = copy ? json_string(copy) : NULL;
	free(copy);
	return json;
}

json_t *tw_json_u64(uint64_t value)
{
	char text[24];

	if (value <= INT64_MAX)
		return json_integer((json_int_t)value);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return json_string(text);
}

int tw_json_to_u64(const json_t *json, uint64_t most, uint64_t *ret)
{
	unsigned long long value;
	const char *text;
	char *end;

	if (json_is_integer(json)) {
		if (json_integer_value(json) < 0)
			return -EINVAL;
		value = (unsigned long long)json_integer_value(json);
	} else if (json_is_string(json)) {
		text = json_string_value(json);
		/*
		 * strtoull() takes signs and blanks, and so much as a NUL inside the string for its
		 * end.
		 */
		if (*text < '1' || *text > '9' || strlen(text) != json_string_length(json))
			return -EINVAL;
		errno = 0;
		value = strtoull(text, &end, 10);
		if (*end || errno)
			return -EINVAL;
	} else {
		return -EINVAL;
	}
	if (value > most)
		return -EINVAL;
	*ret = value;
	return 0;
}

int tw_json_to_text(const json_t *json, char *ret, size_t size)
{
	const char *text = json_string_value(json);

	if (!text || strlen(text) != json_string_length(json) || strlen(text) >= size)
		return -EINVAL;
	strcpy(ret, text);
	return 0;
}

int tw_json_add(json_t *obj, const char *key, json_t *value)
{
	return json_object_set_new(obj, key, value) < 0 ? -ENOMEM : 0;
}

static uint64_t load(const void *at, size_t size)
{
	switch (size) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		return *(const uint16_t *)at;
	case 4:
		return *(const uint32_t *)at;
	default:
		return *(const uint64_t *)at;
	}
}

static void store(void *at, size_t size, uint64_t value)
{
	switch (size) {
	case 1:
		*(uint8_t *)at = (uint8_t)value;
		break;
	case 2:
		*(uint16_t *)at = (uint16_t)value;
		break;
	case 4:
		*(uint32_t *)at = (uint32_t)value;
		break;
	default:
		*(uint64_t *)at = value;
		break;
	}
}

static json_t *write_pair(const uint64_t *pair)
{
	return json_pack("[o,o]", tw_json_u64(pair[0]), tw_json_u64(pair[1]));
}

static json_t *write_one(const struct tw_field *field, const void *at)
{
	switch (field->kind) {
	case TW_FIELD_UINT:
		return tw_json_u64(load(at, field->size));
	case TW_FIELD_INT8:
		return json_integer(*(const int8_t *)at);
	case TW_FIELD_INT64:
		return json_integer(*(const int64_t *)at);
	case TW_FIELD_BOOL:
		return json_boolean(*(const bool *)at);
	case TW_FIELD_TEXT:
		return tw_json_text(at);
	case TW_FIELD_PAIR:
		return write_pair(at);
	case TW_FIELD_ENUM:
		return json_string(field->enum_name((unsigned)load(at, field->size)));
	}
	return NULL;
}

int tw_fields_write(const struct tw_field *fields, size_t n, const void *base, json_t *obj)
{
	for (size_t i = 0; i < n; i++) {
		json_t *value = write_one(&fields[i], (const char *)base + fields[i].off);

		if (tw_json_add(obj, fields[i].name, value))
			return -ENOMEM;
	}
	return 0;
}

static int read_pair(const json_t *json, uint64_t *pair)
{
	if (!json_is_array(json) || json_array_size(json) != 2)
		return -EINVAL;
	if (tw_json_to_u64(json_array_get(json, 0), UINT64_MAX, &pair[0]))
		return -EINVAL;
	return tw_json_to_u64(json_array_get(json, 1), UINT64_MAX, &pair[1]);
}

static int read_uint(const json_t *json, size_t size, void *at)
{
	uint64_t value;

	if (tw_json_to_u64(json, UINT64_MAX >> (64 - 8 * size), &value))
		return -EINVAL;
	store(at, size, value);
	return 0;
}

static int read_int8(const json_t *json, int8_t *ret)
{
	json_int_t value = json_integer_value(json);

	if (!json_is_integer(json) || value < INT8_MIN || value > INT8_MAX)
		return -EINVAL;
	*ret = (int8_t)value;
	return 0;
}

static int read_enum(const json_t *json, const struct tw_field *field, void *at)
{
	const char *name = json_string_value(json);

	for (unsigned i = 0; name && i < field->enum_n; i++) {
		if (!strcmp(name, field->enum_name(i))) {
			store(at, field->size, i);
			return 0;
		}
	}
	return -EINVAL;
}

static int read_one(const json_t *json, const struct tw_field *field, void *at)
{
	switch (field->kind) {
	case TW_FIELD_UINT:
		return read_uint(json, field->size, at);
	case TW_FIELD_INT8:
		return read_int8(json, at);
	case TW_FIELD_INT64:
		*(int64_t *)at = json_integer_value(json);
		return json_is_integer(json) ? 0 : -EINVAL;
	case TW_FIELD_BOOL:
		*(bool *)at = json_is_true(json);
		return json_is_boolean(json) ? 0 : -EINVAL;
	case TW_FIELD_TEXT:
		return tw_json_to_text(json, at, field->size);
	case TW_FIELD_PAIR:
		return read_pair(json, at);
	case TW_FIELD_ENUM:
		return read_enum(json, field, at);
	}
	return -EINVAL;
}

static const char *should_be(const struct tw_field *field)
{
	static const char *const words[] = {
		[TW_FIELD_UINT] = "an integer that is not negative and fits",
		[TW_FIELD_INT8] = "a small integer",
		[TW_FIELD_INT64] = "an integer",
		[TW_FIELD_BOOL] = "true or false",
		[TW_FIELD_TEXT] = "a string that is not too long",
		[TW_FIELD_PAIR] = "an array of two instants",
		[TW_FIELD_ENUM] = "one of its names",
	};

	return words[field->kind];
}

int tw_fields_read(const struct tw_field *fields, size_t n, const json_t *obj, const char *what,
		   void *base, struct tw_err *err)
{
	if (!json_is_object(obj))
		return tw_err_set(err, EINVAL, "%s is missing or no object", what);
	for (size_t i = 0; i < n; i++) {
		const json_t *json = json_object_get(obj, fields[i].name);

		if (read_one(json, &fields[i], (char *)base + fields[i].off))
			return tw_err_set(err, EINVAL, "%s.%s %s: it should be %s", what,
					  fields[i].name, json ? "is wrong" : "is missing",
					  should_be(&fields[i]));
	}
	return 0;
}
