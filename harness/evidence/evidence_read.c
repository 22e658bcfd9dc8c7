/*
 * Reads the raw part. The input may be anybody's: see json_fields.h. What it asks to be stored is
 * bounded by its size.
 */
#include "evidence/evidence_raw.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/evidence_fields.h"

enum {
	PACKETS_MAX = 65536
};

static int read_table(const struct tw_fields *fields, const json_t *obj, const char *what,
		      void *base, struct tw_err *err)
{
	return tw_fields_read(fields->field, fields->n, obj, what, base, err);
}

static int read_addr(const json_t *json, enum tw_family family, struct tw_addr *ret)
{
	char text[INET6_ADDRSTRLEN];

	if (tw_json_to_text(json, text, sizeof(text)))
		return -EINVAL;
	if (inet_pton(family == TW_IPV6 ? AF_INET6 : AF_INET, text, ret->b) != 1)
		return -EINVAL;
	return 0;
}

static int read_flow(const json_t *json, const char *what, struct tw_flow *ret, struct tw_err *err)
{
	char family[8] = "";

	if (json_is_null(json))
		return 0;
	if (tw_json_to_text(json_object_get(json, "family"), family, sizeof(family)) ||
	    (strcmp(family, "ipv4") != 0 && strcmp(family, "ipv6") != 0))
		return tw_err_set(err, EINVAL, "%s.family is neither ipv4 nor ipv6", what);
	ret->family = family[3] == '6' ? TW_IPV6 : TW_IPV4;
	if (read_addr(json_object_get(json, "dut"), ret->family, &ret->dut) ||
	    read_addr(json_object_get(json, "peer"), ret->family, &ret->peer))
		return tw_err_set(err, EINVAL, "%s.dut or .peer is no address of %s", what, family);
	return read_table(&tw_fields_ports, json, what, ret, err);
}

static int read_moved(const json_t *list, struct tw_step_evidence *step, struct tw_err *err)
{
	if (!json_is_array(list) || json_array_size(list) > TW_MOVED_MAX)
		return tw_err_set(err, EINVAL, "moved is no array of at most %d counters",
				  TW_MOVED_MAX);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		struct tw_moved *m = &step->moved[i];

		if (!json_is_array(one) || json_array_size(one) != 3 ||
		    tw_json_to_text(json_array_get(one, 0), m->name, sizeof(m->name)) ||
		    tw_json_to_u64(json_array_get(one, 1), UINT64_MAX, &m->before) ||
		    tw_json_to_u64(json_array_get(one, 2), UINT64_MAX, &m->after))
			return tw_err_set(err, EINVAL, "moved[%zu] is not [name, before, after]",
					  i);
	}
	step->n_moved = (unsigned)json_array_size(list);
	return 0;
}

static int read_reasons(const json_t *list, struct tw_step_evidence *step, struct tw_err *err)
{
	if (!json_is_array(list) || json_array_size(list) > TW_REASONS_MAX)
		return tw_err_set(err, EINVAL, "reasons is no array of at most %d names",
				  TW_REASONS_MAX);
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (tw_json_to_text(json_array_get(list, i), step->reason[i],
				    sizeof(step->reason[i])))
			return tw_err_set(err, EINVAL, "reasons[%zu] is no name of a drop reason",
					  i);
	}
	step->n_reasons = (unsigned)json_array_size(list);
	return 0;
}

static int read_found(const json_t *list, struct tw_step_evidence *step, struct tw_err *err)
{
	int ret = 0;

	if (!json_is_array(list) || json_array_size(list) > TW_FINDS_MAX)
		return tw_err_set(err, EINVAL, "found is no array of at most %d finds",
				  TW_FINDS_MAX);
	for (size_t i = 0; i < json_array_size(list) && ret == 0; i++)
		ret = read_table(&tw_fields_found, json_array_get(list, i), "found",
				 &step->found[i], err);
	step->n_found = (unsigned)json_array_size(list);
	return ret;
}

static int read_step(const json_t *obj, struct tw_step_evidence *step, struct tw_err *err)
{
	int ret = read_table(&tw_fields_step, obj, "step", step, err);

	if (ret == 0)
		ret = read_table(&tw_fields_seg, json_object_get(obj, "sent"), "sent", &step->sent,
				 err);
	if (ret == 0)
		ret = read_flow(json_object_get(obj, "flow"), "flow", &step->flow, err);
	if (ret == 0)
		ret = read_table(&tw_fields_entry, json_object_get(obj, "before"), "before",
				 &step->before, err);
	if (ret == 0)
		ret = read_table(&tw_fields_entry, json_object_get(obj, "after"), "after",
				 &step->after, err);
	if (ret == 0)
		ret = read_moved(json_object_get(obj, "moved"), step, err);
	if (ret == 0)
		ret = read_reasons(json_object_get(obj, "reasons"), step, err);
	if (ret == 0)
		ret = read_found(json_object_get(obj, "found"), step, err);
	return ret;
}

static int read_steps(const json_t *list, struct tw_evidence *ev, struct tw_err *err)
{
	int ret;

	if (!json_is_array(list) || json_array_size(list) > TW_STEPS_MAX)
		return tw_err_set(err, EINVAL, "steps is no array of at most %d steps",
				  TW_STEPS_MAX);
	for (size_t i = 0; i < json_array_size(list); i++) {
		ret = read_step(json_array_get(list, i), &ev->step[i], err);
		if (ret < 0)
			return tw_err_in(err, ret, "steps[%zu]", i);
	}
	ev->n_steps = (unsigned)json_array_size(list);
	return 0;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place of copying: @bytes has room for UINT16_MAX. */
static int read_hex(const json_t *json, uint8_t *bytes, unsigned *ret_len)
{
	const char *text = json_string_value(json);
	size_t len = json_string_length(json);

	if (!text || len % 2 || len / 2 > UINT16_MAX)
		return -EINVAL;
	for (size_t i = 0; i < len / 2; i++) {
		int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	*ret_len = (unsigned)(len / 2);
	return 0;
}

static int read_packet(const json_t *obj, struct tw_evidence *ev, uint8_t *bytes,
		       struct tw_err *err)
{
	struct tw_packet pkt;
	unsigned len = 0;
	int ret;

	memset(&pkt, 0, sizeof(pkt));
	ret = read_table(&tw_fields_packet, obj, "packet", &pkt, err);
	if (ret < 0)
		return ret;
	if (pkt.step >= TW_STEPS_MAX)
		return tw_err_set(err, EINVAL, "step %u is beyond the last possible one", pkt.step);
	if (read_hex(json_object_get(obj, "hex"), bytes, &len))
		return tw_err_set(err, EINVAL, "hex is no even number of hexadecimal digits");
	return tw_evidence_add(ev, pkt.at, pkt.from_dut, pkt.kind, pkt.step, bytes, len, err);
}

static int read_packets(const json_t *list, struct tw_evidence *ev, struct tw_err *err)
{
	uint8_t *bytes;
	int ret = 0;

	if (!json_is_array(list) || json_array_size(list) > PACKETS_MAX)
		return tw_err_set(err, EINVAL, "packets is no array of at most %d packets",
				  PACKETS_MAX);
	bytes = malloc(UINT16_MAX);
	if (!bytes)
		return tw_err_set(err, ENOMEM, "out of memory for the packets");
	for (size_t i = 0; i < json_array_size(list) && ret == 0; i++) {
		ret = read_packet(json_array_get(list, i), ev, bytes, err);
		if (ret < 0)
			tw_err_in(err, ret, "packets[%zu]", i);
	}
	free(bytes);
	return ret;
}

static int read_acts(const json_t *list, struct tw_evidence *ev, struct tw_err *err)
{
	struct tw_act act;
	int ret = 0;

	if (!json_is_array(list) || json_array_size(list) > PACKETS_MAX)
		return tw_err_set(err, EINVAL, "acts is no array of at most %d acts", PACKETS_MAX);
	for (size_t i = 0; i < json_array_size(list) && ret == 0; i++) {
		memset(&act, 0, sizeof(act));
		ret = read_table(&tw_fields_act, json_array_get(list, i), "act", &act, err);
		if (ret == 0)
			ret = tw_evidence_act(ev, act.at, act.text, err);
	}
	return ret;
}

int tw_evidence_from_json(const json_t *json, struct tw_evidence *ret, struct tw_err *err)
{
	int r;

	tw_evidence_init(ret);
	r = read_table(&tw_fields_evidence, json, "evidence", ret, err);
	if (r == 0)
		r = read_flow(json_object_get(json, "flow"), "flow", &ret->flow, err);
	if (r == 0)
		r = read_table(&tw_fields_numbers, json_object_get(json, "numbers"), "numbers",
			       &ret->numbers, err);
	if (r == 0)
		r = read_steps(json_object_get(json, "steps"), ret, err);
	if (r == 0)
		r = read_packets(json_object_get(json, "packets"), ret, err);
	if (r == 0)
		r = read_acts(json_object_get(json, "acts"), ret, err);
	if (r < 0) {
		tw_evidence_free(ret);
		tw_evidence_init(ret);
	}
	return r;
}
