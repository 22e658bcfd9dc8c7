#include "run/play.h"

#include "base/random.h"
#include "scene/scene.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	/*
	 * Of an entry, if the first set-up led to nothing: an age that is told from a restart by a slower process, too. All steps
	 * together stay below the second after which a SYN-ACK is sent again.
	 */
	OLD_MS = 100,
};

/* A row's numbers depend on the seed and the row, not on who else runs. */
static uint64_t mix_id(uint64_t seed, const char *id)
{
	for (; *id; id++)
		seed = (seed ^ (uint8_t)*id) * 0x100000001b3u;
	return seed;
}

static void choose_numbers(struct tw_play *play)
{
	const struct tw_given *given = &play->res->row->given;
	struct tw_tuple *t = &play->tuple;

	t->isn = (uint32_t)tw_random_next(&play->seed);
	if (given->rcv_nxt.base == TW_NUMBER)
		t->isn = given->rcv_nxt.off - tw_enter_rcv_nxt(given->enter);
	/* T = 0 is a case of its own (RFC 7323 3.2 against tcp_paws_check()): never by chance */
	t->tsval = (uint32_t)tw_random_next(&play->seed) | 1;
	if (given->ts_recent.base == TW_NUMBER)
		t->tsval = given->ts_recent.off - given->fin_tsval_step;
}

static void give_up(struct tw_play *play, int code, const char *what)
{
	struct tw_evidence *ev = &play->res->ev;

	if (code == -ENOPROTOOPT || code == -EOPNOTSUPP || code == -ENOENT)
		snprintf(ev->skip, sizeof(ev->skip), "%.190s", what);
	else
		snprintf(ev->error, sizeof(ev->error), "%.380s", what);
	play->over = true;
}

/* A sysctl that the row sets and the kernel does not have: the row has no meaning here. */
static const char *missing_sysctl(const struct tw_play *play)
{
	const struct tw_given *given = &play->res->row->given;
	const char *name;

	for (unsigned i = 0; i < sizeof(given->sysctl) / sizeof(*given->sysctl); i++) {
		name = given->sysctl[i].name;
		if (name && !strncmp(name, "net.ipv4.tcp_", 13) && !tw_facts_has(play->facts, name))
			return name;
	}
	for (unsigned i = 0; i < sizeof(given->late) / sizeof(*given->late); i++) {
		name = given->late[i].name;
		if (name && !strncmp(name, "net.ipv4.tcp_", 13) && !tw_facts_has(play->facts, name))
			return name;
	}
	return NULL;
}

static bool can_run(struct tw_play *play)
{
	const char *missing = missing_sysctl(play);
	char why[200];

	if (play->res->family == TW_IPV6 && !play->stand->lane.ipv6) {
		give_up(play, -EOPNOTSUPP, "this machine has no IPv6");
		return false;
	}
	if (missing) {
		tw_facts_lack(play->facts, missing, why, sizeof(why));
		give_up(play, -ENOENT, why);
		return false;
	}
	return true;
}

static void reset(struct tw_play *play)
{
	const struct tw_flow used[] = { play->tuple.flow, play->tuple.other, play->tuple.filler };

	if (play->stand->dut->ops->reset(play->stand->dut, used, 3, NULL) < 0)
		play->stand->dirty = true;
}

static void read_health(struct tw_play *play)
{
	struct tw_evidence *ev = &play->res->ev;
	struct tw_health health;
	struct tw_err err;
	int ret = tw_engine_health(play->stand->engine, &health, &err);

	if (ret < 0)
		give_up(play, ret, err.text);
	ev->pcap_drops = health.pcap_drops;
	if (health.pcap_drops)
		play->stand->dirty = true;
	ret = tw_stand_check_family(play->stand, play->res->family, &err);
	if (ret < 0)
		give_up(play, ret, err.text);
}

static uint64_t clock_now(void)
{
	return tw_clock_real()->now(tw_clock_real());
}

static void count_setup(struct tw_play *play)
{
	play->began_this_one = clock_now();
	if (!play->setups++)
		play->began = play->began_this_one;
	play->res->ev.setups = play->setups;
}

/* Is it to be set up again? @held_up: this process was. */
static bool once_more(struct tw_play *play, bool held_up)
{
	uint64_t now = clock_now(), would_end = now + (now - play->began_this_one);

	play->failed += !held_up;
	if (play->failed >= TW_SETUPS_MAX || play->setups >= TW_SETUPS_HELD_UP_MAX)
		return false;
	return play->res->row->slowest || would_end - play->began <= TW_PLAY_MS * 1000000ull;
}

/* A scenario, once more if this process was held up. Waits as the scenario does: a worker has one lane and one row. */
static void play_scene(struct tw_play *play)
{
	struct tw_result *res = play->res;
	struct tw_evidence *ev = &res->ev;
	char trouble[sizeof(ev->setup_trouble)] = "";
	struct tw_err err = { "" };
	bool again;
	int ret;

	do {
		tw_evidence_free(ev);
		tw_evidence_init(ev);
		snprintf(ev->id, sizeof(ev->id), "%s", res->row->id);
		snprintf(ev->setup_trouble, sizeof(ev->setup_trouble), "%s", trouble);
		ev->flow.family = res->family;
		count_setup(play);
		ret = tw_stand_check_family(play->stand, play->res->family, &err);
		if (ret >= 0)
			ret = tw_scene_play(play->stand, play->facts, res->row, res->family,
					    tw_random_next(&play->seed), ev, &err);
		if (ret == 0)
			tw_judge(res->row, ev, play->facts, &res->verdict);
		again = (ret == -EAGAIN || (ret == 0 && res->verdict.held_up)) &&
			once_more(play, true) && !play->stand->dirty;
		snprintf(trouble, sizeof(trouble), "%.150s",
			 ret == 0 ? res->verdict.why : err.text);
	} while (again);
	if (ret < 0)
		give_up(play, ret, err.text);
	read_health(play);
	play->over = true;
}

/* A row with a step that must not come late. */
static bool hurries(const struct tw_case *row)
{
	for (unsigned i = 0; i < tw_case_steps(row); i++)
		if (row->step[i].within_ms)
			return true;
	return false;
}

/* One more connection. Its evidence replaces what a failed one left. */
static void set_up(struct tw_play *play)
{
	struct tw_evidence *ev = &play->res->ev;
	struct tw_tuple *t = &play->tuple;
	struct tw_err err = { "" };
	char trouble[sizeof(ev->setup_trouble)];
	int ret;

	memcpy(trouble, ev->setup_trouble, sizeof(trouble));
	tw_evidence_free(ev);
	tw_evidence_init(ev);
	memcpy(ev->setup_trouble, trouble, sizeof(trouble));
	snprintf(ev->id, sizeof(ev->id), "%s", play->res->row->id);
	count_setup(play);
	memset(t, 0, sizeof(*t));
	t->given = &play->res->row->given;
	t->step = play->res->row->step;
	t->n_steps = tw_case_steps(play->res->row);
	t->age_ms = play->setups > 1 && !hurries(play->res->row) ? OLD_MS : 0;
	t->ev = ev;
	t->flow = tw_stand_flow(play->stand, play->res->family);
	t->other = tw_stand_flow(play->stand, play->res->family);
	t->filler = tw_stand_flow(play->stand, play->res->family);
	/* a peer of its own: what the kernel learnt of another (tcp_metrics) does not matter here */
	t->flow.peer = tw_lane_peer_addr(play->res->family, tw_stand_peers(play->stand, 1));
	t->other.peer = t->filler.peer = t->flow.peer;
	choose_numbers(play);
	ret = tw_stand_check_family(play->stand, play->res->family, &err);
	if (ret == 0)
		ret = tw_engine_start(play->stand->engine, t, 1, &err);
	if (ret >= 0)
		return;
	give_up(play, ret, err.text);
	reset(play); /* a part of what the row is given may be there */
}

void tw_play_start(struct tw_play *play, struct tw_stand *stand, const struct tw_facts *facts,
		   struct tw_result *res, uint64_t seed)
{
	memset(play, 0, sizeof(*play));
	play->stand = stand;
	play->facts = facts;
	play->res = res;
	play->seed = mix_id(seed + res->family, res->row->id);
	tw_evidence_init(&res->ev);
	snprintf(res->ev.id, sizeof(res->ev.id), "%s", res->row->id);
	res->ev.flow.family = res->family;
	if (!can_run(play))
		return;
	if (res->row->scenario)
		play_scene(play);
	else
		set_up(play);
}

/* The engine is through. Once more if the connection never came to the point, else that was it. */
static void conclude(struct tw_play *play)
{
	struct tw_result *res = play->res;
	struct tw_tuple *t = &play->tuple;
	char what[256];
	bool again = false;

	read_health(play);
	if (t->state == TW_TUPLE_FAILED) {
		snprintf(res->ev.setup_trouble, sizeof(res->ev.setup_trouble), "%s", t->trouble);
		snprintf(what, sizeof(what), "the set-up failed %u times, at last: %s",
			 play->setups, t->trouble);
		again = !play->over && once_more(play, t->setup_ms >= TW_LATE_MS);
		if (!again && !play->over)
			give_up(play, -EIO, what);
	} else if (!play->over) {
		tw_judge(res->row, &res->ev, play->facts, &res->verdict);
		again = res->verdict.held_up && once_more(play, true);
		if (again)
			snprintf(res->ev.setup_trouble, sizeof(res->ev.setup_trouble), "%.150s",
				 res->verdict.why);
	}
	reset(play);
	if (again && !play->stand->dirty)
		set_up(play);
	else if (again && t->state == TW_TUPLE_FAILED)
		give_up(play, -EIO, what); /* not on a lane that could not be cleaned */
	else
		play->over = true;
}

bool tw_play_poll(struct tw_play *play, uint64_t *ret_deadline)
{
	struct tw_err err = { "" };
	int ret;

	while (!play->over) {
		ret = tw_engine_poll(play->stand->engine, ret_deadline, &err);
		if (ret == 0)
			return false;
		if (ret > 0) {
			conclude(play);
			continue;
		}
		give_up(play, ret, err.text);
		reset(play);
	}
	tw_judge(play->res->row, &play->res->ev, play->facts, &play->res->verdict);
	return true;
}
