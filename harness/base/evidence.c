/* The life of an evidence, and the names of what is in it. */
#include "twprobe/evidence.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_ROOM = 16
};

void tw_evidence_init(struct tw_evidence *ev)
{
	memset(ev, 0, sizeof(*ev));
}

void tw_evidence_free(struct tw_evidence *ev)
{
	for (size_t i = 0; i < ev->n_packets; i++)
		free(ev->packets[i].bytes);
	free(ev->packets);
	free(ev->acts);
	ev->packets = NULL;
	ev->acts = NULL;
	ev->n_packets = ev->n_acts = 0;
}

/* There is no member for the room: it is 0, 16, 32, 64 ..., and full when @n is one of these. */
static void *make_room(void *list, size_t n, size_t size)
{
	if (n && (n < FIRST_ROOM || n & (n - 1)))
		return list;
	return reallocarray(list, n ? 2 * n : FIRST_ROOM, size);
}

int tw_evidence_add(struct tw_evidence *ev, uint64_t at, bool from_dut, enum tw_packet_kind kind,
		    unsigned step, const uint8_t *bytes, unsigned len, struct tw_err *err)
{
	struct tw_packet *pkt;
	uint8_t *copy;
	void *room;

	if (len > UINT16_MAX || step > UINT8_MAX)
		return tw_err_set(err, EMSGSIZE, "a packet of %u bytes in step %u is no evidence",
				  len, step);
	copy = malloc(len ? len : 1);
	room = copy ? make_room(ev->packets, ev->n_packets, sizeof(*pkt)) : NULL;
	if (!room) {
		free(copy);
		return tw_err_set(err, ENOMEM, "out of memory for packet %zu of %s", ev->n_packets,
				  ev->id);
	}
	ev->packets = room;
	if (len)
		memcpy(copy, bytes, len);
	pkt = &ev->packets[ev->n_packets++];
	*pkt = (struct tw_packet){
		.at = at,
		.from_dut = from_dut,
		.kind = kind,
		.step = (uint8_t)step,
		.len = (uint16_t)len,
		.bytes = copy,
	};
	return 0;
}

int tw_evidence_act(struct tw_evidence *ev, uint64_t at, const char *text, struct tw_err *err)
{
	void *room = make_room(ev->acts, ev->n_acts, sizeof(*ev->acts));
	struct tw_act *act;

	if (!room)
		return tw_err_set(err, ENOMEM, "out of memory for act %zu of %s", ev->n_acts,
				  ev->id);
	ev->acts = room;
	act = &ev->acts[ev->n_acts++];
	memset(act, 0, sizeof(*act));
	act->at = at;
	snprintf(act->text, sizeof(act->text), "%s", text);
	return 0;
}

const struct tw_found *tw_found_find(const struct tw_step_evidence *se, const char *what)
{
	for (unsigned i = 0; i < se->n_found; i++)
		if (!strcmp(se->found[i].what, what))
			return &se->found[i];
	return NULL;
}

const char *tw_state_name(enum tw_state state)
{
	static const char *const name[TW_STATES] = {
		[TW_STATE_UNKNOWN] = "unknown",     [TW_STATE_GONE] = "gone",
		[TW_STATE_TIME_WAIT] = "time-wait", [TW_STATE_FIN_WAIT_2] = "fin-wait-2",
		[TW_STATE_SYN_RECV] = "syn-recv",   [TW_STATE_ESTABLISHED] = "established",
		[TW_STATE_SYN_SENT] = "syn-sent",   [TW_STATE_FIN_WAIT_1] = "fin-wait-1",
		[TW_STATE_CLOSING] = "closing",     [TW_STATE_CLOSE_WAIT] = "close-wait",
		[TW_STATE_LAST_ACK] = "last-ack",
	};

	return (unsigned)state < TW_STATES ? name[state] : "unknown";
}

const char *tw_fate_name(enum tw_fate fate)
{
	static const char *const name[TW_FATES] = {
		[TW_FATE_ANY] = "any",
		[TW_RUNNING] = "running",
		[TW_RESTARTED] = "restarted",
		[TW_ALIVE] = "alive",
		[TW_GONE] = "gone",
		[TW_REOPENED] = "reopened",
		[TW_ESTABLISHED] = "established",
	};

	return (unsigned)fate < TW_FATES ? name[fate] : "any";
}
