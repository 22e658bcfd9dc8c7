/*
 * The pieces of the page. Each writes a section, or nothing if its part is not in the campaign.
 */
#ifndef TWPROBE_NATREPORT_HTML_H
#define TWPROBE_NATREPORT_HTML_H

#include <stdbool.h>
#include <stdio.h>

#include "nat/campaign.h"

/* The style sheet's text. */
void tw_html_style(FILE *out);

/* Formats, escapes and writes, with the dashes and spaces of print: "28–65 %". At most 767 bytes. */
void tw_html_text(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void tw_html_head(FILE *out, const struct tw_nat_campaign *c);
void tw_html_scenarios(FILE *out, const struct tw_nat_campaign *c);
void tw_html_remedies(FILE *out, const struct tw_nat_campaign *c);
void tw_html_figures(FILE *out, const struct tw_nat_campaign *c);
void tw_html_loads(FILE *out, const struct tw_nat_campaign *c);

void tw_html_ladder(FILE *out, const struct tw_nat_campaign *c);
void tw_html_starving(FILE *out, const struct tw_nat_campaign *c);

/* A section with a picture: what comes before and behind its SVG. */
void tw_html_figure_begin(FILE *out, const char *title);
void tw_html_figure_end(FILE *out, const char *caption);
/* True if a part can be drawn, it has @n things to show; else says why not, below the @title if that is not "". */
bool tw_html_figure_can(FILE *out, const char *title, bool done, const char *trouble, unsigned n);

/* A rate as a dot on a line from 0 to 100 % with its interval, and @other, if there is one, below it. */
void tw_html_interval(FILE *out, const struct tw_nat_rate *rate, const struct tw_nat_rate *other);

#endif
