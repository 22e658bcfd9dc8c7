/* The JSON report, written part by part: the trials of many scenarios must not be held in memory twice. */
#include <errno.h>
#include <math.h>

#include "evidence/json_fields.h"
#include "natreport/headline.h"
#include "natreport/items.h"
#include "natreport/json.h"
#include "natreport/natreport.h"
#include "natreport/words.h"

enum {
	FORMAT = 1,
};

/* Where the document goes; the first failure stays. */
struct doc {
	FILE *out;
	int ret;
	bool any; /* an element of the list that is being written */
};

/* Writes @value (its reference is taken), as a member where there is a @name. */
static void put(struct doc *d, const char *name, json_t *value)
{
	if (name)
		fprintf(d->out, ",\n\"%s\": ", name);
	if (!value)
		d->ret = -ENOMEM;
	else if (json_dumpf(value, d->out, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9)) && !d->ret)
		d->ret = -EIO;
	json_decref(value);
}

static void begin_list(struct doc *d, const char *name)
{
	fprintf(d->out, ",\n\"%s\": [", name);
	d->any = false;
}

/* Its reference is taken. */
static void put_element(struct doc *d, json_t *value)
{
	fputs(d->any ? ",\n" : "\n", d->out);
	d->any = true;
	put(d, NULL, value);
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? tw_json_text(text) : json_null();
}

static json_t *trials_json(const struct tw_nat_result *res)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < res->n_trials && i < TW_NAT_TRIALS_MAX; i++) {
		if (json_array_append_new(list, tw_nat_json_trial(&res->trial[i]))) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *sums_json(const struct tw_nat_result *res)
{
	uint64_t rejected;
	bool counted = tw_nat_counted(res, &rejected);

	return json_pack(
		"{s:o, s:o, s:I, s:o, s:o, s:o, s:[o, o, o], s:o, s:o, s:b, s:o}", "loss",
		tw_nat_json_rate(&res->loss), "never", tw_nat_json_rate(&res->never), "exceptions",
		(json_int_t)res->exceptions, "rejected_syns", tw_json_u64(res->rejected_syns),
		"accepted_ms", tw_nat_json_real(res->accepted_ms), "lost_ms",
		tw_nat_json_real(res->lost_ms), "second_syn_ms",
		tw_nat_json_real(res->second_syn_ms[0]), tw_nat_json_real(res->second_syn_ms[1]),
		tw_nat_json_real(res->second_syn_ms[2]), "paws_rejected",
		tw_json_u64(res->paws_rejected), "skipped_acks", tw_json_u64(res->skipped_acks),
		"counters_agree", counted, "pcap_drops", tw_json_u64(res->pcap_drops));
}

static json_t *result_json(const struct tw_nat_scenario *s, const struct tw_nat_result *res)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:b, s:b, s:s, s:b, s:o, s:s, s:o, s:o, s:o, s:o}",
			 "id", tw_json_text(s->id), "says", text_or_null(s->says), "base",
			 text_or_null(s->base), "remedy", text_or_null(s->remedy), "control",
			 s->control, "slow", s->slow, "promise", tw_say_promise(s->promise),
			 "recovers", s->recovers, "setting", tw_nat_json_setting(&s->set),
			 "verdict", tw_say_verdict(tw_nat_verdict_of(res->done, res->verdict)),
			 "why", text_or_null(res->why), "sums", sums_json(res), "wall_s",
			 tw_nat_json_real(res->wall_s), "trials", trials_json(res));
}

static void put_head(struct doc *d, const struct tw_nat_campaign *c)
{
	char text[TW_HEADLINE_MAX];

	fputs("{\n\"twprobe\": ", d->out);
	put(d, NULL, tw_json_text(c->version));
	put(d, "nat", json_integer(FORMAT));
	put(d, "kernel",
	    json_pack("{s:o, s:o, s:I}", "release", tw_json_text(c->release), "machine",
		      tw_json_text(c->machine), "hz", (json_int_t)c->hz));
	snprintf(text, sizeof(text), "%llu", (unsigned long long)c->seed);
	put(d, "seed", json_string(text));
	put(d, "trials", json_integer(c->trials));
	put(d, "slow", json_boolean(c->slow));
	put(d, "headline", tw_json_text(tw_nat_headline(c, text, sizeof(text))));
	put(d, "proof", tw_json_text(tw_nat_headline_proof(c, text, sizeof(text))));
}

static void put_lists(struct doc *d, const struct tw_nat_campaign *c)
{
	begin_list(d, "scenarios");
	for (unsigned i = 0; i < c->n_results; i++)
		put_element(d, result_json(tw_nat_scenario_of(c, &c->result[i]), &c->result[i]));
	fputs("\n]", d->out);
	begin_list(d, "starving");
	for (unsigned i = 0; i < c->n_starving; i++)
		put_element(d, tw_nat_json_starving(&c->starving[i]));
	fputs("\n]", d->out);
}

static void put_loads(struct doc *d, const struct tw_nat_campaign *c)
{
	begin_list(d, "loads");
	for (unsigned i = 0; i < c->n_loads; i++)
		put_element(d, tw_nat_json_load(&c->load[i]));
	fputs("\n]", d->out);
}

int tw_nat_report_json(FILE *out, const struct tw_nat_campaign *c, struct tw_err *err)
{
	const struct tw_nat_totals totals = tw_nat_totals(c);
	struct doc d = { .out = out };

	put_head(&d, c);
	put_lists(&d, c);
	put_loads(&d, c);
	put(&d, "clocks", c->clocks ? tw_nat_json_clocks(c->clocks) : json_null());
	put(&d, "plane", c->plane ? tw_nat_json_plane(c->plane) : json_null());
	put(&d, "steps", c->steps ? tw_nat_json_steps(c->steps) : json_null());
	put(&d, "totals",
	    json_pack("{s:i, s:i, s:i, s:i, s:o}", "pass", (int)totals.n[TW_NAT_PASS], "fail",
		      (int)totals.n[TW_NAT_FAIL], "skip", (int)totals.n[TW_NAT_SKIP], "error",
		      (int)totals.n[TW_NAT_ERROR], "wall_s", tw_nat_json_real(c->wall_s)));
	fputs("\n}\n", out);
	if (d.ret == -ENOMEM)
		return tw_err_set(err, ENOMEM, "out of memory for the JSON report");
	if (fflush(out) || ferror(out) || d.ret)
		return tw_err_set(err, EIO, "the JSON report could not be written");
	return 0;
}
