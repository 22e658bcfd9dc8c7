#include "cmd/sinks.h"

#include <errno.h>
#include <string.h>

#include "cmd/term.h"

void tw_sink_options(struct tw_sink_choice *c, struct tw_opt *ret_opts)
{
	const struct tw_opt opts[TW_SINK_OPTS] = {
		{ "verbose", 'v', NULL, "a line for every row", &c->verbose, NULL, NULL, NULL },
		{ "trace", 't', NULL, "the timeline of every row: calls and segments", &c->trace,
		  NULL, NULL, NULL },
		{ "quiet", 'q', NULL, "no progress on the terminal", &c->quiet, NULL, NULL, NULL },
		{ "json", 'j', NULL, "one JSON document on stdout: the evidence file", &c->json,
		  NULL, NULL, NULL },
		{ "ktap", 0, NULL, "KTAP version 1 on stdout", &c->ktap, NULL, NULL, NULL },
		{ "evidence", 'o', "FILE", "write the evidence file, for 'twprobe judge'", NULL,
		  &c->evidence, NULL, NULL },
		{ "junit", 0, "FILE", "write JUnit XML", NULL, &c->junit, NULL, NULL },
		{ "pcap", 0, "DIR", "write a capture of every row that is not as expected", NULL,
		  &c->pcap_dir, NULL, NULL },
		{ "pcap-all", 0, NULL, "... of every row", &c->pcap_all, NULL, NULL, NULL },
		{ "claims", 0, NULL, "tell which claims of the articles hold", &c->claims, NULL,
		  NULL, NULL },
		{ "color", 0, "WHEN", "always, never or auto", NULL, &c->color, NULL, NULL },
	};

	memcpy(ret_opts, opts, sizeof(opts));
}

int tw_sink_choice_check(const struct tw_sink_choice *c, struct tw_err *err)
{
	static const char *const when[] = { "always", "never", "auto" };
	bool known = !c->color;

	for (unsigned i = 0; i < 3 && !known; i++)
		known = !strcmp(c->color, when[i]);
	if (!known)
		return tw_err_set(err, EINVAL, "--color: \"%s\" is none of: always, never, auto",
				  c->color);
	if (c->trace && (c->json || c->ktap))
		return tw_err_set(err, EINVAL, "--trace and --%s both want stdout",
				  c->json ? "json" : "ktap");
	if (c->json && c->ktap)
		return tw_err_set(err, EINVAL, "--json and --ktap both want stdout");
	if (c->pcap_all && !c->pcap_dir)
		return tw_err_set(err, EINVAL, "--pcap-all needs --pcap DIR");
	return 0;
}

static bool wants_color(const struct tw_sink_choice *choice)
{
	if (choice->color && !strcmp(choice->color, "always"))
		return true;
	return (!choice->color || !strcmp(choice->color, "auto")) && tw_term_has_color(stdout);
}

static int add(struct tw_sinks *sinks, struct tw_sink *sink, const struct tw_run_info *info,
	       struct tw_err *err)
{
	if (!sink)
		return tw_err_set(err, ENOMEM, "out of memory");
	sinks->sink[sinks->n++] = sink;
	return sink->ops->begin(sink, info, err);
}

/* Files first: when one of them cannot be had, nothing has been said on stdout yet. */
int tw_sinks_begin(struct tw_sinks *sinks, const struct tw_sink_choice *c,
		   const struct tw_run_info *info, struct tw_err *err)
{
	int ret = 0;

	memset(sinks, 0, sizeof(*sinks));
	ret = tw_claims_init(&sinks->claims, &tw_book_built, err);
	if (ret < 0)
		return ret;
	if (c->evidence) {
		sinks->evidence = fopen(c->evidence, "we");
		if (!sinks->evidence)
			return tw_err_set(err, errno, "%s cannot be written: %s", c->evidence,
					  strerror(errno));
		ret = add(sinks, tw_sink_json(sinks->evidence), info, err);
	}
	if (ret >= 0 && c->junit)
		ret = add(sinks, tw_sink_junit(c->junit), info, err);
	if (ret >= 0 && c->pcap_dir)
		ret = add(sinks, tw_sink_pcap(c->pcap_dir, c->pcap_all), info, err);
	if (ret < 0)
		return ret;
	ret = add(sinks,
		  c->json   ? tw_sink_json(stdout)
		  : c->ktap ? tw_sink_ktap(stdout)
			    : tw_sink_text(stdout, c->verbose || c->trace, wants_color(c),
					   c->pcap_dir),
		  info, err);
	/* behind the text: its line for the row is the headline */
	return ret >= 0 && c->trace ? add(sinks, tw_sink_trace(stdout), info, err) : ret;
}

int tw_sinks_result(struct tw_sinks *sinks, const struct tw_result *res, struct tw_err *err)
{
	int ret = 0;

	sinks->totals.outcome[res->verdict.outcome]++;
	sinks->totals.rfc[res->verdict.rfc]++;
	if (res->verdict.also != TW_RFC_NONE)
		sinks->totals.rfc[res->verdict.also]++;
	if (res->ev.setups > 1)
		sinks->totals.resetups += res->ev.setups - 1;
	tw_claims_add(&sinks->claims, res);
	for (unsigned i = 0; i < sinks->n && ret >= 0; i++)
		ret = sinks->sink[i]->ops->result(sinks->sink[i], res, err);
	return ret;
}

int tw_sinks_end(struct tw_sinks *sinks, double wall_s, struct tw_err *err)
{
	int ret = 0, one;

	sinks->totals.wall_s = wall_s;
	tw_claims_conclude(&sinks->claims);
	sinks->totals.claims = &sinks->claims;
	for (unsigned i = 0; i < sinks->n; i++) {
		one = sinks->sink[i]->ops->end(sinks->sink[i], &sinks->totals,
					       ret < 0 ? NULL : err);
		ret = ret < 0 ? ret : one;
	}
	if (sinks->evidence && fclose(sinks->evidence) != 0 && ret >= 0)
		ret = tw_err_set(err, EIO, "the evidence file could not be written completely");
	sinks->totals.claims = NULL;
	tw_claims_free(&sinks->claims);
	return ret;
}

enum tw_exit tw_totals_exit(const struct tw_totals *totals)
{
	if (totals->outcome[TW_FAIL])
		return TW_EXIT_FAIL;
	if (totals->outcome[TW_ERROR])
		return TW_EXIT_ERROR;
	return totals->outcome[TW_PASS] ? TW_EXIT_OK : TW_EXIT_SKIPPED;
}
