#include "explore/crowd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wait.h"

struct tw_crowd {
	struct tw_crowd_cfg cfg;
	const struct tw_crowd_play *play;
	struct tw_tuple *tuple;
	struct tw_step *step; /* cfg.steps + 1 of each tuple */
	struct tw_flow *flow;
	bool *clearing; /* the tuple's last step is the RST that takes a half-open connection away */
	unsigned played; /* steps of the longest walk */
	struct tw_health health;
	struct tw_counters before, after;
};

struct tw_crowd *tw_crowd_new(const struct tw_crowd_cfg *cfg, struct tw_err *err)
{
	struct tw_crowd *c = calloc(1, sizeof(*c));

	if (!c)
		goto fail;
	c->cfg = *cfg;
	c->tuple = calloc(cfg->size, sizeof(*c->tuple));
	c->step = calloc((size_t)cfg->size * (cfg->steps + 1), sizeof(*c->step));
	c->flow = calloc(cfg->size, sizeof(*c->flow));
	c->clearing = calloc(cfg->size, sizeof(*c->clearing));
	if (c->tuple && c->step && c->flow && c->clearing)
		return c;
fail:
	tw_crowd_free(c);
	tw_err_set(err, ENOMEM, "out of memory");
	return NULL;
}

void tw_crowd_free(struct tw_crowd *c)
{
	if (!c)
		return;
	free(c->tuple);
	free(c->step);
	free(c->flow);
	free(c->clearing);
	free(c);
}

static struct tw_step *step_of(struct tw_crowd *c, unsigned who, unsigned step)
{
	return &c->step[(size_t)who * (c->cfg.steps + 1) + step];
}

/* The half-open connection repeats its SYN-ACK after a second: it must be gone before. */
static void clear_half_open(struct tw_crowd *c, unsigned who, unsigned step,
			    const struct tw_tuple *t)
{
	*step_of(c, who, step) = (struct tw_step){
		.send = { .flags = TW_RST,
			  .seq = { TW_NUMBER, t->sent.seq + 1 },
			  .tsval = { .base = TW_ABSENT } },
	};
	c->clearing[who] = true;
}

static void stepped(struct tw_tuple *t, unsigned step)
{
	struct tw_crowd *c = t->arg;
	unsigned who = (unsigned)(t - c->tuple);
	struct tw_step *next = step_of(c, who, step + 1);
	bool more = false;

	if (step + 1 > c->played)
		c->played = step + 1;
	if (!c->clearing[who]) {
		memset(next, 0, sizeof(*next));
		more = c->play->fn(c->play->arg, who, step + 1, t, next) && step + 1 < c->cfg.steps;
		if (t->seen.state == TW_STATE_SYN_RECV) {
			clear_half_open(c, who, step + 1, t);
			more = true;
		}
	}
	t->n_steps = step + 1 + more;
}

static void seat(struct tw_crowd *c, unsigned i)
{
	const struct tw_crowd_play *p = c->play;
	struct tw_tuple *t = &c->tuple[i];

	*t = (struct tw_tuple){
		.given = p->given,
		.step = step_of(c, i, 0),
		.flow = tw_stand_flow(c->cfg.stand, p->family),
		.isn = p->seats[i].isn,
		.tsval = p->seats[i].tsval,
		.stepped = stepped,
		.arg = c,
	};
	c->clearing[i] = false;
	memset(step_of(c, i, 0), 0, sizeof(struct tw_step));
	t->n_steps = p->fn(p->arg, i, 0, NULL, step_of(c, i, 0));
	c->flow[i] = t->flow;
}

/* One address of the peer, for whatever the DUT is told about it. */
static void seat_all(struct tw_crowd *c)
{
	unsigned n = c->play->n;

	for (unsigned try = 0; try < 2; try++) {
		for (unsigned i = 0; i < n; i++)
			seat(c, i);
		if (!memcmp(&c->flow[0].peer, &c->flow[n - 1].peer, sizeof(c->flow[0].peer)))
			break;
	}
	c->tuple[0].filler = tw_stand_flow(c->cfg.stand, c->play->family);
}

static int run(struct tw_crowd *c, struct tw_err *err)
{
	struct tw_engine *engine = c->cfg.stand->engine;
	uint64_t deadline;
	int ret = tw_engine_start(engine, c->tuple, c->play->n, err);

	while (ret == 0) {
		ret = tw_engine_poll(engine, &deadline, err);
		if (ret == 0)
			tw_wait_until(deadline);
	}
	return ret < 0 ? ret : 0;
}

uint64_t tw_crowd_moved(const struct tw_crowd_result *r, const char *name)
{
	return tw_counters_get(r->after, name) - tw_counters_get(r->before, name);
}

/* Whether what was seen is all that there was to see. */
static void reconcile(struct tw_crowd *c, const struct tw_health *h, struct tw_crowd_result *ret)
{
	const struct tw_health *was = &c->health;
	uint64_t in = tw_crowd_moved(ret, "TcpInSegs"), out = tw_crowd_moved(ret, "TcpOutSegs");
	uint64_t again = tw_crowd_moved(ret, "TcpRetransSegs");
	char *why = ret->why_void;
	size_t size = sizeof(ret->why_void);

	if (h->waits != was->waits || h->strays != was->strays ||
	    h->pcap_drops != was->pcap_drops || h->unfenced != was->unfenced)
		snprintf(why, size,
			 "%llu late answers, %llu strays, %llu frames lost, %llu fences unanswered",
			 (unsigned long long)(h->waits - was->waits),
			 (unsigned long long)(h->strays - was->strays),
			 (unsigned long long)(h->pcap_drops - was->pcap_drops),
			 (unsigned long long)(h->unfenced - was->unfenced));
	else if (again)
		/* a FIN after 200 ms, a SYN-ACK after a second: an answer may be one of these */
		snprintf(why, size, "this process was held up: the DUT sent %llu segments again",
			 (unsigned long long)again);
	else if (in != h->sent - was->sent)
		snprintf(why, size, "%llu segments were injected, the DUT counted %llu",
			 (unsigned long long)(h->sent - was->sent), (unsigned long long)in);
	else if (out != h->captured - was->captured)
		snprintf(why, size, "%llu segments were captured, the DUT counted %llu",
			 (unsigned long long)(h->captured - was->captured),
			 (unsigned long long)out);
}

static void sum_up(struct tw_crowd *c, struct tw_crowd_result *ret)
{
	for (unsigned i = 0; i < c->play->n; i++) {
		if (c->tuple[i].state == TW_TUPLE_DONE)
			continue;
		ret->failed++;
		memcpy(ret->trouble, c->tuple[i].trouble, sizeof(ret->trouble));
	}
	ret->fences = c->played;
}

static void ignore(void *arg, uint64_t at, const uint8_t *bytes, unsigned len)
{
	(void)arg;
	(void)at;
	(void)bytes;
	(void)len;
}

/* What the sockets of the play before said when they were taken away is none of this one's. */
static int forget_the_last(struct tw_crowd *c, struct tw_err *err)
{
	struct tw_wire *wire = c->cfg.stand->wire;

	return wire->ops->drain(wire, ignore, NULL, err);
}

int tw_crowd_play(struct tw_crowd *c, const struct tw_crowd_play *play, struct tw_crowd_result *ret,
		  struct tw_err *err)
{
	struct tw_dut *dut = c->cfg.stand->dut;
	struct tw_health after;
	int code, cleared;

	memset(ret, 0, sizeof(*ret));
	ret->before = &c->before;
	ret->after = &c->after;
	c->play = play;
	c->played = 0;
	seat_all(c);
	code = forget_the_last(c, err);
	if (code >= 0)
		code = tw_engine_health(c->cfg.stand->engine, &c->health, err);
	if (code >= 0)
		code = dut->ops->counters(dut, &c->before, err);
	if (code >= 0)
		code = run(c, err);
	if (code >= 0)
		code = dut->ops->counters(dut, &c->after, err);
	if (code >= 0)
		code = tw_engine_health(c->cfg.stand->engine, &after, err);
	if (code >= 0) {
		reconcile(c, &after, ret);
		sum_up(c, ret);
	}
	cleared = dut->ops->reset(dut, c->flow, play->n, code < 0 ? NULL : err);
	return code < 0 ? code : cleared < 0 ? cleared : 0;
}
