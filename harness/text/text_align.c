/* Two texts of fields put one under the other. */
#include "text/text.h"

#include <stdio.h>
#include <string.h>

#include "text/textbuf.h"

enum {
	FIELDS_MAX = 48,
	SIDES = 2,
};

struct word {
	const char *at;
	int len;
};

/* One column: the field's name, and its value on either side (len 0: blank). */
struct column {
	struct word key, value[SIDES];
	bool there[SIDES];
};

struct table {
	struct column col[FIELDS_MAX];
	unsigned n;
};

static struct word next_word(const char **text)
{
	struct word word;

	*text += strspn(*text, " ");
	word.at = *text;
	word.len = (int)strcspn(*text, " ");
	*text += word.len;
	return word;
}

static bool is_word(struct word word, const char *text)
{
	return (size_t)word.len == strlen(text) && !memcmp(word.at, text, (size_t)word.len);
}

/*
 * Place of a field in its line, as the text functions write them; what is not known is a counter's
 * name.
 */
static unsigned rank(struct word key)
{
	static const char *const reply[] = { "reply", "seq", "ack", "tsval", "tsecr", "replies" };

	for (unsigned i = 0; i < sizeof(reply) / sizeof(reply[0]); i++) {
		if (is_word(key, reply[i]))
			return i;
	}
	return is_word(key, "timewait") ? 10 : is_word(key, "reason") ? 30 : 20;
}

static struct column *find(struct table *t, struct word key, unsigned side)
{
	for (unsigned i = 0; i < t->n; i++) {
		struct column *c = &t->col[i];

		if (!c->there[side] && c->key.len == key.len &&
		    !memcmp(c->key.at, key.at, (size_t)key.len))
			return c;
	}
	return NULL;
}

/* A column of its own, in front of the first that has a later place. */
static struct column *insert(struct table *t, struct word key)
{
	unsigned at = t->n;

	if (t->n == FIELDS_MAX)
		return NULL;
	while (at && rank(t->col[at - 1].key) > rank(key))
		at--;
	memmove(&t->col[at + 1], &t->col[at], (t->n - at) * sizeof(t->col[0]));
	t->col[at] = (struct column){ .key = key };
	t->n++;
	return &t->col[at];
}

static void take(struct table *t, const char *text, unsigned side)
{
	for (;;) {
		struct word key = next_word(&text);
		struct column *c;

		if (!key.len)
			return;
		if (is_word(key, "|"))
			continue;
		c = find(t, key, side);
		if (!c)
			c = insert(t, key);
		if (!c)
			return;
		c->there[side] = true;
		if (strncmp(text, " |", 2) != 0)
			c->value[side] = next_word(&text);
	}
}

static void put_side(const struct table *t, unsigned side, char *ret, size_t size)
{
	struct tw_textbuf buf = tw_textbuf_on(ret, size);

	for (unsigned i = 0; i < t->n; i++) {
		const struct column *c = &t->col[i];
		int widest = c->value[0].len > c->value[1].len ? c->value[0].len : c->value[1].len;
		int width = c->key.len + (widest ? 1 + widest : 0), used = 0;

		if (i)
			tw_textbuf_add(&buf, "%s",
				       rank(c->key) / 10 == rank(c[-1].key) / 10 ? "  " : " | ");
		if (c->there[side]) {
			const struct word *v = &c->value[side];

			tw_textbuf_add(&buf, "%.*s%s%.*s", c->key.len, c->key.at, v->len ? " " : "",
				       v->len, v->at);
			used = c->key.len + (v->len ? 1 + v->len : 0);
		}
		tw_textbuf_add(&buf, "%*s", width - used, "");
	}
	while (buf.len && (ret[buf.len - 1] == ' ' || ret[buf.len - 1] == '|'))
		ret[--buf.len] = '\0';
}

void tw_text_align(const char *expected, const char *observed, char *ret_expected,
		   char *ret_observed, size_t size)
{
	struct table t = { .n = 0 };

	take(&t, expected, 0);
	take(&t, observed, 1);
	put_side(&t, 0, ret_expected, size);
	put_side(&t, 1, ret_observed, size);
}
