#include "matrix/stored.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/evidence_json.h"
#include "evidence/json_fields.h"
#include "text/report_told.h"

enum {
	TEXT_MAX = 4096 /* of one text in a verdict */
};

/* A file, read but not yet put in its column. */
struct stored {
	const char *path;
	json_t *doc;  /* the evidence file, or the head of the verdicts */
	json_t *rows; /* an array, owned by .doc or by this */
	bool verdicts;
};

static json_t *parse_lines(FILE *in, const char *path, json_t **ret_head, struct tw_err *err)
{
	json_t *rows = json_array(), *line;
	char *text = NULL;
	size_t room = 0;
	ssize_t len;

	*ret_head = NULL;
	while (rows && (len = getline(&text, &room, in)) > 0) {
		line = json_loadb(text, (size_t)len, JSON_REJECT_DUPLICATES, NULL);
		if (!json_is_object(line)) {
			json_decref(line);
			json_decref(rows);
			rows = NULL;
			tw_err_set(err, EINVAL, "%s has a line that is no verdict", path);
		} else if (!*ret_head) {
			*ret_head = line;
		} else {
			json_array_append_new(rows, line);
		}
	}
	free(text);
	return rows;
}

/* Verdict files begin with a line of their own. */
static int load(const char *path, struct stored *ret, struct tw_err *err)
{
	static const char mark[] = "{\"twprobe-verdicts\": 1";
	char head[sizeof(mark)] = "";
	FILE *in = fopen(path, "re");
	int code = 0;

	*ret = (struct stored){ .path = path };
	if (!in)
		return tw_err_set(err, errno, "%s cannot be read: %s", path, strerror(errno));
	ret->verdicts =
		fread(head, 1, sizeof(mark) - 1, in) == sizeof(mark) - 1 && !strcmp(head, mark);
	rewind(in);
	if (!ret->verdicts) {
		code = tw_evidence_load(in, path, &ret->doc, &ret->rows, err);
		json_incref(ret->rows);
	} else {
		ret->rows = parse_lines(in, path, &ret->doc, err);
		code = ret->rows ? 0 : -EINVAL;
	}
	fclose(in);
	return code;
}

static void unload(struct stored *s)
{
	json_decref(s->rows);
	json_decref(s->doc);
}

static enum tw_family family_of(const json_t *row)
{
	const char *name = json_string_value(json_object_get(row, "family"));

	return name && !strcmp(name, "ipv6") ? TW_IPV6 : TW_IPV4;
}

/* The row of the matrix, or its number of rows if there is none. Stored rows are mostly in order: @from is tried first. */
static unsigned find(const struct tw_matrix *m, const json_t *row, unsigned from)
{
	const char *id = json_string_value(json_object_get(row, "id"));
	enum tw_family family = family_of(row);

	for (unsigned k = 0; id && k < m->n; k++) {
		unsigned i = (from + k) % m->n;

		if (m->row[i].family == family && !strcmp(m->row[i].row->id, id))
			return i;
	}
	return m->n;
}

static bool name_to(const json_t *row, const char *member, const char *(*name)(unsigned),
		    unsigned n, unsigned *ret)
{
	const char *text = json_string_value(json_object_get(row, member));

	for (*ret = 0; text && *ret < n; ++*ret)
		if (!strcmp(name(*ret), text))
			return true;
	return false;
}

static const char *outcome_name(unsigned v)
{
	return tw_outcome_name((enum tw_outcome)v);
}

static const char *rfc_name(unsigned v)
{
	return tw_conformance_name((enum tw_conformance)v);
}

static char *text_of(const json_t *row, const char *member)
{
	const char *text = json_string_value(json_object_get(row, member));

	return text && strlen(text) < TEXT_MAX ? strdup(text) : NULL;
}

static int read_cell(const json_t *row, const char *path, struct tw_cell *cell, struct tw_err *err)
{
	unsigned outcome, rfc, also;

	if (!name_to(row, "outcome", outcome_name, TW_OUTCOMES, &outcome) ||
	    !name_to(row, "rfc", rfc_name, TW_RFC_CONFORMANCES, &rfc) ||
	    !name_to(row, "also", rfc_name, TW_RFC_CONFORMANCES, &also))
		return tw_err_set(err, EINVAL, "%s has a line without a verdict", path);
	tw_cell_free(cell);
	*cell = (struct tw_cell){ .played = true,
				  .outcome = (enum tw_outcome)outcome,
				  .rfc = (enum tw_conformance)rfc,
				  .also = (enum tw_conformance)also,
				  .shape = text_of(row, "shape"),
				  .because = text_of(row, "because"),
				  .saw = text_of(row, "shape") };
	if (cell->shape && cell->because && cell->saw)
		return 0;
	tw_cell_free(cell);
	return tw_err_set(err, EINVAL, "%s has a line that is no verdict", path);
}

static int read_rows(const struct stored *s, struct tw_matrix *m, struct tw_column *col,
		     struct tw_err *err)
{
	struct tw_result res;
	unsigned at = 0;
	size_t k;
	json_t *row;
	int ret = 0;

	json_array_foreach(s->rows, k, row)
	{
		unsigned i = find(m, row, at);

		if (i == m->n)
			continue;
		at = i + 1;
		if (s->verdicts) {
			col->n_played += !col->cell[i].played;
			ret = read_cell(row, s->path, &col->cell[i], err);
		} else {
			ret = tw_result_from_json(row, &res, err);
			if (ret == 0)
				ret = tw_matrix_put(m, col, i, &res, err);
		}
		if (ret < 0)
			return tw_err_in(err, ret, "%s", s->path);
	}
	return 0;
}

static int fill(const struct stored *s, struct tw_matrix *m, struct tw_column *col,
		struct tw_err *err)
{
	const char *base = strrchr(s->path, '/'),
		   *kernel = json_string_value(json_object_get(s->doc, "kernel"));
	char label[sizeof(col->label)];
	int ret = 0;

	base = base ? base + 1 : s->path;
	snprintf(label, sizeof(label), "%.*s",
		 (int)(strrchr(base, '.') ? strrchr(base, '.') - base : 40), base);
	tw_matrix_label(m, (unsigned)(col - m->col), label);
	if (s->verdicts)
		snprintf(col->release, sizeof(col->release), "%s", kernel ? kernel : "");
	else
		ret = tw_facts_from_json(s->doc, &col->facts, err);
	if (ret == 0 && !s->verdicts)
		snprintf(col->release, sizeof(col->release), "%s", col->facts.release);
	return ret < 0 ? ret : read_rows(s, m, col, err);
}

/* Which rows of this build any of the files has; *@ret_unknown: how many it does not have. */
static int plan(const struct stored *s, unsigned n, struct tw_matrix *ret, unsigned *ret_unknown,
		struct tw_err *err)
{
	size_t count = tw_case_count();
	struct tw_matrix all;
	bool *there = calloc(2 * count + 1, sizeof(*there));
	struct tw_plan_item *item = calloc(2 * count + 1, sizeof(*item));
	unsigned wanted = 0;
	int code = there && item ? 0 : tw_err_set(err, ENOMEM, "out of memory");

	for (size_t i = 0; code == 0 && i < count; i++) {
		item[2 * i] = (struct tw_plan_item){ tw_case_at(i), TW_IPV4 };
		item[2 * i + 1] = (struct tw_plan_item){ tw_case_at(i), TW_IPV6 };
	}
	if (code == 0) {
		all = (struct tw_matrix){ .row = item, .n = (unsigned)(2 * count) };
		for (unsigned f = 0; f < n; f++) {
			size_t k;
			json_t *row;
			unsigned at = 0;

			json_array_foreach(s[f].rows, k, row)
			{
				at = find(&all, row, at);
				there[at] = true; /* the one behind the last: unknown */
				*ret_unknown += at == all.n;
			}
		}
		for (unsigned i = 0; i < all.n; i++)
			if (there[i])
				item[wanted++] = item[i];
		code = wanted ? tw_matrix_init(ret, item, wanted, n, err)
			      : tw_err_set(err, ENOENT,
					   "there is no row to compare, and an empty comparison "
					   "proves nothing");
	}
	free(there);
	free(item);
	return code;
}

int tw_stored_read(char **path, unsigned n, struct tw_matrix *ret, unsigned *ret_unknown,
		   struct tw_err *err)
{
	struct stored *s = calloc(n + 1, sizeof(*s));
	unsigned loaded = 0;
	int code = s ? 0 : tw_err_set(err, ENOMEM, "out of memory");

	*ret = (struct tw_matrix){ .n = 0 };
	*ret_unknown = 0;
	for (; code == 0 && loaded < n; loaded++)
		code = load(path[loaded], &s[loaded], err);
	if (code == 0)
		code = plan(s, n, ret, ret_unknown, err);
	for (unsigned c = 0; code == 0 && c < n; c++)
		code = fill(&s[c], ret, &ret->col[c], err);
	for (unsigned i = 0; i < loaded; i++)
		unload(&s[i]);
	free(s);
	if (code < 0)
		tw_matrix_free(ret);
	return code;
}

int tw_stored_read_baseline(const struct tw_matrix *m, const char *dir, struct tw_matrix *ret,
			    struct tw_err *err)
{
	char path[PATH_MAX];
	struct stored s;
	int code = tw_matrix_init(ret, m->row, m->n, m->n_cols, err);

	for (unsigned c = 0; code == 0 && c < m->n_cols; c++) {
		snprintf(path, sizeof(path), "%s/%s.verdicts", dir, m->col[c].label);
		code = load(path, &s, err);
		if (code == 0)
			code = fill(&s, ret, &ret->col[c], err);
		unload(&s);
	}
	if (code < 0)
		tw_matrix_free(ret);
	return code;
}
