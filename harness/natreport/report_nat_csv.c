/* The trials as a table for other programs. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "natreport/natreport.h"
#include "natreport/words.h"

static const char names[] =
	"scenario,trial,outcome,answer,rule,connect_ms,so_error,syns,rejected,second_syn_ms,"
	"first_client,first_port,first_public_port,server_port,client,in_port,in_isn,in_tsval,"
	"out_addr,out_port,out_isn,out_tsval,reused,r,s,t,left_ms,dtsval,disn,trouble";

/* A field in quotes if it needs them: RFC 4180 section 2. */
static void put_text(FILE *out, const char *text)
{
	bool quoted = false;

	for (const char *p = text; *p; p++)
		quoted |= *p == ',' || *p == '"' || *p == '\n' || *p == '\r';
	if (quoted)
		fputc('"', out);
	for (const char *p = text; *p; p++) {
		if (*p == '"')
			fputc('"', out);
		fputc(*p, out);
	}
	if (quoted)
		fputc('"', out);
}

static void put_number(FILE *out, bool there, int64_t value)
{
	fputc(',', out);
	if (there)
		fprintf(out, "%" PRId64, value);
}

static void put_ms(FILE *out, bool there, double ms)
{
	fputc(',', out);
	if (there && isfinite(ms))
		fprintf(out, "%.6f", ms);
}

static void put_addr(FILE *out, bool there, const struct tw_addr *addr)
{
	char text[TW_SAY_MAX];

	fputc(',', out);
	if (there)
		fputs(tw_say_addr(addr, text, sizeof(text)), out);
}

/* Port, ISN and TSval of a SYN. */
static void put_syn(FILE *out, bool there, const struct tw_nat_packet *syn)
{
	put_number(out, there, syn->client_port);
	put_number(out, there, syn->seg.seq);
	put_number(out, there && syn->seg.ts, syn->seg.tsval);
}

static void put_trial(FILE *out, const struct tw_nat_trial *t)
{
	int32_t dts = 0, disn = 0;
	bool has_dts = tw_nat_trial_dts(t, &dts), has_disn = tw_nat_trial_disn(t, &disn);

	fprintf(out, ",%s,%s,%s", tw_say_outcome(t->outcome), tw_say_answer(t->answer),
		tw_say_rule(t->rule));
	put_ms(out, true, (double)t->connect_ns / 1e6);
	put_number(out, true, t->so_error);
	put_number(out, true, t->syns);
	put_number(out, true, t->rejected);
	put_ms(out, t->second_syn_ns, (double)t->second_syn_ns / 1e6);
	put_addr(out, true, &t->first_client);
	put_number(out, true, t->first_port);
	put_number(out, true, t->first_public);
	put_number(out, true, t->server_port);
	put_addr(out, true, &t->client);
	put_syn(out, t->syn_inside, &t->inside);
	put_addr(out, t->syn_outside, &t->outside.client);
	put_syn(out, t->syn_outside, &t->outside);
	put_number(out, true, t->reused);
	put_number(out, t->entered, t->r);
	put_number(out, t->entered, t->s);
	put_number(out, t->entered && t->ts, t->t);
	put_number(out, t->left_ms >= 0, t->left_ms);
	put_number(out, has_dts, dts);
	put_number(out, has_disn, disn);
	fputc(',', out);
	put_text(out, t->trouble);
	fputc('\n', out);
}

int tw_nat_report_csv(FILE *out, const struct tw_nat_campaign *c, struct tw_err *err)
{
	fprintf(out, "%s\n", names);
	for (unsigned i = 0; i < c->n_results; i++) {
		const struct tw_nat_result *res = &c->result[i];

		for (unsigned k = 0; k < res->n_trials && k < TW_NAT_TRIALS_MAX; k++) {
			put_text(out, tw_nat_scenario_of(c, res)->id);
			fprintf(out, ",%u", k + 1);
			put_trial(out, &res->trial[k]);
		}
	}
	if (fflush(out) || ferror(out))
		return tw_err_set(err, EIO, "the CSV report could not be written");
	return 0;
}
