#include "text/report_told.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "text/textbuf.h"

const char *tw_result_id(const struct tw_result *res)
{
	return res->row ? res->row->id : res->ev.id;
}

const char *tw_family_name(enum tw_family family)
{
	return family == TW_IPV6 ? "ipv6" : "ipv4";
}

int tw_result_step(const struct tw_result *res)
{
	unsigned n = res->ev.n_steps, step = res->verdict.step;

	if (step)
		return step <= n ? (int)step - 1 : -1;
	return n ? (int)n - 1 : -1;
}

char *tw_group_name(const char *id, char *ret, size_t size)
{
	char clean[80];

	tw_text_clean(id, clean, sizeof(clean));
	clean[strcspn(clean, ".")] = '\0';
	snprintf(ret, size, "%s", clean[0] ? clean : "-");
	return ret;
}

/* Letters that an id may have; the rest may come from a file that somebody else wrote. */
static void id_word(const char *id, char *ret, size_t size)
{
	size_t i;

	for (i = 0; id[i] && i < size - 1; i++)
		ret[i] = isalnum((unsigned char)id[i]) || strchr(".-", id[i]) ? id[i] : '_';
	ret[i] = '\0';
}

char *tw_capture_name(const struct tw_result *res, char *ret, size_t size)
{
	char id[72];

	id_word(tw_result_id(res), id, sizeof(id));
	snprintf(ret, size, "%s.%s.pcapng", id, tw_family_name(res->family));
	return ret;
}

static void tell_says(const struct tw_result *res, int step, struct tw_told *ret)
{
	unsigned at = step < 0 ? 0 : (unsigned)step;
	const struct tw_case *row = res->row;
	char send[TW_TEXT_MAX] = "";
	struct tw_textbuf buf;

	if (!row) {
		tw_textbuf_on(ret->says, sizeof(ret->says));
		snprintf(ret->says, sizeof(ret->says), "(not a row of this version)");
		return;
	}
	tw_text_clean(row->says, ret->says, sizeof(ret->says));
	if (at >= TW_ROW_STEPS || row->scenario)
		return;
	buf = tw_textbuf_on(ret->says, sizeof(ret->says));
	tw_text_send(&row->step[at].send, send, sizeof(send));
	if (tw_case_steps(row) > 1)
		tw_textbuf_add(&buf, "%s [step %u: %s]", row->says, at + 1, send);
	else
		tw_textbuf_add(&buf, "%s [%s]", row->says, send);
}

/* The judge's words where it left some, else what the evidence itself shows. */
static void tell_observed(const struct tw_result *res, int step, struct tw_told *ret)
{
	char text[TW_TEXT_MAX];
	struct tw_observed seen;

	snprintf(text, sizeof(text), "%s", res->verdict.observed);
	if (!text[0] && step >= 0 && !(res->row && res->row->scenario)) {
		tw_observe(&res->ev, (unsigned)step, &seen);
		tw_text_observed(&seen, &res->ev.numbers, text, sizeof(text));
	}
	if (!text[0])
		snprintf(text, sizeof(text), "nothing: no step was reached");
	tw_text_clean(text, ret->seen, sizeof(ret->seen));
	strcpy(ret->observed, ret->seen);
	if (res->verdict.outcome != TW_FAIL)
		return;
	tw_text_clean(res->verdict.expected, text, sizeof(text));
	tw_text_align(text, ret->seen, ret->expected, ret->observed, sizeof(ret->observed));
}

/* Without it the row would be left out. */
static const char *pace_option(const struct tw_case *row)
{
	return row && row->slowest ? " --slowest" : row && row->slow ? " --slow" : "";
}

void tw_result_tell(const struct tw_result *res, struct tw_told *ret)
{
	int step = tw_result_step(res);
	char id[72], moved[TW_TEXT_MAX];

	memset(ret, 0, sizeof(*ret));
	id_word(tw_result_id(res), id, sizeof(id));
	snprintf(ret->name, sizeof(ret->name), "%s.%s", id, tw_family_name(res->family));
	snprintf(ret->again, sizeof(ret->again), "twprobe run %s -%d%s", id,
		 res->family == TW_IPV6 ? 6 : 4, pace_option(res->row));
	tell_says(res, step, ret);
	tell_observed(res, step, ret);
	tw_text_clean(res->verdict.differs, ret->differs, sizeof(ret->differs));
	tw_text_clean(res->verdict.why, ret->reason, sizeof(ret->reason));
	if (!ret->reason[0])
		snprintf(ret->reason, sizeof(ret->reason), "no reason was given");
	snprintf(moved, sizeof(moved), "not read");
	if (step >= 0)
		tw_text_moved(&res->ev.step[step], moved, sizeof(moved));
	tw_text_clean(moved, ret->counters, sizeof(ret->counters));
}
