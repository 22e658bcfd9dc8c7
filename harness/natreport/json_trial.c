#include <math.h>

#include "evidence/json_fields.h"
#include "natreport/json.h"
#include "natreport/words.h"
#include "text/text.h"

json_t *tw_nat_json_real(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

json_t *tw_nat_json_rate(const struct tw_nat_rate *rate)
{
	return json_pack("{s:I, s:I, s:o, s:o}", "n", (json_int_t)rate->n, "of",
			 (json_int_t)rate->of, "low", tw_nat_json_real(rate->low), "high",
			 tw_nat_json_real(rate->high));
}

static json_t *number_if(bool there, int64_t value)
{
	return there ? json_integer(value) : json_null();
}

static json_t *addr(const struct tw_addr *a)
{
	char text[TW_SAY_MAX];

	return json_string(tw_say_addr(a, text, sizeof(text)));
}

json_t *tw_nat_json_setting(const struct tw_nat_setting *set)
{
	return json_pack("{s:s, s:s, s:i, s:i, s:I, s:I, s:b, s:b, s:b, s:b, s:o, s:I, s:b, s:I}",
			 "second", set->second == TW_NAT_SAME_HOST ? "same-host" : "other-host",
			 "closer", set->closer == TW_NAT_CLIENT_CLOSES ? "client" : "server",
			 "first_ts", set->first_ts, "second_ts", set->second_ts, "ports",
			 (json_int_t)set->ports, "hold_s", (json_int_t)set->hold_s, "strips_ts",
			 set->strips_ts, "drops_acks", set->drops_acks, "drops_rsts",
			 set->drops_rsts, "rfc1337", set->rfc1337, "max_tw_buckets",
			 number_if(set->max_tw_buckets != TW_NAT_DEFAULT, set->max_tw_buckets),
			 "wait_s", (json_int_t)set->wait_s, "kills_tw", set->kills_tw, "limit_s",
			 (json_int_t)set->limit_s);
}

/* Milliseconds from the trial's connect() to @at. */
static json_t *since(const struct tw_nat_trial *trial, uint64_t at)
{
	return json_real((double)(int64_t)(at - trial->connect_at) / 1e6);
}

static json_t *packet_json(const struct tw_nat_trial *trial, const struct tw_nat_packet *p)
{
	const struct tw_seg *seg = &p->seg;
	char flags[16];

	return json_pack(
		"{s:o, s:s, s:b, s:o, s:i, s:s, s:I, s:o, s:i, s:i, s:o, s:o, s:i, s:b, s:i}",
		"at_ms", since(trial, p->at), "side",
		p->side == TW_NAT_INSIDE ? "inside" : "outside", "from_server", p->from_server,
		"client", addr(&p->client), "client_port", p->client_port, "flags",
		tw_text_flags(seg->flags, flags, sizeof(flags)), "seq", (json_int_t)seg->seq, "ack",
		number_if(seg->flags & TW_ACK, seg->ack), "len", seg->len, "win", seg->win, "tsval",
		number_if(seg->ts, seg->tsval), "tsecr", number_if(seg->ts, seg->tsecr), "mss",
		seg->mss, "sackok", seg->sackok, "wscale", seg->flags & TW_SYN ? seg->wscale : -1);
}

static json_t *packets_json(const struct tw_nat_trial *trial)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < trial->n_packets && i < TW_NAT_PACKETS_MAX; i++) {
		if (json_array_append_new(list, packet_json(trial, &trial->packet[i]))) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* null: other trials' packets were seen at that time, so that they are nobody's. */
static json_t *counters_json(const struct tw_nat_trial *trial)
{
	json_t *obj;

	if (!trial->counted)
		return json_null();
	obj = json_object();
	for (unsigned i = 0; i < trial->n_moved && i < TW_NAT_MOVED_MAX; i++) {
		const struct tw_moved *moved = &trial->moved[i];

		if (tw_json_add(obj, moved->name,
				json_integer((json_int_t)(moved->after - moved->before)))) {
			json_decref(obj);
			return NULL;
		}
	}
	return obj;
}

/* What the server has in TIME_WAIT just before the second SYN. */
static json_t *entry_json(const struct tw_nat_trial *trial)
{
	return json_pack("{s:b, s:I, s:I, s:o, s:o}", "entered", trial->entered, "r",
			 (json_int_t)trial->r, "s", (json_int_t)trial->s, "t",
			 number_if(trial->ts, trial->t), "left_ms",
			 number_if(trial->left_ms >= 0, trial->left_ms));
}

static json_t *first_json(const struct tw_nat_trial *trial)
{
	return json_pack("{s:o, s:i, s:i, s:o}", "client", addr(&trial->first_client), "port",
			 trial->first_port, "public_port", trial->first_public, "closed_ms",
			 since(trial, trial->closed_at));
}

json_t *tw_nat_json_trial(const struct tw_nat_trial *trial)
{
	const struct tw_nat_packet *in = &trial->inside, *out = &trial->outside;
	int32_t dts = 0, disn = 0;
	bool has_dts = tw_nat_trial_dts(trial, &dts), has_disn = tw_nat_trial_disn(trial, &disn);

	return json_pack(
		"{s:s, s:o, s:o, s:i, s:o, s:f, s:i, s:o, s:o, s:b, s:o, s:o, s:s, s:s, s:I, s:I, "
		"s:I, s:I, s:I, s:I, s:o, s:o, "
		"s:I, s:o, s:o}",
		"outcome", tw_say_outcome(trial->outcome), "first", first_json(trial), "time_wait",
		entry_json(trial), "server_port", trial->server_port, "client",
		addr(&trial->client), "connect_ms", (double)trial->connect_ns / 1e6, "so_error",
		trial->so_error, "syn_inside",
		trial->syn_inside ? packet_json(trial, in) : json_null(), "syn_outside",
		trial->syn_outside ? packet_json(trial, out) : json_null(), "reused", trial->reused,
		"dtsval", number_if(has_dts, dts), "disn", number_if(has_disn, disn), "answer",
		tw_say_answer(trial->answer), "rule", tw_say_rule(trial->rule), "syns",
		(json_int_t)trial->syns, "rejected", (json_int_t)trial->rejected,
		"rejected_by_paws", (json_int_t)trial->paws, "rejected_by_sequence",
		(json_int_t)trial->low, "unanswered", (json_int_t)trial->silent, "breaches",
		(json_int_t)trial->breaches, "second_syn_ms",
		trial->second_syn_ns ? json_real((double)trial->second_syn_ns / 1e6) : json_null(),
		"counters", counters_json(trial), "n_packets", (json_int_t)trial->n_packets,
		"packets", packets_json(trial), "trouble",
		*trial->trouble ? tw_json_text(trial->trouble) : json_null());
}
