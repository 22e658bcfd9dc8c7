#include "matrix/collect.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/evidence_json.h"
#include "text/report_told.h"
#include "vm/last_words.h"

static int take_hello(struct tw_collect *c, const json_t *line, struct tw_err *err)
{
	const json_t *planned = json_object_get(line, "planned");
	int ret;

	if (c->hello)
		return tw_err_set(err, EPROTO, "the guest began twice");
	ret = tw_facts_from_json(line, &c->col->facts, err);
	if (ret < 0)
		return ret;
	c->hello = true;
	snprintf(c->col->release, sizeof(c->col->release), "%s", c->col->facts.release);
	c->col->planned = (unsigned)json_integer_value(planned);
	return c->col->planned == c->m->n
		       ? 0
		       : tw_err_set(err, EPROTO, "the guest plans %u rows, not %u", c->col->planned,
				    c->m->n);
}

static int take_object(struct tw_collect *c, const json_t *line, struct tw_err *err)
{
	const char *unfit = json_string_value(json_object_get(line, "unfit"));

	if (json_object_get(line, "guest"))
		return take_hello(c, line, err);
	if (unfit)
		snprintf(c->col->trouble, sizeof(c->col->trouble), "%.500s", unfit);
	c->ended = c->ended || unfit || json_object_get(line, "end");
	return 0;
}

static int take_row(struct tw_collect *c, json_t *line, struct tw_err *err)
{
	struct tw_result res = { .row = NULL };
	json_t *row = json_array_get(line, 1);
	json_int_t i = json_is_integer(json_array_get(line, 0))
			       ? json_integer_value(json_array_get(line, 0))
			       : -1;
	int ret;

	if (i < 0 || i >= (json_int_t)c->m->n || !c->hello)
		return tw_err_set(err, EPROTO, "the guest told of a row that nobody asked for");
	if (!row) {
		c->col->begun = (int)i;
		return 0;
	}
	c->col->begun = -1;
	ret = tw_result_from_json(row, &res, err);
	if (ret < 0)
		return ret;
	return tw_matrix_put(c->m, c->col, (unsigned)i, &res, err);
}

static int take_line(void *arg, const char *text, size_t len, struct tw_err *err)
{
	struct tw_collect *c = arg;
	json_t *line = json_loadb(text, len, 0, NULL);
	int ret;

	if (json_is_object(line))
		ret = take_object(c, line, err);
	else if (json_is_array(line))
		ret = take_row(c, line, err);
	else
		ret = tw_err_set(err, EPROTO, "the guest said something unreadable: %.*s",
				 (int)(len < 60 ? len : 60), text);
	json_decref(line);
	return ret;
}

int tw_collect_take(struct tw_collect *c, int results, struct tw_err *err)
{
	return tw_vm_lines(results, &c->at, take_line, c, err);
}

/* A row that was at work is the first suspect. */
static void blame(const struct tw_collect *c, const char *what)
{
	struct tw_column *col = c->col;
	char words[200];

	tw_vm_last_words(col->console ? col->console : "", words, sizeof(words));
	if (col->begun >= 0)
		snprintf(col->trouble, sizeof(col->trouble), "%s in %s %s%s%s", what,
			 c->m->row[col->begun].row->id,
			 tw_family_name(c->m->row[col->begun].family), words[0] ? ": " : "", words);
	else
		snprintf(col->trouble, sizeof(col->trouble), "%s %s%s%s", what,
			 !c->hello                  ? "before the suite began"
			 : col->n_played == c->m->n ? "after the last row"
						    : "between two rows",
			 words[0] ? ": " : "", words);
}

/* A worker that dies takes its row along, and another one plays the rest. */
static void tell_missing(const struct tw_collect *c)
{
	unsigned first = 0;

	while (c->col->cell[first].played)
		first++;
	snprintf(c->col->trouble, sizeof(c->col->trouble),
		 "the guest ended without a word on %u of the rows, the first of them %s %s",
		 c->m->n - c->col->n_played, c->m->row[first].row->id,
		 tw_family_name(c->m->row[first].family));
}

static void tell_trouble(const struct tw_collect *c, const struct tw_vm *vm)
{
	char what[80];

	if (vm->ending == TW_VM_DONE && c->ended) {
		if (c->col->n_played < c->m->n)
			tell_missing(c);
		return;
	}
	tw_vm_why(vm, c->hello, what, sizeof(what));
	blame(c, what);
}

int tw_collect_end(struct tw_collect *c, const struct tw_vm *vm, struct tw_err *err)
{
	struct tw_err why = { "" };
	size_t len;
	int ret = tw_collect_take(c, vm->results, &why);

	c->col->ending = vm->ending;
	c->col->console = tw_vm_text(vm->console, 0, &len);
	if (!c->col->console || ret == -ENOMEM)
		return tw_err_set(err, ENOMEM, "out of memory");
	if (!c->col->trouble[0])
		tell_trouble(c, vm);
	if (!c->col->trouble[0] && ret < 0)
		snprintf(c->col->trouble, sizeof(c->col->trouble), "%.500s", why.text);
	return 0;
}
