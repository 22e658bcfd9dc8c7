/* What was learnt from each of the pictures, in a sentence. */
#include <math.h>
#include <stdio.h>

#include "natreport/headline.h"
#include "natreport/words.h"
#include "text/textbuf.h"

struct series {
	unsigned n, rejected;
	double first_accepted, last_rejected; /* s; NAN: none */
};

static void add_series(struct tw_textbuf *buf, const struct tw_nat_steps *steps,
		       enum tw_nat_series which, const char *name)
{
	struct series s = { 0, 0, NAN, NAN };

	for (unsigned i = 0; i < steps->n && i < TW_NAT_STEPS_MAX; i++) {
		const struct tw_nat_step *step = &steps->step[i];

		if (step->series != which)
			continue;
		s.n++;
		if (step->answer != TW_NAT_SYN_ACK) {
			s.rejected++;
			s.last_rejected = fmax(s.last_rejected, step->at_s);
		} else {
			s.first_accepted = fmin(s.first_accepted, step->at_s);
		}
	}
	if (!s.n)
		return;
	tw_textbuf_add(buf, "%s%s: %u of %u rejected", buf->len ? "; " : "", name, s.rejected, s.n);
	if (isfinite(s.last_rejected))
		tw_textbuf_add(buf, ", the last at %.1f s", s.last_rejected);
	if (isfinite(s.first_accepted))
		tw_textbuf_add(buf, ", the first accepted at %.1f s", s.first_accepted);
	else if (s.rejected == s.n)
		tw_textbuf_add(buf, ", none accepted");
}

char *tw_nat_headline_steps(const struct tw_nat_steps *steps, char *ret, size_t size)
{
	struct tw_textbuf buf = tw_textbuf_on(ret, size);

	add_series(&buf, steps, TW_NAT_ALONE, "one SYN per tuple");
	add_series(&buf, steps, TW_NAT_REPEATED, "again and again on the same tuple");
	if (!buf.len)
		tw_textbuf_add(&buf, "no SYN was sent");
	return ret;
}

char *tw_nat_headline_plane(const struct tw_nat_plane *plane, char *ret, size_t size)
{
	struct tw_textbuf buf = tw_textbuf_on(ret, size);
	unsigned n[4] = { 0 }, all = plane->n < TW_NAT_DOTS_MAX ? plane->n : TW_NAT_DOTS_MAX;

	for (unsigned i = 0; i < all; i++)
		n[plane->dot[i].answer & 3]++;
	tw_textbuf_add(&buf,
		       "%u raw SYNs on tuples in TIME_WAIT: %u accepted, %u answered by an ACK",
		       all, n[TW_NAT_SYN_ACK], n[TW_NAT_ACK]);
	if (n[TW_NAT_NOTHING] || n[TW_NAT_RST])
		tw_textbuf_add(&buf, ", %u by nothing, %u by a RST", n[TW_NAT_NOTHING],
			       n[TW_NAT_RST]);
	if (plane->exceptions)
		tw_textbuf_add(&buf, "; %u not as the rule says", plane->exceptions);
	else if (all)
		tw_textbuf_add(&buf, "; all as the rule says");
	return ret;
}

char *tw_nat_headline_clocks(const struct tw_nat_clocks *clocks, char *ret, size_t size)
{
	struct tw_textbuf buf = tw_textbuf_on(ret, size);

	for (unsigned mode = 1; mode < 3; mode++) {
		unsigned n = 0;

		for (unsigned i = 0; i < clocks->n && i < TW_NAT_CLOCKS_MAX; i++)
			n += clocks->c[i].timestamps == mode;
		if (n)
			tw_textbuf_add(&buf, "%stcp_timestamps=%u: %s (%u SYNs)",
				       buf.len ? "; " : "", mode, tw_say_clock(clocks->kind[mode]),
				       n);
	}
	if (!buf.len)
		tw_textbuf_add(&buf, "no TSval was seen");
	return ret;
}

char *tw_nat_headline_starving(const struct tw_nat_starving *starving, char *ret, size_t size)
{
	struct tw_textbuf buf = tw_textbuf_on(ret, size);
	unsigned syns = 0, dropped = 0, connected = 0;

	for (unsigned i = 0; i < starving->n_doors && i < TW_NAT_DOORS_MAX; i++) {
		syns += starving->door[i].victim;
		dropped += starving->door[i].victim && !starving->door[i].came_out;
	}
	for (unsigned i = 0; i < starving->n_tries && i < TW_NAT_TRIES_MAX; i++)
		connected += starving->attempt[i].connected;
	tw_textbuf_add(&buf,
		       "%u of %u SYNs of the victim dropped, %u of %u attempts connected; the "
		       "neighbour lost "
		       "%u of %u connections; ",
		       dropped, syns, connected, starving->n_tries, starving->neighbour_lost,
		       starving->neighbour_connections);
	if (starving->disagreements)
		tw_textbuf_add(&buf, "the model disagrees with %llu SYN%s",
			       (unsigned long long)starving->disagreements,
			       starving->disagreements == 1 ? "" : "s");
	else
		tw_textbuf_add(&buf, "the model agrees with every SYN");
	return ret;
}
