/*
 * A busy neighbour and a victim with chosen clocks. The neighbour opens a connection every quarter of a second and the server closes
 * it; the victim sends a SYN every second, with a port and an ISN of its own for each attempt.
 */
#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "base/wait.h"
#include "natlab/lab_socket.h"
#include "natlab/nat_rules.h"
#include "natlab/raw_host.h"
#include "natlab/starve.h"
#include "twprobe/io.h"

#define MS_NS 1000000ull

enum {
	NEIGHBOUR_EVERY_MS = 250,
	SYN_EVERY_MS = 1000,
	NEIGHBOUR_UPTIME = 20 * 86400000u, /* ms, as its TSval; 2^31 ms are 24.8 days */
	PATIENCE_MS = 10000,
};

/* When it happens, in ms from the beginning, and whose clock is how far behind. */
struct script {
	unsigned busy_ms;      /* the neighbour is */
	unsigned victim_at_ms; /* the first attempt */
	unsigned try_ms;       /* length of an attempt; the next one follows at once */
	unsigned end_ms;
	uint32_t lag_ms; /* of the victim's TSval */
	bool bare;       /* the victim has no timestamps */
	bool one_try;
};

static const struct script scripts[TW_NAT_PLOTS] = {
	[TW_NAT_STARVES] = { .busy_ms = 12000,
			     .victim_at_ms = 2000,
			     .try_ms = 10000,
			     .end_ms = 84000,
			     .lag_ms = 18 * 86400000u },
	[TW_NAT_OVERTAKES] = { .busy_ms = 4000,
			       .victim_at_ms = 1000,
			       .try_ms = 30000,
			       .end_ms = 30000,
			       .lag_ms = 8000,
			       .one_try = true },
	[TW_NAT_BARE] = { .busy_ms = 8000,
			  .victim_at_ms = 2000,
			  .try_ms = 5500,
			  .end_ms = 8000,
			  .bare = true,
			  .one_try = true },
};

struct play {
	struct tw_door_stage *stage;
	struct tw_nat_starving *ret;
	struct tw_raw_hosts *hosts;
	const struct script *script;
	uint64_t seed, began, quiet_from;
	unsigned neighbours; /* opened so far */
	struct tw_raw_end victim;
	uint64_t try_began;
};

static uint64_t now(void)
{
	struct tw_clock *clock = tw_clock_real();

	return clock->now(clock);
}

static uint32_t uptime(const struct play *p)
{
	return NEIGHBOUR_UPTIME + (uint32_t)((now() - p->began) / MS_NS);
}

/* One connection of the neighbour, from open to TIME_WAIT. */
static int neighbour(struct play *p, struct tw_err *err)
{
	struct tw_raw_end end = { .host = 0,
				  .port = (uint16_t)(TW_NAT_FIRST_PORT + p->neighbours),
				  .server_port = TW_DOOR_PORT,
				  .ts = true,
				  .seq = (uint32_t)p->seed + 77777 * p->neighbours,
				  .tsval = uptime(p) };
	int fd, res;

	p->neighbours++;
	res = tw_raw_connect(p->hosts, &end, err);
	if (res == 0) {
		p->ret->neighbour_lost++;
		return 0;
	}
	if (res < 0)
		return res;
	fd = tw_lab_accept(p->stage->listener, now() + PATIENCE_MS * MS_NS);
	if (fd < 0)
		return tw_err_set(err, -fd, "the neighbour's connection was not accepted");
	close(fd);
	end.tsval = uptime(p);
	res = tw_raw_finish(p->hosts, &end, err);
	if (res == 0)
		return tw_err_set(err, EPROTO, "the neighbour's connection was not closed");
	p->ret->neighbour_connections++;
	p->quiet_from = now();
	return res < 0 ? res : 0;
}

static void begin_try(struct play *p)
{
	struct tw_nat_starving *ret = p->ret;
	unsigned no = ret->n_tries;

	p->try_began = now();
	p->victim = (struct tw_raw_end){ .host = 1,
					 .port = (uint16_t)(TW_NAT_VICTIM_PORT + no),
					 .server_port = TW_DOOR_PORT,
					 .ts = !p->script->bare,
					 .seq = (uint32_t)p->seed * 31 + 99991 * no };
	ret->attempt[no] = (struct tw_nat_try){ .at_s = (double)(p->try_began - p->began) / 1e9,
						.connect_ms = NAN };
	ret->n_tries++;
}

static int victim(struct play *p, struct tw_err *err)
{
	struct tw_nat_starving *ret = p->ret;
	struct tw_nat_try *t;
	enum tw_nat_answer answer;
	int res;

	if (!ret->n_tries || (now() - p->try_began > p->script->try_ms * MS_NS &&
			      !p->script->one_try && ret->n_tries < TW_NAT_TRIES_MAX))
		begin_try(p);
	t = &ret->attempt[ret->n_tries - 1];
	p->victim.tsval = uptime(p) - p->script->lag_ms;
	t->quiet_s = p->quiet_from ? (double)(now() - p->quiet_from) / 1e9 : 0;
	res = tw_raw_knock(p->hosts, &p->victim, &answer, err);
	if (res < 0)
		return res;
	t->syns++;
	t->connected = answer == TW_NAT_SYN_ACK;
	t->dropped += answer == TW_NAT_NOTHING;
	if (t->connected)
		t->connect_ms = (double)(now() - p->try_began) / 1e6;
	return 0;
}

static bool over(const struct play *p)
{
	const struct tw_nat_starving *ret = p->ret;

	if (now() - p->began > p->script->end_ms * MS_NS)
		return true;
	return ret->n_tries && ret->attempt[ret->n_tries - 1].connected;
}

/* A neighbour keeps busy until its time is up, whether the victim has got through or not. */
static int run(struct play *p, struct tw_err *err)
{
	uint64_t busy_until = p->began + p->script->busy_ms * MS_NS;
	uint64_t next[2] = { p->began, p->began + p->script->victim_at_ms * MS_NS };
	int res = 0;

	while (res == 0 && !over(p)) {
		bool busy = next[0] < busy_until;
		unsigned who = busy && next[0] <= next[1] ? 0 : 1;

		tw_wait_until(next[who]);
		next[who] += (who ? SYN_EVERY_MS : NEIGHBOUR_EVERY_MS) * MS_NS;
		res = who ? victim(p, err) : neighbour(p, err);
		if (res == 0)
			res = tw_door_drain(p->stage, err);
	}
	if (p->quiet_from)
		p->ret->quiet_from_s = (double)(p->quiet_from - p->began) / 1e9;
	return res;
}

int tw_nat_starve_raw(struct tw_door_stage *stage, uint64_t seed, struct tw_nat_starving *ret,
		      struct tw_err *err)
{
	struct play p = { .stage = stage, .ret = ret, .script = &scripts[ret->plot], .seed = seed };
	int res = tw_raw_hosts_open(&stage->topo, &p.hosts, err);

	if (res < 0)
		return res;
	p.began = now();
	res = run(&p, err);
	tw_raw_hosts_close(p.hosts);
	return res;
}
