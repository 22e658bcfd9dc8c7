/*
 * The pieces of the text report.
 */
#ifndef TWPROBE_NATREPORT_TEXT_H
#define TWPROBE_NATREPORT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "nat/campaign.h"

struct tw_nat_text {
	FILE *out;
	const struct tw_nat_campaign *c;
	bool color, verbose;
};

enum tw_nat_color {
	TW_NAT_PLAIN,
	TW_NAT_GREEN,
	TW_NAT_RED,
	TW_NAT_YELLOW,
	TW_NAT_DIM,
};

/* Switch a colour on and off again; "" without colours. */
const char *tw_nat_on(const struct tw_nat_text *t, enum tw_nat_color color);
const char *tw_nat_off(const struct tw_nat_text *t);
enum tw_nat_color tw_nat_color_of(enum tw_nat_verdict verdict);

/* @name in a column of that width; where it is too long, on a line of its own. */
void tw_nat_text_name(const struct tw_nat_text *t, const char *name, int width);

/* Base scenarios and controls, one line each. */
void tw_nat_text_scenarios(const struct tw_nat_text *t);
/* Remedies down, the scenarios that they were tried on across. */
void tw_nat_text_remedies(const struct tw_nat_text *t);
/* Every trial in a line: part of tw_nat_text_scenarios() if the report is verbose. */
void tw_nat_text_trials(const struct tw_nat_text *t, const struct tw_nat_result *res);
/* Clocks, steps, plane, starving and agreement: a paragraph each. */
void tw_nat_text_parts(const struct tw_nat_text *t);

#endif
