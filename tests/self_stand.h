/*
 * A stand whose wire and DUT are real, but pass through hands that can spoil what goes by: a sniffer that is deaf, a NAT that
 * rewrites, a DUT whose listener is not there, and whatever happens when a row has been arranged.
 *
 * Owner: the test; broken_open() and broken_close().
 */
#ifndef TWPROBE_TESTS_SELF_STAND_H
#define TWPROBE_TESTS_SELF_STAND_H

#include <errno.h>

#include "self_help.h"
#include "wire/wire.h"

/* When the wire spoils: never, from when a row is arranged until it is over, or all the time. */
enum broken_when {
	BROKEN_NEVER,
	BROKEN_AT_PROBE,
	BROKEN_ALWAYS,
};

struct broken {
	struct tw_stand stand;
	struct tw_facts facts;

	struct tw_wire wire, *real_wire;
	enum broken_when when;
	bool deaf;                     /* hands over nothing */
	bool late;                     /* hands over at the next drain */
	void (*rewrite)(uint8_t *tcp); /* the answers' TCP header */
	bool spare_resets;             /* ... but not that of a RST: the fence stays */
	bool probing;
	tw_frame_fn *fn; /* of the drain that goes on */
	void *arg;
	unsigned n_kept;
	struct iovec kept[64];

	struct tw_dut dut, *real_dut;
	bool no_listener;
	int (*arranged)(struct broken *b, const struct tw_flow *flow); /* happens then */
	int (*looked)(struct broken *b, unsigned nth); /* when entries were asked for */
	unsigned looks;
	int fd; /* of a hook's, closed with the row */
};

#define BROKEN_OF(ptr_, member_) \
	((struct broken *)((char *)(ptr_)-offsetof(struct broken, member_)))

/* ---- the wire ---- */

static inline bool broken_now(const struct broken *b)
{
	return b->when == BROKEN_ALWAYS || (b->when == BROKEN_AT_PROBE && b->probing);
}

static inline int broken_send(struct tw_wire *wire, const struct iovec *frames, unsigned n,
			      struct tw_err *err)
{
	struct broken *b = BROKEN_OF(wire, wire);

	return b->real_wire->ops->send(b->real_wire, frames, n, err);
}

static inline void broken_frame(void *arg, uint64_t at, const uint8_t *bytes, unsigned len)
{
	struct broken *b = arg;
	unsigned tcp = TW_ETH_LEN + (bytes[12] == 0x08 ? 20 : 40);
	uint8_t copy[TW_FRAME_MAX];

	if (!broken_now(b)) {
		b->fn(b->arg, at, bytes, len);
		return;
	}
	if (b->deaf || len > sizeof(copy) || len < tcp + 20)
		return;
	memcpy(copy, bytes, len);
	if (b->rewrite && !(b->spare_resets && copy[tcp + 13] & TW_RST))
		b->rewrite(copy + tcp);
	if (b->late && b->n_kept < sizeof(b->kept) / sizeof(*b->kept)) {
		struct iovec *keep = &b->kept[b->n_kept++];

		keep->iov_base = malloc(len);
		keep->iov_len = len;
		memcpy(keep->iov_base, copy, len);
		return;
	}
	b->fn(b->arg, at, copy, len);
}

static inline int broken_drain(struct tw_wire *wire, tw_frame_fn *fn, void *arg, struct tw_err *err)
{
	struct broken *b = BROKEN_OF(wire, wire);
	unsigned n = b->n_kept;
	int ret;

	b->n_kept = 0;
	for (unsigned i = 0; i < n; i++) {
		fn(arg, tw_clock_real()->now(tw_clock_real()), b->kept[i].iov_base,
		   (unsigned)b->kept[i].iov_len);
		free(b->kept[i].iov_base);
	}
	b->fn = fn;
	b->arg = arg;
	ret = b->real_wire->ops->drain(b->real_wire, broken_frame, b, err);
	if (ret < 0)
		return ret;
	return (int)n + (broken_now(b) && b->deaf ? 0 : ret - (int)b->n_kept);
}

static inline int broken_wait(struct tw_wire *wire, uint64_t deadline, struct tw_err *err)
{
	struct broken *b = BROKEN_OF(wire, wire);

	return b->real_wire->ops->wait(b->real_wire, deadline, err);
}

static inline int broken_drops(struct tw_wire *wire, uint64_t *ret_drops, struct tw_err *err)
{
	struct broken *b = BROKEN_OF(wire, wire);

	return b->real_wire->ops->drops(b->real_wire, ret_drops, err);
}

static inline void broken_wire_close(struct tw_wire *wire)
{
	struct broken *b = BROKEN_OF(wire, wire);

	for (unsigned i = 0; i < b->n_kept; i++)
		free(b->kept[i].iov_base);
	b->real_wire->ops->close(b->real_wire);
}

static const struct tw_wire_ops broken_wire_ops = {
	.send = broken_send,
	.drain = broken_drain,
	.wait = broken_wait,
	.drops = broken_drops,
	.close = broken_wire_close,
};

/* ---- the DUT ---- */

#define BROKEN_DUT(name_, params_, args_)                            \
	static inline int broken_##name_ params_                     \
	{                                                            \
		struct tw_dut *real = BROKEN_OF(dut, dut)->real_dut; \
                                                                     \
		return real->ops->name_ args_;                       \
	}

BROKEN_DUT(accept_close, (struct tw_dut * dut, unsigned most, struct tw_err *err),
	   (real, most, err))
BROKEN_DUT(connect, (struct tw_dut * dut, const struct tw_flow *flow, int *ret, struct tw_err *err),
	   (real, flow, ret, err))
BROKEN_DUT(close_handle, (struct tw_dut * dut, int handle, struct tw_err *err), (real, handle, err))
BROKEN_DUT(counters, (struct tw_dut * dut, struct tw_counters *ret, struct tw_err *err),
	   (real, ret, err))
BROKEN_DUT(sysctl, (struct tw_dut * dut, const char *name, const char *value, struct tw_err *err),
	   (real, name, value, err))
BROKEN_DUT(reasons, (struct tw_dut * dut, char ret[TW_REASONS_MAX][48], struct tw_err *err),
	   (real, ret, err))

static inline int broken_listen(struct tw_dut *dut, enum tw_family family, uint16_t port,
				struct tw_err *err)
{
	struct broken *b = BROKEN_OF(dut, dut);

	return b->no_listener ? 0 : b->real_dut->ops->listen(b->real_dut, family, port, err);
}

static inline int broken_arrange(struct tw_dut *dut, const struct tw_flow *flow,
				 enum tw_listener how, struct tw_err *err)
{
	struct broken *b = BROKEN_OF(dut, dut);
	int ret = b->real_dut->ops->arrange(b->real_dut, flow, how, err);

	if (ret >= 0 && b->arranged && b->arranged(b, flow) < 0)
		ret = tw_err_set(err, EPROTO, "the test could not do what it wanted");
	b->probing = true;
	return ret;
}

static inline int broken_entries(struct tw_dut *dut, const struct tw_flow *flows, unsigned n,
				 struct tw_entry *ret_entries, struct tw_err *err)
{
	struct broken *b = BROKEN_OF(dut, dut);
	int ret = b->real_dut->ops->entries(b->real_dut, flows, n, ret_entries, err);

	if (ret >= 0 && b->looked && b->looked(b, ++b->looks) < 0)
		ret = tw_err_set(err, EPROTO, "the test could not do what it wanted");
	return ret;
}

static inline int broken_reset(struct tw_dut *dut, const struct tw_flow *flows, unsigned n,
			       struct tw_err *err)
{
	struct broken *b = BROKEN_OF(dut, dut);

	b->probing = false;
	b->looks = 0;
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
	return b->real_dut->ops->reset(b->real_dut, flows, n, err);
}

static inline void broken_dut_close(struct tw_dut *dut)
{
	struct broken *b = BROKEN_OF(dut, dut);

	b->real_dut->ops->close(b->real_dut);
}

static const struct tw_dut_ops broken_dut_ops = {
	.listen = broken_listen,
	.arrange = broken_arrange,
	.accept_close = broken_accept_close,
	.connect = broken_connect,
	.close_handle = broken_close_handle,
	.entries = broken_entries,
	.counters = broken_counters,
	.sysctl = broken_sysctl,
	.reasons = broken_reasons,
	.reset = broken_reset,
	.close = broken_dut_close,
};

/* ---- the stand ---- */

static inline struct tw_flow broken_fence(enum tw_family family)
{
	return (struct tw_flow){ family, tw_lane_dut_addr(family), tw_lane_peer_addr(family, 0),
				 TW_CLOSED_PORT, 1024 };
}

static inline void broken_open(struct broken *b)
{
	const struct tw_stand_cfg cfg = {
		.batch = 1, .age_ms = TW_AGE_MS, .count = true, .ring = TW_RING
	};
	struct tw_engine_cfg engine = { .fence = { broken_fence(TW_IPV4), broken_fence(TW_IPV6) },
					.clock = tw_clock_real(),
					.batch = cfg.batch,
					.age_ms = cfg.age_ms,
					.count = cfg.count };
	struct tw_err err = { "" };

	memset(b, 0, sizeof(*b));
	b->fd = -1;
	b->facts = self_facts();
	assert_ok(tw_stand_open(&b->stand, &cfg, &err), &err);
	b->real_wire = b->stand.wire;
	b->real_dut = b->stand.dut;
	b->wire.ops = &broken_wire_ops;
	b->dut.ops = &broken_dut_ops;
	b->stand.wire = engine.wire = &b->wire;
	b->stand.dut = engine.dut = &b->dut;
	engine.forge = b->stand.forge;
	tw_engine_free(b->stand.engine);
	b->stand.engine = tw_engine_new(&engine, &err);
	assert_non_null(b->stand.engine);
}

static inline void broken_close(struct broken *b)
{
	tw_stand_close(&b->stand);
	tw_facts_free(&b->facts);
}

#endif
