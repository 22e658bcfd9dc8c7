#include <math.h>
#include <string.h>

#include "natreport/items.h"
#include "natreport/table.h"
#include "natreport/text.h"
#include "natreport/words.h"

enum {
	NAME_WIDTH = 28,
	CELL_WIDTH = 24,
	ACROSS = 3, /* scenarios side by side */
};

/* "54 % 35..72 % +8.2 ms"; with a "!" if that is not what was expected. Returns the colour of it. */
static enum tw_nat_color say_loss(const struct tw_nat_result *res,
				  const struct tw_nat_result *plain, char *ret, size_t size)
{
	double delay = tw_nat_cell_delay_ms(res, plain);
	char percent[TW_SAY_MAX], interval[TW_SAY_MAX], ms[TW_SAY_MAX] = "";
	unsigned without = tw_nat_without_port(res);
	const char *cost = "";

	if (without) {
		snprintf(ret, size, "%u no port, %u/%u lost%s", without, res->loss.n, res->loss.of,
			 res->verdict == TW_NAT_PASS ? "" : " !");
		return res->verdict == TW_NAT_PASS ? TW_NAT_YELLOW : TW_NAT_RED;
	}
	if (isfinite(delay))
		cost = tw_say_ms(delay, ms, sizeof(ms));
	else if (res->never.n)
		cost = "never";
	snprintf(ret, size, "%s %s%s%s%s", tw_say_percent(&res->loss, percent, sizeof(percent)),
		 tw_say_interval(&res->loss, interval, sizeof(interval)),
		 delay >= 0 ? " +"
		 : *cost    ? " "
			    : "",
		 cost, res->verdict == TW_NAT_PASS ? "" : " !");
	if (res->never.n || res->verdict != TW_NAT_PASS)
		return TW_NAT_RED;
	return res->loss.n ? TW_NAT_YELLOW : TW_NAT_GREEN;
}

static void put_cell(const struct tw_nat_text *t, const struct tw_nat_result *res,
		     const struct tw_nat_result *plain)
{
	enum tw_nat_verdict verdict =
		res ? tw_nat_verdict_of(res->done, res->verdict) : TW_NAT_SKIP;
	enum tw_nat_color color = TW_NAT_DIM;
	char cell[4 * TW_SAY_MAX] = "-";

	if (res && !tw_nat_has_numbers(res)) {
		color = tw_nat_color_of(verdict);
		snprintf(cell, sizeof(cell), "%s", tw_say_verdict(verdict));
	} else if (res && res->loss.of) {
		color = say_loss(res, plain, cell, sizeof(cell));
	} else if (res && tw_nat_without_port(res)) {
		color = TW_NAT_PLAIN;
		strcpy(cell, "no port");
	}
	fprintf(t->out, "%s%*s%s", tw_nat_on(t, color), CELL_WIDTH, cell, tw_nat_off(t));
}

static void put_row(const struct tw_nat_text *t, const struct tw_nat_table *table, unsigned from,
		    int remedy)
{
	tw_nat_text_name(t, remedy < 0 ? "as it is" : table->remedy[remedy], NAME_WIDTH);
	for (unsigned i = from; i < table->n_bases && i < from + ACROSS; i++)
		put_cell(t, remedy < 0 ? table->plain[i] : table->cell[i][remedy], table->plain[i]);
	fputc('\n', t->out);
}

void tw_nat_text_remedies(const struct tw_nat_text *t)
{
	struct tw_nat_table table;

	tw_nat_table(t->c, &table);
	for (unsigned from = 0; from < table.n_bases; from += ACROSS) {
		fprintf(t->out, "\n%-*s", NAME_WIDTH, "remedies: lost, delay");
		for (unsigned i = from; i < table.n_bases && i < from + ACROSS; i++)
			fprintf(t->out, "%*s", CELL_WIDTH, table.base[i]);
		fputc('\n', t->out);
		for (int i = -1; i < (int)table.n_remedies; i++)
			put_row(t, &table, from, i);
	}
}
