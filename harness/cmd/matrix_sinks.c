#include "cmd/matrix_sinks.h"

#include <errno.h>
#include <string.h>

#include "cmd/term.h"
#include "matrix/changes.h"
#include "matrix/matrix_html.h"
#include "matrix/matrix_json.h"
#include "matrix/matrix_text.h"
#include "matrix/stored.h"

void tw_matrix_options(struct tw_matrix_choice *c, struct tw_opt *ret_opts)
{
	const struct tw_opt opts[TW_MATRIX_OPTS] = {
		{ "verbose", 'v', NULL, "a line for every row", &c->verbose, NULL, NULL, NULL },
		{ "quiet", 'q', NULL, "no progress", &c->quiet, NULL, NULL, NULL },
		{ "json", 'j', NULL, "one JSON document on stdout", &c->json, NULL, NULL, NULL },
		{ "html", 0, "FILE", "write one page: rows x kernels, with timelines", NULL,
		  &c->html, NULL, NULL },
		{ "record", 0, "DIR", "write verdicts, evidence and console of every kernel", NULL,
		  &c->record, NULL, NULL },
		{ "against", 0, "DIR",
		  "tell what has changed since such a record; exit 1 if anything has", NULL,
		  &c->against, NULL, NULL },
		{ "color", 0, "WHEN", "always, never or auto", NULL, &c->color, NULL, NULL },
	};

	memcpy(ret_opts, opts, sizeof(opts));
}

int tw_matrix_choice_check(const struct tw_matrix_choice *c, struct tw_err *err)
{
	if (c->color && strcmp(c->color, "always") != 0 && strcmp(c->color, "never") != 0 &&
	    strcmp(c->color, "auto") != 0)
		return tw_err_set(err, EINVAL, "--color: \"%s\" is none of: always, never, auto",
				  c->color);
	return 0;
}

void tw_matrix_choice_free(struct tw_matrix_choice *choice)
{
	tw_matrix_free(&choice->was);
}

int tw_matrix_baseline(struct tw_matrix_choice *choice, const struct tw_matrix *m,
		       struct tw_err *err)
{
	return choice->against ? tw_stored_read_baseline(m, choice->against, &choice->was, err) : 0;
}

static bool wants_color(const struct tw_matrix_choice *c)
{
	if (c->color && !strcmp(c->color, "always"))
		return true;
	return (!c->color || !strcmp(c->color, "auto")) && tw_term_has_color(stdout);
}

static int write_html(const struct tw_matrix_choice *c, const struct tw_matrix *m,
		      const struct tw_differences *d, const char *command, struct tw_err *err)
{
	FILE *out = fopen(c->html, "we");
	bool bad;

	if (!out)
		return tw_err_set(err, errno, "%s cannot be written: %s", c->html, strerror(errno));
	tw_matrix_html(m, d, command, out);
	bad = ferror(out);
	return fclose(out) != 0 || bad
		       ? tw_err_set(err, EIO, "%s could not be written completely", c->html)
		       : 0;
}

/* Files first: when one of them cannot be had, nothing has been said on stdout yet. */
static int write_files(const struct tw_matrix_choice *c, const struct tw_matrix *m,
		       const struct tw_differences *d, const char *command, unsigned long long seed,
		       struct tw_err *err)
{
	int ret = c->html ? write_html(c, m, d, command, err) : 0;

	for (unsigned i = 0; c->record && i < m->n_cols && ret == 0; i++)
		ret = tw_stored_write(m, &m->col[i], c->record, command, seed, err);
	return ret;
}

static void tell_json(const struct tw_matrix *m, const struct tw_differences *d,
		      const struct tw_changes *changes)
{
	json_t *doc = tw_matrix_to_json(m, d);

	if (doc && changes)
		json_object_set_new(doc, "changes", tw_changes_to_json(changes));
	json_dumpf(doc, stdout, JSON_INDENT(1));
	fputc('\n', stdout);
	json_decref(doc);
}

static enum tw_exit exit_of(const struct tw_matrix *m, const struct tw_differences *d,
			    unsigned changes)
{
	unsigned n[TW_OUTCOMES] = { 0 }, missing = 0;

	for (unsigned c = 0; c < m->n_cols; c++) {
		missing += m->col[c].trouble[0] != '\0';
		for (unsigned i = 0; i < m->n; i++)
			if (m->col[c].cell[i].played)
				n[m->col[c].cell[i].outcome]++;
	}
	if (n[TW_FAIL] || changes)
		return TW_EXIT_FAIL;
	if (n[TW_ERROR] || missing)
		return TW_EXIT_ERROR;
	if (d->unexplained)
		return TW_EXIT_FAIL;
	return n[TW_PASS] ? TW_EXIT_OK : TW_EXIT_SKIPPED;
}

int tw_matrix_tell(const struct tw_matrix_choice *choice, const struct tw_matrix *m,
		   const char *command, unsigned long long seed, enum tw_exit *ret_exit,
		   struct tw_err *err)
{
	const struct tw_matrix_style style = { .color = wants_color(choice),
					       .verbose = choice->verbose };
	struct tw_changes changes = { .n = 0 };
	struct tw_differences d = { .n = 0 };
	int ret = tw_compare(m, &d, err);

	if (ret == 0)
		ret = write_files(choice, m, &d, command, seed, err);
	if (ret == 0 && choice->against)
		ret = tw_changes_find(&choice->was, m, &changes, err);
	if (ret == 0 && choice->json) {
		tell_json(m, &d, choice->against ? &changes : NULL);
	} else if (ret == 0) {
		printf("twprobe %s, %s\n", TWPROBE_VERSION, command);
		tw_matrix_print(m, &d, &style, stdout);
		if (choice->against)
			tw_changes_print(&changes, choice->against, style.color, stdout);
	}
	*ret_exit = exit_of(m, &d, changes.n);
	tw_changes_free(&changes);
	tw_differences_free(&d);
	return ret;
}
