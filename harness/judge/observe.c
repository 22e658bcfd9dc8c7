/*
 * From raw evidence to what is judged. Pure.
 */
#include <string.h>

#include "twprobe/evidence.h"
#include "wire/wire.h"

#define MS_NS 1000000

/*
 * When the entry's timer will fire, as an interval: the question was answered somewhere within its bracket. Unsigned, and
 * compared by the sign of the difference: the evidence may be anybody's.
 */
static void fires(const struct tw_entry *entry, uint64_t *ret_lo, uint64_t *ret_hi)
{
	*ret_lo = entry->asked[0] + (uint64_t)entry->left_ms * MS_NS;
	*ret_hi = entry->asked[1] + (uint64_t)entry->left_ms * MS_NS;
}

/* @a is not later than @b, but for what the kernel rounds. */
static bool not_later(uint64_t a, uint64_t b)
{
	return (int64_t)(a - b) <= (int64_t)TW_JIFFY_MS * MS_NS;
}

static enum tw_fate timer_fate(const struct tw_entry *before, const struct tw_entry *after,
			       const uint64_t sent_at[2])
{
	const uint64_t full = (uint64_t)TW_TIMEWAIT_LEN_MS * MS_NS;
	uint64_t b_lo, b_hi, a_lo, a_hi;
	bool running, restarted;

	fires(before, &b_lo, &b_hi);
	fires(after, &a_lo, &a_hi);
	running = not_later(a_lo, b_hi) && not_later(b_lo, a_hi);
	restarted = not_later(a_lo, sent_at[1] + full) && not_later(sent_at[0] + full, a_hi);
	if (running && restarted)
		return TW_ALIVE;
	return running ? TW_RUNNING : restarted ? TW_RESTARTED : TW_FATE_ANY;
}

enum tw_fate tw_fate_tell(const struct tw_entry *before, const struct tw_entry *after,
			  const uint64_t sent_at[2])
{
	switch (after->state) {
	case TW_STATE_GONE:
		return TW_GONE;
	case TW_STATE_SYN_RECV:
		return TW_REOPENED;
	case TW_STATE_ESTABLISHED:
		return TW_ESTABLISHED;
	case TW_STATE_TIME_WAIT:
	case TW_STATE_FIN_WAIT_2:
		if (!before || !before->mini)
			return TW_ALIVE;
		return timer_fate(before, after, sent_at);
	default:
		return TW_FATE_ANY;
	}
}

static bool from_probed(const struct tw_seen *seen, const struct tw_flow *flow)
{
	return seen->family == flow->family && seen->dport == flow->peer_port &&
	       seen->sport == flow->dut_port;
}

/* Milliseconds between two brackets: at least, at most. */
static void elapsed(const uint64_t from[2], const uint64_t to[2], uint32_t ret[2])
{
	uint64_t lo = to[0] > from[1] ? to[0] - from[1] : 0,
		 hi = to[1] > from[0] ? to[1] - from[0] : 0;

	ret[0] = (uint32_t)(lo / MS_NS);
	ret[1] = (uint32_t)(hi / MS_NS + 1);
}

void tw_observe(const struct tw_evidence *ev, unsigned i, struct tw_observed *ret)
{
	const struct tw_step_evidence *se = &ev->step[i];

	memset(ret, 0, sizeof(*ret));
	ret->family = ev->flow.family;
	ret->more = se;
	ret->state = se->after.state;
	ret->fate = tw_fate_tell(&se->before, &se->after, se->sent_at);
	elapsed(ev->tsval_at, se->sent_at, ret->clock_ms);
	for (size_t k = 0; k < ev->n_packets; k++) {
		const struct tw_packet *p = &ev->packets[k];
		struct tw_seen seen;

		if (!p->from_dut || p->kind != TW_PKT_PROBE || p->step != i ||
		    !tw_wire_decode(p->bytes, p->len, &seen) || !from_probed(&seen, &se->flow))
			continue;
		if (!ret->n_replies++)
			ret->reply = seen.seg;
	}
}

int64_t tw_moved_by(const struct tw_step_evidence *se, const struct tw_moved *moved)
{
	static const char *const fence[] = { "TcpInSegs", "TcpOutSegs", "TcpOutRsts" };
	int64_t by = (int64_t)(moved->after - moved->before);

	for (unsigned i = 0; se->fenced && i < sizeof(fence) / sizeof(*fence); i++)
		if (!strcmp(moved->name, fence[i]))
			return by - 1 - (int64_t)se->more_fences;
	return by;
}

const struct tw_moved *tw_moved_find(const struct tw_step_evidence *se, const char *name)
{
	for (unsigned i = 0; i < se->n_moved; i++)
		if (!strcmp(se->moved[i].name, name))
			return &se->moved[i];
	return NULL;
}
