/*
 * Writes the raw part. Any failure is memory: what is half made is dropped and the whole is NULL.
 */
#include "evidence/evidence_raw.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "evidence/evidence_fields.h"

static int write_table(const struct tw_fields *fields, const void *base, json_t *obj)
{
	return tw_fields_write(fields->field, fields->n, base, obj);
}

/* Drops @json if it could not be completed. */
static json_t *whole(json_t *json, int failed)
{
	if (!failed)
		return json;
	json_decref(json);
	return NULL;
}

static json_t *table_json(const struct tw_fields *fields, const void *base)
{
	json_t *obj = json_object();

	return whole(obj, write_table(fields, base, obj));
}

static json_t *addr_json(enum tw_family family, const struct tw_addr *addr)
{
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(family == TW_IPV6 ? AF_INET6 : AF_INET, addr->b, text, sizeof(text));
	return json_string(text);
}

/* null where no tuple was chosen yet */
static json_t *flow_json(const struct tw_flow *flow)
{
	json_t *obj;
	int failed;

	if (flow->family != TW_IPV4 && flow->family != TW_IPV6)
		return json_null();
	obj = json_object();
	failed = tw_json_add(obj, "family", json_string(flow->family == TW_IPV6 ? "ipv6" : "ipv4"));
	failed |= tw_json_add(obj, "dut", addr_json(flow->family, &flow->dut));
	failed |= tw_json_add(obj, "peer", addr_json(flow->family, &flow->peer));
	failed |= write_table(&tw_fields_ports, flow, obj);
	return whole(obj, failed);
}

/* [["TcpExtPAWSEstab", before, after], ...] */
static json_t *moved_json(const struct tw_step_evidence *step)
{
	json_t *list = json_array();
	int failed = !list;

	for (unsigned i = 0; i < step->n_moved && !failed; i++) {
		const struct tw_moved *m = &step->moved[i];

		failed = json_array_append_new(list, json_pack("[o,o,o]", tw_json_text(m->name),
							       tw_json_u64(m->before),
							       tw_json_u64(m->after)));
	}
	return whole(list, failed);
}

static json_t *reasons_json(const struct tw_step_evidence *step)
{
	json_t *list = json_array();
	int failed = !list;

	for (unsigned i = 0; i < step->n_reasons && !failed; i++)
		failed = json_array_append_new(list, tw_json_text(step->reason[i]));
	return whole(list, failed);
}

/* What a scenario found. */
static json_t *found_json(const struct tw_step_evidence *step)
{
	json_t *list = json_array();
	int failed = !list;

	for (unsigned i = 0; i < step->n_found && !failed; i++)
		failed = json_array_append_new(list, table_json(&tw_fields_found, &step->found[i]));
	return whole(list, failed);
}

static json_t *step_json(const struct tw_step_evidence *step)
{
	json_t *obj = json_object();
	int failed = tw_json_add(obj, "sent", table_json(&tw_fields_seg, &step->sent));

	failed |= tw_json_add(obj, "flow", flow_json(&step->flow));
	failed |= tw_json_add(obj, "before", table_json(&tw_fields_entry, &step->before));
	failed |= tw_json_add(obj, "after", table_json(&tw_fields_entry, &step->after));
	failed |= write_table(&tw_fields_step, step, obj);
	failed |= tw_json_add(obj, "moved", moved_json(step));
	failed |= tw_json_add(obj, "reasons", reasons_json(step));
	failed |= tw_json_add(obj, "found", found_json(step));
	return whole(obj, failed);
}

static json_t *hex_json(const uint8_t *bytes, unsigned len)
{
	static const char digit[] = "0123456789abcdef";
	char *text = malloc(2 * (size_t)len + 1);
	json_t *json;

	if (!text)
		return NULL;
	for (unsigned i = 0; i < len; i++) {
		text[2 * i] = digit[bytes[i] >> 4];
		text[2 * i + 1] = digit[bytes[i] & 15];
	}
	text[2 * len] = '\0';
	json = json_string_nocheck(text);
	free(text);
	return json;
}

static json_t *packet_json(const struct tw_packet *pkt)
{
	json_t *obj = json_object();
	int failed = write_table(&tw_fields_packet, pkt, obj);

	failed |= tw_json_add(obj, "hex", hex_json(pkt->bytes, pkt->len));
	return whole(obj, failed);
}

static json_t *steps_json(const struct tw_evidence *ev)
{
	json_t *list = json_array();
	int failed = !list;

	for (unsigned i = 0; i < ev->n_steps && i < TW_STEPS_MAX && !failed; i++)
		failed = json_array_append_new(list, step_json(&ev->step[i]));
	return whole(list, failed);
}

static json_t *packets_json(const struct tw_evidence *ev)
{
	json_t *list = json_array();
	int failed = !list;

	for (size_t i = 0; i < ev->n_packets && !failed; i++)
		failed = json_array_append_new(list, packet_json(&ev->packets[i]));
	return whole(list, failed);
}

static json_t *acts_json(const struct tw_evidence *ev)
{
	json_t *list = json_array();
	int failed = !list;

	for (size_t i = 0; i < ev->n_acts && !failed; i++)
		failed = json_array_append_new(list, table_json(&tw_fields_act, &ev->acts[i]));
	return whole(list, failed);
}

json_t *tw_evidence_to_json(const struct tw_evidence *ev)
{
	json_t *obj = json_object();
	int failed = write_table(&tw_fields_evidence, ev, obj);

	failed |= tw_json_add(obj, "flow", flow_json(&ev->flow));
	failed |= tw_json_add(obj, "numbers", table_json(&tw_fields_numbers, &ev->numbers));
	failed |= tw_json_add(obj, "steps", steps_json(ev));
	failed |= tw_json_add(obj, "packets", packets_json(ev));
	failed |= tw_json_add(obj, "acts", acts_json(ev));
	return whole(obj, failed);
}
