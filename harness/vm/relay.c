#include "vm/relay.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = { "out", "err", "file" };

enum {
	WORDS = sizeof(words) / sizeof(*words)
};

static void to_hex(const struct tw_relay *said, char ret[2 * TW_RELAY_PART + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < said->len; i++) {
		ret[2 * i] = digits[said->part[i] >> 4];
		ret[2 * i + 1] = digits[said->part[i] & 15];
	}
	ret[2 * said->len] = '\0';
}

static json_t *to_json(const struct tw_relay *said)
{
	char hex[2 * TW_RELAY_PART + 1];

	to_hex(said, hex);
	switch (said->kind) {
	case TW_RELAY_EXIT:
		return json_pack("{s:i}", "exit", said->exit);
	case TW_RELAY_UNFIT:
		return json_pack("{s:s}", "unfit", said->text);
	case TW_RELAY_FILE:
		return json_pack("[s, s, s]", words[said->kind], said->text, hex);
	default:
		return json_pack("[s, s]", words[said->kind], hex);
	}
}

int tw_relay_put(int fd, const struct tw_relay *said, struct tw_err *err)
{
	json_t *line = to_json(said);
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
	int ret = text && dprintf(fd, "%s\n", text) > 0
			  ? 0
			  : tw_err_set(err, EIO, "the host cannot be told");

	free(text);
	json_decref(line);
	return ret;
}

static int value_of(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static bool from_hex(const char *hex, struct tw_relay *ret)
{
	size_t len = hex ? strlen(hex) : 1;

	if (len % 2 || len / 2 > TW_RELAY_PART)
		return false;
	for (size_t i = 0; i < len / 2; i++) {
		int high = value_of(hex[2 * i]), low = value_of(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret->part[i] = (uint8_t)(high << 4 | low);
	}
	ret->len = (unsigned)(len / 2);
	return true;
}

static bool take_array(const json_t *line, struct tw_relay *ret)
{
	const char *word = json_string_value(json_array_get(line, 0));
	const char *name = json_string_value(json_array_get(line, 1));
	unsigned kind = 0;

	while (kind < WORDS && (!word || strcmp(word, words[kind]) != 0))
		kind++;
	ret->kind = (enum tw_relay_kind)kind;
	if (kind == WORDS ||
	    (kind == TW_RELAY_FILE && (!name || strlen(name) >= sizeof(ret->text))))
		return false;
	if (kind == TW_RELAY_FILE)
		strcpy(ret->text, name);
	return from_hex(json_string_value(json_array_get(line, kind == TW_RELAY_FILE ? 2 : 1)),
			ret);
}

static bool take_object(const json_t *line, struct tw_relay *ret)
{
	const json_t *code = json_object_get(line, "exit");
	const char *unfit = json_string_value(json_object_get(line, "unfit"));

	ret->kind = unfit ? TW_RELAY_UNFIT : TW_RELAY_EXIT;
	if (unfit)
		snprintf(ret->text, sizeof(ret->text), "%s", unfit);
	ret->exit = (int)json_integer_value(code);
	return unfit || json_is_integer(code);
}

int tw_relay_read(const char *line, size_t len, struct tw_relay *ret, struct tw_err *err)
{
	json_t *json = json_loadb(line, len, 0, NULL);
	bool good;

	ret->len = 0;
	ret->exit = 0;
	ret->text[0] = '\0';
	good = json_is_array(json)    ? take_array(json, ret)
	       : json_is_object(json) ? take_object(json, ret)
				      : false;
	json_decref(json);
	return good ? 0
		    : tw_err_set(err, EPROTO, "the guest said something unreadable: %.*s",
				 (int)(len < 60 ? len : 60), line);
}
