/* Text for people: what `twprobe nat` prints. */
#include <string.h>

#include "natreport/headline.h"
#include "natreport/items.h"
#include "natreport/natreport.h"
#include "natreport/text.h"
#include "natreport/words.h"
#include "text/textbuf.h"
#include "text/wrap.h"

const char *tw_nat_on(const struct tw_nat_text *t, enum tw_nat_color color)
{
	static const char *const code[] = { "", "\033[32m", "\033[1;31m", "\033[33m", "\033[2m" };

	return t->color ? code[color] : "";
}

const char *tw_nat_off(const struct tw_nat_text *t)
{
	return t->color ? "\033[0m" : "";
}

enum tw_nat_color tw_nat_color_of(enum tw_nat_verdict verdict)
{
	static const enum tw_nat_color color[] = { TW_NAT_GREEN, TW_NAT_RED, TW_NAT_YELLOW,
						   TW_NAT_RED };

	return color[verdict & 3];
}

void tw_nat_text_name(const struct tw_nat_text *t, const char *name, int width)
{
	if ((int)strlen(name) < width)
		fprintf(t->out, "%-*s", width, name);
	else
		fprintf(t->out, "%s\n%*s", name, width, "");
}

static void put_head(const struct tw_nat_text *t)
{
	const struct tw_nat_campaign *c = t->c;

	fprintf(t->out,
		"twprobe %s nat, kernel %s %s, HZ %u, seed %llu, %u trials per scenario%s\n\n",
		c->version ? c->version : "?", c->release, c->machine, c->hz,
		(unsigned long long)c->seed, c->trials, c->slow ? ", slow ones too" : "");
}

/* What is not PASS, with its reason: "FAIL  name", and why. */
static void put_trouble(const struct tw_nat_text *t, const struct tw_nat_item *item)
{
	char clean[256];

	if (item->verdict == TW_NAT_PASS)
		return;
	fprintf(t->out, "%s%-5s%s %s\n      ", tw_nat_on(t, tw_nat_color_of(item->verdict)),
		tw_say_verdict(item->verdict), tw_nat_off(t), item->name);
	tw_wrap(t->out, tw_text_clean(item->why, clean, sizeof(clean)), 6, TW_WIDTH);
}

static void put_troubles(const struct tw_nat_text *t)
{
	const struct tw_nat_totals totals = tw_nat_totals(t->c);
	struct tw_nat_item item;

	if (totals.n[TW_NAT_FAIL] || totals.n[TW_NAT_SKIP] || totals.n[TW_NAT_ERROR])
		fputc('\n', t->out);
	for (unsigned i = 0; tw_nat_item(t->c, i, &item); i++)
		put_trouble(t, &item);
}

static void put_headline(const struct tw_nat_text *t)
{
	char text[TW_HEADLINE_MAX];

	fputc('\n', t->out);
	tw_wrap(t->out, tw_nat_headline(t->c, text, sizeof(text)), 0, TW_WIDTH);
	tw_wrap(t->out, tw_nat_headline_proof(t->c, text, sizeof(text)), 0, TW_WIDTH);
}

static void put_summary(const struct tw_nat_text *t)
{
	const struct tw_nat_totals totals = tw_nat_totals(t->c);
	bool bad = totals.n[TW_NAT_FAIL] || totals.n[TW_NAT_ERROR];

	fprintf(t->out, "\n%s%u passed, %u failed, %u skipped, %u error%s%s in %.1f s\n",
		tw_nat_on(t, bad ? TW_NAT_RED : TW_NAT_GREEN), totals.n[TW_NAT_PASS],
		totals.n[TW_NAT_FAIL], totals.n[TW_NAT_SKIP], totals.n[TW_NAT_ERROR],
		totals.n[TW_NAT_ERROR] == 1 ? "" : "s", tw_nat_off(t), t->c->wall_s);
}

void tw_nat_report_text(FILE *out, const struct tw_nat_campaign *c, bool color, bool verbose)
{
	const struct tw_nat_text t = { .out = out, .c = c, .color = color, .verbose = verbose };

	put_head(&t);
	tw_nat_text_scenarios(&t);
	tw_nat_text_remedies(&t);
	tw_nat_text_parts(&t);
	put_troubles(&t);
	put_headline(&t);
	put_summary(&t);
}
