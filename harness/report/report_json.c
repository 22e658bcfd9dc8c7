/* The evidence file, written row by row: a run of millions must not be held in memory. */
#include <errno.h>
#include <stdlib.h>

#include "evidence/evidence_json.h"
#include "evidence/json_fields.h"
#include "report/report.h"
#include "report/report_claims.h"

struct json_sink {
	struct tw_sink sink;
	FILE *out;
	bool begun, any;
};

/*
 * Writes @value (its reference is taken) as a member, or an element of an array where @name is
 * NULL.
 */
static int put(FILE *out, const char *name, json_t *value, struct tw_err *err)
{
	int ret;

	if (name)
		fprintf(out, "\"%s\": ", name);
	ret = value ? json_dumpf(value, out, JSON_ENCODE_ANY) : -1;
	json_decref(value);
	if (ret < 0)
		return tw_err_set(err, EIO, "the evidence could not be written");
	return 0;
}

static int doc_begin(struct tw_sink *sink, const struct tw_run_info *info, struct tw_err *err)
{
	struct json_sink *s = (struct json_sink *)sink;
	char seed[24];
	int ret;

	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)info->seed);
	s->begun = true;
	fputs("{\n", s->out);
	ret = put(s->out, "twprobe", tw_json_text(info->version), err);
	fprintf(s->out, ",\n\"format\": %d,\n", TW_EVIDENCE_FORMAT);
	if (ret == 0)
		ret = put(s->out, "kernel",
			  json_pack("{s:o, s:o}", "release", tw_json_text(info->facts->release),
				    "machine", tw_json_text(info->facts->machine)),
			  err);
	fprintf(s->out, ",\n\"seed\": \"%s\",\n\"jobs\": %u,\n", seed, info->jobs);
	if (ret == 0)
		ret = put(s->out, "command", tw_json_text(info->command), err);
	fputs(",\n", s->out);
	if (ret == 0)
		ret = put(s->out, "facts", tw_facts_to_json(info->facts), err);
	fputs(",\n\"rows\": [", s->out);
	return ret;
}

static int doc_result(struct tw_sink *sink, const struct tw_result *res, struct tw_err *err)
{
	struct json_sink *s = (struct json_sink *)sink;

	fputs(s->any ? ",\n" : "\n", s->out);
	s->any = true;
	return put(s->out, NULL, tw_result_to_json(res), err);
}

static json_t *totals_json(const struct tw_totals *t)
{
	return json_pack("{s:i, s:i, s:i, s:i, s:{s:i, s:i, s:i, s:i}, s:i, s:f}", "pass",
			 (int)t->outcome[TW_PASS], "fail", (int)t->outcome[TW_FAIL], "skip",
			 (int)t->outcome[TW_SKIP], "error", (int)t->outcome[TW_ERROR], "rfc",
			 "none", (int)t->rfc[TW_RFC_NONE], "conforms", (int)t->rfc[TW_RFC_CONFORMS],
			 "deviates", (int)t->rfc[TW_RFC_DEVIATES], "unknown",
			 (int)t->rfc[TW_RFC_UNKNOWN], "resetups", (int)t->resetups, "wall_s",
			 t->wall_s);
}

static int doc_end(struct tw_sink *sink, const struct tw_totals *totals, struct tw_err *err)
{
	struct json_sink *s = (struct json_sink *)sink;
	int ret = 0;

	if (s->begun) {
		fputs("\n],\n", s->out);
		ret = put(s->out, "totals", totals_json(totals), err);
		if (ret == 0 && totals->claims) {
			fputs(",\n", s->out);
			ret = put(s->out, "claims", tw_claims_to_json(totals->claims), err);
			if (ret == 0)
				fputs(",\n", s->out);
			if (ret == 0)
				ret = put(s->out, "contradictions",
					  tw_disputes_to_json(totals->claims), err);
		}
		fputs("\n}\n", s->out);
	}
	if (fflush(s->out) || ferror(s->out))
		ret = tw_err_set(err, EIO, "the evidence could not be written");
	free(s);
	return ret;
}

static const struct tw_sink_ops json_ops = {
	.begin = doc_begin,
	.result = doc_result,
	.end = doc_end,
};

struct tw_sink *tw_sink_json(FILE *out)
{
	struct json_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->sink.ops = &json_ops;
	s->out = out;
	return &s->sink;
}
