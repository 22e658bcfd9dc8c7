/* The document around the rows, and one row of it; the reading side trusts nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/evidence_json.h"
#include "evidence/evidence_raw.h"
#include "evidence/json_fields.h"

enum {
	NAMES_MAX = 65536,
	NAME_MAX_ = 128,
	CHUNK = 1 << 20,
	FILE_MAX_ = 1 << 30,
};

static const struct tw_case *find_row(const char *id)
{
	const struct tw_case *row;

	for (size_t i = 0; (row = tw_case_at(i)); i++) {
		if (!strcmp(row->id, id))
			break;
	}
	return row;
}

static int read_row(const json_t *row, struct tw_result *ret, struct tw_err *err)
{
	const char *id = json_string_value(json_object_get(row, "id"));
	const char *family = json_string_value(json_object_get(row, "family"));
	int r;

	if (!id)
		return tw_err_set(err, EINVAL, "id is missing or no string");
	if (!family || (strcmp(family, "ipv4") != 0 && strcmp(family, "ipv6") != 0))
		return tw_err_set(err, EINVAL, "family is neither ipv4 nor ipv6");
	ret->family = family[3] == '6' ? TW_IPV6 : TW_IPV4;
	r = tw_evidence_from_json(json_object_get(row, "evidence"), &ret->ev, err);
	if (r < 0)
		return r;
	if (strcmp(id, ret->ev.id) != 0 ||
	    (ret->ev.flow.family && ret->ev.flow.family != ret->family)) {
		tw_evidence_free(&ret->ev);
		return tw_err_set(err, EINVAL, "the evidence belongs to another row or family");
	}
	ret->row = find_row(id);
	return 0;
}

int tw_result_from_json(const json_t *row, struct tw_result *ret, struct tw_err *err)
{
	const char *id = json_string_value(json_object_get(row, "id"));
	int r;

	memset(ret, 0, sizeof(*ret));
	r = read_row(row, ret, err);
	return r < 0 ? tw_err_in(err, r, "row %.64s", id ? id : "without id") : 0;
}

json_t *tw_facts_to_json(const struct tw_facts *facts)
{
	json_t *names = json_array();
	int failed = !names;

	for (size_t i = 0; i < facts->n_names && !failed; i++)
		failed = json_array_append_new(names, tw_json_text(facts->names[i]));
	if (failed) {
		json_decref(names);
		return NULL;
	}
	return json_pack("{s:o, s:b}", "names", names, "drop_reasons", facts->drop_reasons);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_names(const json_t *list, struct tw_facts *ret, struct tw_err *err)
{
	char name[NAME_MAX_];
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n > NAMES_MAX)
		return tw_err_set(err, EINVAL, "facts.names is no array of at most %d names",
				  NAMES_MAX);
	ret->names = calloc(n + 1, sizeof(*ret->names));
	if (!ret->names)
		return tw_err_set(err, ENOMEM, "out of memory for the facts");
	for (size_t i = 0; i < n; i++) {
		if (tw_json_to_text(json_array_get(list, i), name, sizeof(name)))
			return tw_err_set(err, EINVAL, "facts.names[%zu] is no name", i);
		ret->names[i] = strdup(name);
		if (!ret->names[i])
			return tw_err_set(err, ENOMEM, "out of memory for the facts");
		ret->n_names++;
	}
	/* Whoever asks uses bsearch. */
	qsort(ret->names, n, sizeof(*ret->names), by_name);
	return 0;
}

int tw_facts_from_json(const json_t *doc, struct tw_facts *ret, struct tw_err *err)
{
	const json_t *kernel = json_object_get(doc, "kernel");
	const json_t *facts = json_object_get(doc, "facts");
	const json_t *reasons = json_object_get(facts, "drop_reasons");
	int r;

	memset(ret, 0, sizeof(*ret));
	if (tw_json_to_text(json_object_get(kernel, "release"), ret->release,
			    sizeof(ret->release)) ||
	    tw_json_to_text(json_object_get(kernel, "machine"), ret->machine, sizeof(ret->machine)))
		return tw_err_set(err, EINVAL, "kernel has no proper release and machine");
	if (!json_is_boolean(reasons))
		return tw_err_set(err, EINVAL, "facts.drop_reasons is missing or no boolean");
	ret->drop_reasons = json_is_true(reasons);
	r = read_names(json_object_get(facts, "names"), ret, err);
	if (r < 0)
		tw_facts_free(ret);
	return r;
}

static int check(const json_t *doc, const char *name, struct tw_err *err)
{
	const json_t *format = json_object_get(doc, "format");

	if (!json_is_object(doc) || !json_is_string(json_object_get(doc, "twprobe")) ||
	    !json_is_integer(format))
		return tw_err_set(err, EINVAL, "%s is no evidence file of twprobe", name);
	if (json_integer_value(format) != TW_EVIDENCE_FORMAT)
		return tw_err_set(err, EPROTO,
				  "%s has evidence format %lld, this twprobe reads format %d", name,
				  (long long)json_integer_value(format), TW_EVIDENCE_FORMAT);
	if (!json_is_array(json_object_get(doc, "rows")))
		return tw_err_set(err, EINVAL, "%s has no array of rows", name);
	return 0;
}

int tw_evidence_parse(const char *text, size_t len, const char *name, json_t **ret_doc,
		      json_t **ret_rows, struct tw_err *err)
{
	json_error_t je;
	json_t *doc = json_loadb(text, len, JSON_REJECT_DUPLICATES, &je);
	int ret;

	if (!doc)
		return tw_err_set(err, EINVAL, "%s is no JSON: line %d, column %d: %s", name,
				  je.line, je.column, je.text);
	ret = check(doc, name, err);
	if (ret < 0) {
		json_decref(doc);
		return ret;
	}
	*ret_doc = doc;
	*ret_rows = json_object_get(doc, "rows");
	return 0;
}

/* The whole stream. NULL with errno set. */
static char *slurp(FILE *in, size_t *ret_len)
{
	size_t len = 0, room = 0, got;
	char *text = NULL, *more;

	do {
		if (len == room) {
			room = room ? 2 * room : CHUNK;
			more = room <= FILE_MAX_ ? realloc(text, room) : NULL;
			if (!more) {
				errno = room <= FILE_MAX_ ? ENOMEM : EFBIG;
				goto fail;
			}
			text = more;
		}
		got = fread(text + len, 1, room - len, in);
		len += got;
	} while (got);
	if (ferror(in))
		goto fail;
	*ret_len = len;
	return text;
fail:
	free(text);
	return NULL;
}

int tw_evidence_load(FILE *in, const char *name, json_t **ret_doc, json_t **ret_rows,
		     struct tw_err *err)
{
	size_t len;
	char *text = slurp(in, &len);
	int ret;

	if (!text)
		return tw_err_set(err, errno, "%s cannot be read: %s", name, strerror(errno));
	ret = tw_evidence_parse(text, len, name, ret_doc, ret_rows, err);
	free(text);
	return ret;
}
