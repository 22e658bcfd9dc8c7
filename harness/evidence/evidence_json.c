/*
 * The readable part of a row: everything here follows from the row, the raw evidence and the
 * verdict.
 */
#include "evidence/evidence_json.h"

#include <string.h>

#include "evidence/evidence_raw.h"
#include "evidence/json_fields.h"
#include "text/report_told.h"
#include "text/text.h"

static json_t *null_if(bool absent, json_t *value)
{
	if (!absent)
		return value;
	json_decref(value);
	return json_null();
}

static json_t *offset(bool there, uint32_t value, uint32_t of)
{
	return there ? json_integer(tw_seq_diff(value, of)) : json_null();
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? tw_json_text(text) : json_null();
}

static json_t *val_json(const struct tw_val *val)
{
	char text[32];

	if (val->base == TW_UNSET)
		return json_null();
	return json_string(tw_text_val(val, text, sizeof(text)));
}

/* "syn-ack", "fin-ack", "ack", "none", and "rst" with or without an ACK: "flags" has all of them. */
static const char *reply_name(unsigned flags, char *ret, size_t size)
{
	static const struct {
		unsigned flag;
		const char *name;
	} names[] = {
		{ TW_SYN, "syn" },
		{ TW_FIN, "fin" },
		{ TW_ACK, "ack" },
		{ TW_URG, "urg" },
	};
	size_t len = 0;

	if (flags & TW_RST)
		return "rst";
	ret[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (flags & names[i].flag)
			len += (size_t)snprintf(ret + len, size - len, "%s%s", len ? "-" : "",
						names[i].name);
	}
	return len ? ret : "no-flags";
}

static json_t *sent_json(const struct tw_step_evidence *step, const struct tw_evidence *ev)
{
	const struct tw_numbers *numbers = &ev->numbers;
	const struct tw_seg *seg = &step->sent;
	bool same = !memcmp(&step->flow, &ev->flow, sizeof(ev->flow));
	char flags[16], text[TW_TEXT_MAX];

	tw_text_flags(seg->flags, flags, sizeof(flags));
	tw_text_seg(seg, false, numbers, text, sizeof(text));
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:i, s:i, s:i, s:b, s:s}",
			 "flags", flags, "text", tw_json_text(text), "seq",
			 offset(true, seg->seq, numbers->rcv_nxt), "ack",
			 offset(seg->flags & TW_ACK, seg->ack, numbers->snd_nxt), "tsval",
			 offset(seg->ts, seg->tsval, numbers->ts_recent), "tsecr",
			 null_if(!seg->ts, json_integer(seg->tsecr)), "len", seg->len, "win",
			 seg->win, "urg", seg->urg, "ttl", seg->ttl, "ecn", seg->ecn, "bad_csum",
			 seg->bad_csum, "from", same ? "same" : "other");
}

static json_t *silence_json(void)
{
	return json_pack("{s:s, s:s, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:i}", "reply", "none",
			 "flags", "", "isn_offset", "seq", "ack", "tsval", "tsecr", "tsval_advance",
			 "text", "replies", 0);
}

static json_t *observed_json(const struct tw_observed *seen, const struct tw_numbers *numbers)
{
	const struct tw_seg *seg = &seen->reply;
	bool syn_ack = seg->flags & TW_SYN && seg->flags & TW_ACK;
	char name[32], flags[16], text[TW_TEXT_MAX];

	if (!seen->n_replies)
		return silence_json();
	tw_text_flags(seg->flags, flags, sizeof(flags));
	tw_text_seg(seg, true, numbers, text, sizeof(text));
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i}", "reply",
			 reply_name(seg->flags, name, sizeof(name)), "flags", flags, "isn_offset",
			 null_if(!syn_ack, json_integer((uint32_t)(seg->seq - numbers->snd_nxt))),
			 "seq", offset(true, seg->seq, numbers->snd_nxt), "ack",
			 offset(seg->flags & TW_ACK, seg->ack, numbers->rcv_nxt), "tsval",
			 offset(seg->ts, seg->tsval, numbers->ts_recent), "tsecr",
			 offset(seg->ts, seg->tsecr, numbers->ts_recent), "tsval_advance",
			 offset(seg->ts && numbers->ts, seg->tsval, numbers->dut_tsval), "text",
			 tw_json_text(text), "replies", (int)seen->n_replies);
}

/* TCP's, and without the fence's part; all of them, before and after, are in the raw evidence. */
static json_t *counters_json(const struct tw_step_evidence *step)
{
	json_t *obj = json_object();

	for (unsigned i = 0; i < step->n_moved; i++) {
		const struct tw_moved *m = &step->moved[i];
		int64_t by = tw_moved_by(step, m);

		if (by && !strncmp(m->name, "Tcp", 3))
			json_object_set_new(obj, m->name, json_integer(by));
	}
	return obj;
}

static json_t *entry_json(const struct tw_step_evidence *step, const struct tw_observed *seen)
{
	const struct tw_entry *before = &step->before, *after = &step->after;
	bool timer = seen->fate == TW_RUNNING || seen->fate == TW_RESTARTED;

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:s}", "before", tw_state_name(before->state),
			 "after", tw_state_name(after->state), "timer",
			 null_if(!timer, json_string(tw_fate_name(seen->fate))), "before_ms",
			 null_if(!before->mini, json_integer(before->left_ms)), "after_ms",
			 null_if(!after->mini, json_integer(after->left_ms)), "fate",
			 tw_fate_name(seen->fate));
}

/* null where they cannot be read */
static json_t *reasons_json(const struct tw_step_evidence *step)
{
	json_t *list;

	if (!step->reasons_read)
		return json_null();
	list = json_array();
	for (unsigned i = 0; i < step->n_reasons; i++)
		json_array_append_new(list, tw_json_text(step->reason[i]));
	return list;
}

/* { "bind": "EADDRINUSE", "syn-acks": 200 } */
static json_t *found_json(const struct tw_step_evidence *step)
{
	json_t *obj = json_object();

	for (unsigned i = 0; i < step->n_found; i++)
		json_object_set_new(obj, step->found[i].what,
				    step->found[i].kind == TW_FIND_TEXT
					    ? tw_json_text(step->found[i].is)
					    : json_integer(step->found[i].number));
	return obj;
}

json_t *tw_step_to_json(const struct tw_evidence *ev, unsigned i)
{
	const struct tw_step_evidence *step;
	struct tw_observed seen;

	if (i >= ev->n_steps || i >= TW_STEPS_MAX)
		return json_pack("{s:n, s:n, s:{}, s:n, s:n}", "sent", "observed", "counters",
				 "entry", "reasons");
	step = &ev->step[i];
	tw_observe(ev, i, &seen);
	if (step->n_found)
		return json_pack("{s:n, s:o, s:o, s:n, s:o}", "sent", "observed", found_json(step),
				 "counters", counters_json(step), "entry", "reasons",
				 reasons_json(step));
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "sent", sent_json(step, ev), "observed",
			 observed_json(&seen, &ev->numbers), "counters", counters_json(step),
			 "entry", entry_json(step, &seen), "reasons", reasons_json(step));
}

static json_t *sysctls_json(const struct tw_sysctl *list, unsigned most)
{
	json_t *obj = json_object();

	for (unsigned i = 0; i < most && list[i].name; i++)
		json_object_set_new(obj, list[i].name, tw_json_text(list[i].value));
	return obj;
}

static json_t *given_json(const struct tw_case *row)
{
	const struct tw_given *given = &row->given;
	static const char *const enter[TW_ENTERS] = {
		[TW_BY_FIN_WAIT_2] = "by-fin-wait-2",
		[TW_BY_FIN_ACK] = "by-fin-ack",
		[TW_BY_CLOSING] = "by-closing",
		[TW_TO_FIN_WAIT_2] = "to-fin-wait-2",
	};
	static const char *const dut[TW_LISTENERS] = {
		[TW_LISTENING] = "listening",
		[TW_CLOSED] = "closed",
		[TW_ACCEPT_QUEUE_FULL] = "accept-queue-full",
		[TW_SYN_QUEUE_FULL] = "syn-queue-full",
		[TW_MIN_TTL] = "min-ttl",
		[TW_FILTERED] = "filtered",
		[TW_MD5_KEYED] = "md5-keyed",
		[TW_IPSEC_REFUSED] = "ipsec-refused",
	};
	char text[TW_TEXT_MAX];

	tw_text_row_given(row, text, sizeof(text));
	if (row->scenario)
		return json_pack("{s:o, s:o}", "text", tw_json_text(text), "sysctl",
				 sysctls_json(given->sysctl, 3));
	return json_pack(
		"{s:o, s:s, s:s, s:b, s:s, s:o, s:o, s:o, s:o, s:o}", "text", tw_json_text(text),
		"role", given->role == TW_CONNECTED ? "connected" : "accepted", "enter",
		enter[given->enter], "timestamps", given->ts == TW_TS_ON, "dut", dut[given->dut],
		"rcv_nxt", val_json(&given->rcv_nxt), "ts_recent", val_json(&given->ts_recent),
		"fin_tsval_step", json_integer(given->fin_tsval_step), "sysctl",
		sysctls_json(given->sysctl, 3), "late", sysctls_json(given->late, 2));
}

static json_t *cites_json(const struct tw_case *row)
{
	json_t *list = json_array();

	for (unsigned i = 0; row && i < 5 && row->cite[i]; i++)
		json_array_append_new(list, tw_json_text(row->cite[i]));
	return list;
}

/* What became of them in this row: true, false, or null where there is no verdict. */
static json_t *claims_json(const struct tw_result *res)
{
	json_t *list = json_array();

	for (unsigned i = 0; res->row && i < TW_CLAIMS_MAX && res->row->claim[i].id; i++) {
		enum tw_holds holds = res->verdict.claim[i];

		json_array_append_new(list,
				      json_pack("{s:o, s:o, s:o}", "id",
						tw_json_text(res->row->claim[i].id), "when",
						text_or_null(res->row->claim[i].when), "holds",
						null_if(holds == TW_HOLDS_NONE,
							json_boolean(holds == TW_HOLDS))));
	}
	return list;
}

static json_t *verdict_json(const struct tw_verdict *v)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:i}", "outcome", tw_outcome_name(v->outcome),
			 "expected", text_or_null(v->expected), "observed",
			 text_or_null(v->observed), "differs", text_or_null(v->differs), "why",
			 text_or_null(v->why), "step", (int)v->step);
}

static json_t *steps_json(const struct tw_evidence *ev)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < ev->n_steps; i++)
		json_array_append_new(list, tw_step_to_json(ev, i));
	return list;
}

static json_t *head_json(const struct tw_result *res)
{
	const struct tw_case *row = res->row;

	return json_pack("{s:o, s:s, s:o, s:o, s:b, s:o}", "id", tw_json_text(tw_result_id(res)),
			 "family", tw_family_name(res->family), "says",
			 text_or_null(row ? row->says : NULL), "cites", cites_json(row), "slow",
			 row && row->slow, "given", row ? given_json(row) : json_null());
}

/* Where a second clause speaks about the row its demand stands in .also, in the same form. */
static json_t *rfc_json(const struct tw_rfc *rfc, enum tw_conformance verdict, json_t *also)
{
	return json_pack("{s:s, s:o, s:o, s:o*}", "verdict", tw_conformance_name(verdict), "clause",
			 text_or_null(rfc ? rfc->clause : NULL), "says",
			 text_or_null(rfc ? rfc->says : NULL), "also", also);
}

static json_t *rfcs_json(const struct tw_result *res)
{
	const struct tw_case *row = res->row;
	bool two = row && row->also.clause;

	return rfc_json(row ? &row->rfc : NULL, res->verdict.rfc,
			two ? rfc_json(&row->also, res->verdict.also, NULL) : NULL);
}

static json_t *tail_json(const struct tw_result *res)
{
	return json_pack("{s:o, s:o, s:o, s:i, s:o, s:o}", "verdict", verdict_json(&res->verdict),
			 "rfc", rfcs_json(res), "claims", claims_json(res), "setups",
			 (int)res->ev.setups, "steps", steps_json(&res->ev), "evidence",
			 tw_evidence_to_json(&res->ev));
}

json_t *tw_result_to_json(const struct tw_result *res)
{
	int step = tw_result_step(res);
	json_t *obj = head_json(res);
	json_t *decided = tw_step_to_json(&res->ev, step < 0 ? TW_STEPS_MAX : (unsigned)step);
	json_t *tail = tail_json(res);

	if (!obj || !decided || !tail || json_object_update(obj, decided) ||
	    json_object_update(obj, tail)) {
		json_decref(obj);
		obj = NULL;
	}
	json_decref(decided);
	json_decref(tail);
	return obj;
}

json_t *tw_result_to_raw_json(const struct tw_result *res)
{
	return json_pack("{s:o, s:s, s:o}", "id", tw_json_text(tw_result_id(res)), "family",
			 tw_family_name(res->family), "evidence", tw_evidence_to_json(&res->ev));
}
