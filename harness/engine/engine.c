#include "engine/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine_impl.h"
#include "wire/wire.h"

static int alloc_buffers(struct tw_engine *e)
{
	/* two segments per tuple (the clean-up) and a fence */
	e->tx_room = 2 * e->cfg.batch + 1;
	e->tx = calloc(e->tx_room, sizeof(*e->tx));
	e->tx_bytes = malloc((size_t)e->tx_room * TW_FRAME_MAX);
	e->flows = calloc(e->cfg.batch, sizeof(*e->flows));
	e->entries = calloc(e->cfg.batch, sizeof(*e->entries));
	e->before = calloc(1, sizeof(*e->before));
	e->after = calloc(1, sizeof(*e->after));
	e->start = calloc(1, sizeof(*e->start));
	return e->tx && e->tx_bytes && e->flows && e->entries && e->before && e->after && e->start
		       ? 0
		       : -ENOMEM;
}

struct tw_engine *tw_engine_new(const struct tw_engine_cfg *cfg, struct tw_err *err)
{
	struct tw_engine *e = calloc(1, sizeof(*e));

	if (e)
		e->cfg = *cfg;
	if (!e || alloc_buffers(e) < 0) {
		tw_err_set(err, ENOMEM, "out of memory");
		tw_engine_free(e);
		return NULL;
	}
	e->stage = STAGE_DONE;
	e->fence_no = 0x7e5c0000;
	return e;
}

void tw_engine_free(struct tw_engine *engine)
{
	if (!engine)
		return;
	free(engine->tx);
	free(engine->tx_bytes);
	free(engine->flows);
	free(engine->entries);
	free(engine->before);
	free(engine->after);
	free(engine->start);
	free(engine);
}

static void begin_tuple(struct tw_tuple *t)
{
	t->state = TW_TUPLE_ENTERING;
	t->trouble[0] = '\0';
	t->op = tw_enter_script(t->given->role, t->given->enter);
	t->iss = 0;
	t->handle = -1;
	t->awaited = false;
	memset(&t->numbers, 0, sizeof(t->numbers));
	memset(&t->seen, 0, sizeof(t->seen));
	memset(&t->main, 0, sizeof(t->main));
	memset(&t->second, 0, sizeof(t->second));
	memset(&t->fill, 0, sizeof(t->fill));
	if (t->ev)
		t->ev->flow = t->flow;
}

/* Sysctls first: a listener takes over some of them when it is made. */
static int prepare_dut(struct tw_engine *e, const struct tw_tuple *t, struct tw_err *err)
{
	const struct tw_sysctl *s = t->given->sysctl;
	int ret = 0;

	for (unsigned k = 0; ret >= 0 && k < sizeof(t->given->sysctl) / sizeof(*s) && s[k].name;
	     k++)
		ret = e->cfg.dut->ops->sysctl(e->cfg.dut, s[k].name, s[k].value, err);
	if (ret >= 0 && t->given->role == TW_ACCEPTED)
		ret = e->cfg.dut->ops->listen(e->cfg.dut, t->flow.family, t->flow.dut_port, err);
	return ret;
}

int tw_engine_start(struct tw_engine *e, struct tw_tuple *tuples, unsigned n, struct tw_err *err)
{
	int ret;

	if (n > e->cfg.batch || (e->cfg.count && n > 1) || !n)
		return tw_err_set(err, EINVAL, "a batch of %u tuples", n);
	e->discard = true;
	ret = tw_engine_drain(e, err);
	e->discard = false;
	e->n_tx = e->n_astray = 0; /* of a bulk that was never sent */
	if (ret < 0)
		return ret;
	e->tuple = tuples;
	e->n = n;
	tw_engine_slots(e, true);
	for (unsigned i = 0; i < n; i++)
		begin_tuple(&tuples[i]);
	for (unsigned i = 0; ret >= 0 && i < (e->cfg.count ? n : 1); i++)
		ret = prepare_dut(e, &tuples[i], err);
	if (ret >= 0 && e->cfg.count)
		ret = e->cfg.dut->ops->counters(e->cfg.dut, e->start, err);
	e->op = e->step = e->played = 0;
	e->stage = ret < 0 ? STAGE_DONE : STAGE_ENTER;
	e->began = e->cfg.clock->now(e->cfg.clock);
	if (ret < 0)
		tw_engine_slots(e, false);
	return ret < 0 ? ret : 0;
}

/* Counters that explain why a set-up failed go into its trouble. */
static void explain_failure(struct tw_engine *e, struct tw_tuple *t)
{
	static const struct {
		const char *name, *remedy;
	} telling[] = {
		{ "TcpExtTCPTimeWaitOverflow", " (net.ipv4.tcp_max_tw_buckets is too small)" },
		{ "TcpExtListenOverflows", "" },
		{ "TcpExtTCPReqQFullDrop", "" },
		{ "TcpExtListenDrops", "" },
	};
	size_t len = strlen(t->trouble);

	if (!e->cfg.count || e->cfg.dut->ops->counters(e->cfg.dut, e->after, NULL) < 0)
		return;
	for (unsigned i = 0; i < sizeof(telling) / sizeof(*telling); i++) {
		uint64_t by = tw_counters_get(e->after, telling[i].name) -
			      tw_counters_get(e->start, telling[i].name);

		if (by && len < sizeof(t->trouble))
			len += (size_t)snprintf(t->trouble + len, sizeof(t->trouble) - len,
						"; %s +%llu%s", telling[i].name,
						(unsigned long long)by, telling[i].remedy);
	}
}

static void close_handles(struct tw_engine *e)
{
	for (unsigned i = 0; i < e->n; i++) {
		if (e->tuple[i].handle >= 0)
			e->cfg.dut->ops->close_handle(e->cfg.dut, e->tuple[i].handle, NULL);
		e->tuple[i].handle = -1;
	}
}

static void finish(struct tw_engine *e)
{
	for (unsigned i = 0; i < e->n; i++) {
		struct tw_tuple *t = &e->tuple[i];

		if (t->state == TW_TUPLE_ENTERED)
			t->state = TW_TUPLE_DONE;
		else
			explain_failure(e, t);
	}
	close_handles(e);
	e->stage = STAGE_DONE;
}

static bool any_entered(const struct tw_engine *e)
{
	for (unsigned i = 0; i < e->n; i++)
		if (e->tuple[i].state == TW_TUPLE_ENTERED && e->step < e->tuple[i].n_steps)
			return true;
	return false;
}

static void after_entering(struct tw_engine *e)
{
	for (unsigned i = 0; i < e->n; i++)
		if (e->tuple[i].ev)
			e->tuple[i].ev->numbers = e->tuple[i].numbers;
}

static int wait_for_late(struct tw_engine *e, struct tw_err *err)
{
	uint64_t now = e->cfg.clock->now(e->cfg.clock);
	int ret;

	if (!e->late_until)
		e->late_until = now + LATE_NS;
	e->due = now + LATE_POLL_NS;
	ret = tw_engine_drain(e, err);
	if (ret >= 0 && now < e->late_until && tw_engine_answers_missing(e))
		return 1;
	if (ret >= 0)
		ret = tw_engine_enter_check(e, true, err);
	if (ret >= 0)
		e->stage = ret == 1 ? STAGE_ARRANGE : STAGE_ENTER;
	return ret < 0 ? ret : 0;
}

/* It never waits for anything: whatever it took, this process did not run, or ran slowly. */
static void note_setup(struct tw_engine *e)
{
	uint64_t ms = (e->cfg.clock->now(e->cfg.clock) - e->began) / MS_NS;

	for (unsigned i = 0; i < e->n; i++)
		e->tuple[i].setup_ms = (unsigned)ms;
}

/* 0: go on at once; 1: wait until e->due; negative errno. */
static int advance(struct tw_engine *e, struct tw_err *err)
{
	bool last = tw_engine_last_time(e);
	int ret;

	switch (e->stage) {
	case STAGE_ENTER:
		ret = tw_engine_enter(e, err);
		if (ret < 0)
			return ret;
		e->late_until = 0;
		ret = tw_engine_enter_check(e, false, err);
		note_setup(e);
		if (ret == -EAGAIN)
			e->stage = STAGE_LATE;
		else if (ret == 1)
			e->stage = STAGE_ARRANGE;
		return ret < 0 && ret != -EAGAIN ? ret : 0;
	case STAGE_LATE:
		return wait_for_late(e, err);
	case STAGE_ARRANGE:
		e->entered_at = e->cfg.clock->now(e->cfg.clock);
		ret = tw_engine_arrange(e, err);
		if (!e->late_until)
			note_setup(e);
		after_entering(e);
		e->stage = STAGE_PAUSE;
		return ret < 0 ? ret : 0;
	case STAGE_PAUSE:
		if (!any_entered(e)) {
			finish(e);
			return 0;
		}
		e->due = tw_engine_step_due(e);
		if (e->cfg.clock->now(e->cfg.clock) < e->due)
			return 1;
		e->stage = STAGE_PROBE;
		return 0;
	case STAGE_PROBE:
		ret = tw_engine_probe(e, err);
		e->played = last ? 0 : e->played + 1;
		e->step += last;
		e->stage = STAGE_PAUSE;
		return ret < 0 ? ret : 0;
	default:
		return 0;
	}
}

int tw_engine_poll(struct tw_engine *e, uint64_t *ret_deadline, struct tw_err *err)
{
	int ret = 0;

	while (ret == 0 && e->stage != STAGE_DONE)
		ret = advance(e, err);
	if (ret < 0) {
		e->stage = STAGE_DONE;
		tw_engine_slots(e, false);
		close_handles(e);
		return ret;
	}
	if (e->stage != STAGE_DONE) {
		*ret_deadline = e->due;
		return 0;
	}
	tw_engine_slots(e, false);
	return 1;
}

int tw_engine_clear(struct tw_engine *e, struct tw_err *err)
{
	int ret = 0;

	for (unsigned i = 0; i < e->n && ret >= 0; i++) {
		struct tw_tuple *t = &e->tuple[i];
		struct tw_seg rst = {
			.flags = TW_RST, .ttl = 64, .wscale = -1, .seq = t->numbers.rcv_nxt
		};

		if (t->state != TW_TUPLE_DONE || t->seen.state == TW_STATE_GONE)
			continue;
		if (t->seen.state == TW_STATE_SYN_RECV)
			rst.seq = t->sent.seq + 1;
		ret = tw_engine_put(e, NULL, &t->flow, &rst, err);
	}
	if (ret >= 0)
		ret = tw_engine_flush(e, err);
	/* a RST is answered by nothing: what comes now is a stray */
	return ret < 0 ? ret : tw_engine_drain(e, err);
}

int tw_engine_health(struct tw_engine *e, struct tw_health *ret, struct tw_err *err)
{
	*ret = e->health;
	return e->cfg.wire->ops->drops(e->cfg.wire, &ret->pcap_drops, err);
}
