/* Gathering: what was seen is put into words at once, so that no evidence has to be kept. */
#include "report/deviations.h"
#include "report/report.h"

#include <errno.h>
#include <stdlib.h>

#include "text/explain.h"
#include "text/report_told.h"
#include "text/textbuf.h"

/* The step that the demand is about: the one named, or the last. */
static unsigned judged_step(const struct tw_result *res, const struct tw_rfc *rfc)
{
	unsigned n = res->ev.n_steps;

	if (rfc->step && rfc->step <= n)
		return rfc->step - 1u;
	/* of a row that is to be as expected: the one that was not */
	if (rfc->as_expected && res->verdict.step && res->verdict.step <= n)
		return res->verdict.step - 1;
	return n - 1;
}

static void put_pause(const struct tw_case *row, unsigned i, FILE *out)
{
	unsigned ms = i < TW_ROW_STEPS ? row->step[i].pause_ms : 0;

	if (ms && row->step[i].times > 1)
		fprintf(out, "+%g s, %u times\n", ms / 1000.0, row->step[i].times);
	else if (ms)
		fprintf(out, "+%g s\n", ms / 1000.0);
}

static void put_steps(const struct tw_result *res, const struct tw_rfc *rfc, FILE *out)
{
	char text[TW_TEXT_MAX];

	for (unsigned i = 0; i <= judged_step(res, rfc); i++) {
		const struct tw_step_evidence *se = &res->ev.step[i];
		struct tw_observed seen;

		tw_observe(&res->ev, i, &seen);
		put_pause(res->row, i, out);
		fprintf(out, "< %s%s\n",
			tw_text_seg(&se->sent, false, &res->ev.numbers, text, sizeof(text)),
			memcmp(&se->flow, &res->ev.flow, sizeof(se->flow)) != 0
				? "   // from another port"
				: "");
		fprintf(out, "> %s\n",
			seen.n_replies ? tw_text_seg(&seen.reply, true, &res->ev.numbers, text,
						     sizeof(text))
				       : "nothing");
	}
}

/* "close OK | left gone | TcpOutRsts +1": an RFC asks for no counters, whose names begin with a capital. */
static void leave_counters_out(const char *text, char *ret, size_t size)
{
	struct tw_textbuf buf = tw_textbuf_on(ret, size);

	while (*text) {
		const char *end = strstr(text, " | ");
		int len = end ? (int)(end - text) : (int)strlen(text);

		if (*text < 'A' || *text > 'Z')
			tw_textbuf_add(&buf, "%s%.*s", buf.len ? ", " : "", len, text);
		text += end ? len + 3 : len;
	}
}

static char *means_of(const struct tw_result *res, const struct tw_rfc *rfc)
{
	unsigned i = judged_step(res, rfc);
	char text[TW_TEXT_MAX], clean[TW_TEXT_MAX];
	struct tw_observed seen;

	if (res->row->scenario) {
		tw_text_clean(res->verdict.observed, text, sizeof(text));
		leave_counters_out(text, clean, sizeof(clean));
	} else {
		tw_observe(&res->ev, i, &seen);
		tw_explain(&seen, &res->ev.step[i].sent, text, sizeof(text));
		tw_text_clean(text, clean, sizeof(clean));
	}
	return strdup(clean);
}

/* The segments. What a scenario does is long, and its end says little: what it found says it all. */
static int tell(const struct tw_result *res, struct tw_deviation *d, struct tw_err *err)
{
	size_t size;
	FILE *out = open_memstream(&d->seen, &size);

	if (out && !res->row->scenario)
		put_steps(res, d->rfc, out);
	if (!out || fclose(out) != 0 || !d->seen)
		return tw_err_set(err, ENOMEM, "out of memory for the deviations");
	return 0;
}

/* The other family has done just the same; what a scenario finds may have times in it. */
static bool merged(struct tw_deviations *list, const struct tw_result *res,
		   const struct tw_rfc *rfc, const char *means)
{
	for (unsigned i = list->n; i > 0 && list->d[i - 1].row == res->row; i--) {
		struct tw_deviation *d = &list->d[i - 1];

		if (d->rfc != rfc || (!res->row->scenario && strcmp(d->means, means) != 0) ||
		    d->expected != (res->verdict.outcome == TW_PASS))
			continue;
		d->family[res->family == TW_IPV6] = true;
		return true;
	}
	return false;
}

static int add(struct tw_deviations *list, const struct tw_result *res, const struct tw_rfc *rfc,
	       struct tw_err *err)
{
	struct tw_deviation *last, *more;
	char *means = means_of(res, rfc);

	if (means && merged(list, res, rfc, means)) {
		free(means);
		return 0;
	}
	more = means ? reallocarray(list->d, list->n + 1, sizeof(*more)) : NULL;
	if (!more) {
		free(means);
		return tw_err_set(err, ENOMEM, "out of memory for the deviations");
	}
	list->d = more;
	last = &list->d[list->n];
	*last = (struct tw_deviation){
		.row = res->row, .rfc = rfc, .means = means, .at = list->n++
	};
	last->expected = res->verdict.outcome == TW_PASS;
	if (rfc == &res->row->rfc && res->verdict.also == TW_RFC_CONFORMS)
		last->kept = &res->row->also;
	if (rfc == &res->row->also && res->verdict.rfc == TW_RFC_CONFORMS)
		last->kept = &res->row->rfc;
	last->family[res->family == TW_IPV6] = true;
	return tell(res, last, err);
}

int tw_deviations_add(struct tw_deviations *list, const struct tw_result *res, struct tw_err *err)
{
	int ret = 0;

	if (!res->row || !res->ev.n_steps)
		return 0;
	if (res->verdict.rfc == TW_RFC_DEVIATES)
		ret = add(list, res, &res->row->rfc, err);
	if (ret >= 0 && res->verdict.also == TW_RFC_DEVIATES)
		ret = add(list, res, &res->row->also, err);
	return ret;
}

void tw_deviations_free(struct tw_deviations *list)
{
	for (unsigned i = 0; i < list->n; i++) {
		free(list->d[i].seen);
		free(list->d[i].means);
	}
	free(list->d);
	memset(list, 0, sizeof(*list));
}
