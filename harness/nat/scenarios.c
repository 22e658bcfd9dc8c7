#include "nat/scenarios.h"

#include <stdio.h>
#include <string.h>

enum {
	MANY_PORTS = 64,
	LIMIT_S = 5, /* for those that never get through: --slow waits for the end */
};

/* tcp_timestamps of the first and the second client; how long is waited for; the rest */
#define SET(first_, second_, limit_, ...)                                                \
	{                                                                                \
		.first_ts = first_, .second_ts = second_, .limit_s = limit_, .ports = 1, \
		.hold_s = 1, .max_tw_buckets = TW_NAT_DEFAULT, __VA_ARGS__               \
	}

/* clang-format off */
static const struct tw_nat_scenario bases[] = {
	{
		.id = "two-hosts",
		.says = "the NAT hands a port to another host while the server has it in TIME_WAIT",
		.set = SET(1, 1, LIMIT_S, .second = TW_NAT_OTHER_HOST), .promise = TW_NAT_LOSES, .recovers = true,
	}, {
		.id = "same-host",
		.says = "it hands the port to another connection of the same host",
		.set = SET(1, 1, LIMIT_S, .second = TW_NAT_SAME_HOST), .promise = TW_NAT_LOSES, .recovers = true,
	}, {
		.id = "no-ts",
		.says = "the second host has no timestamps: its ISN decides",
		.set = SET(1, 0, LIMIT_S, .second = TW_NAT_OTHER_HOST),
		.promise = TW_NAT_LOSES, .recovers = true,
	}, {
		.id = "rfc1337",
		.says = "the server has tcp_rfc1337=1, and the client's RST does not help",
		.set = SET(1, 1, LIMIT_S, .second = TW_NAT_OTHER_HOST, .rfc1337 = true), .promise = TW_NAT_LOSES,
	}, {
		.id = "lost-acks",
		.says = "the path loses the server's bare ACKs, and the client never answers with a RST",
		.set = SET(1, 1, LIMIT_S, .second = TW_NAT_OTHER_HOST, .drops_acks = true), .promise = TW_NAT_LOSES,
	}, {
		.id = "lost-rsts",
		.says = "the path loses the client's RSTs",
		.set = SET(1, 1, LIMIT_S, .second = TW_NAT_OTHER_HOST, .drops_rsts = true), .promise = TW_NAT_LOSES,
	},
};

static const struct tw_nat_scenario controls[] = {
	{
		.id = "client-closes",
		.says = "the client closes first: TIME_WAIT is on its side of the NAT",
		.set = SET(1, 1, LIMIT_S, .second = TW_NAT_OTHER_HOST, .closer = TW_NAT_CLIENT_CLOSES),
	}, {
		.id = "one-clock",
		.says = "all hosts have one clock (tcp_timestamps=2 on one machine)",
		.set = SET(2, 2, LIMIT_S, .second = TW_NAT_OTHER_HOST),
	}, {
		.id = "after-62-s",
		.says = "the port is handed on more than 62 s after the close",
		.set = SET(1, 1, LIMIT_S, .second = TW_NAT_OTHER_HOST, .wait_s = 63),
	}, {
		.id = "destroyed",
		.says = "SOCK_DESTROY takes TIME_WAIT away before the port is handed on",
		.set = SET(1, 1, LIMIT_S, .second = TW_NAT_OTHER_HOST, .kills_tw = true),
	},
};

/* Played to the end of connect(). */
static const struct tw_nat_scenario slow_ones[] = {
	{
		.id = "rfc1337.to-the-end",
		.says = "tcp_rfc1337=1, until connect() gives up",
		.set = SET(1, 1, 0, .second = TW_NAT_OTHER_HOST, .rfc1337 = true), .promise = TW_NAT_LOSES,
	}, {
		.id = "lost-acks.to-the-end",
		.says = "the path loses the server's bare ACKs, until connect() gives up",
		.set = SET(1, 1, 0, .second = TW_NAT_OTHER_HOST, .drops_acks = true), .promise = TW_NAT_LOSES,
	}, {
		.id = "lost-rsts.to-the-end",
		.says = "the path loses the client's RSTs, until connect() gives up",
		.set = SET(1, 1, 0, .second = TW_NAT_OTHER_HOST, .drops_rsts = true), .promise = TW_NAT_LOSES,
	}, {
		.id = "lost-acks.no-ts.to-the-end",
		.says = "the same without timestamps: a low number does not restart the timer, and TIME_WAIT ends",
		.set = SET(1, 0, 0, .second = TW_NAT_OTHER_HOST, .drops_acks = true),
		.promise = TW_NAT_LOSES, .recovers = true,
	},
};
/* clang-format on */

/* What becomes of a base's setting, and of what it must show. */
struct remedy {
	const char *id, *name, *says;
	void (*apply)(struct tw_nat_scenario *sc);
};

static void no_timestamps(struct tw_nat_scenario *sc)
{
	sc->set.first_ts = sc->set.second_ts = 0;
}

static void one_clock(struct tw_nat_scenario *sc)
{
	sc->set.first_ts = sc->set.second_ts = 2;
	sc->promise = TW_NAT_NO_LOSS;
}

static void strip(struct tw_nat_scenario *sc)
{
	sc->set.strips_ts = true;
}

static void more_ports(struct tw_nat_scenario *sc)
{
	sc->set.ports = MANY_PORTS;
	sc->promise = TW_NAT_ANYTHING;
}

static void longer_hold(struct tw_nat_scenario *sc)
{
	sc->set.hold_s = 120;
	sc->promise = TW_NAT_EXHAUSTED;
}

static void longer_hold_more_ports(struct tw_nat_scenario *sc)
{
	sc->set.hold_s = 120;
	sc->set.ports = MANY_PORTS;
	sc->promise = TW_NAT_NO_LOSS;
}

static void rfc1337(struct tw_nat_scenario *sc)
{
	sc->set.rfc1337 = !sc->set.rfc1337;
	sc->recovers = !sc->set.rfc1337;
}

static void client_closes(struct tw_nat_scenario *sc)
{
	sc->set.closer = TW_NAT_CLIENT_CLOSES;
	sc->promise = TW_NAT_NO_LOSS;
}

static void no_buckets(struct tw_nat_scenario *sc)
{
	sc->set.max_tw_buckets = 0;
	sc->promise = TW_NAT_NO_LOSS;
}

/* clang-format off */
static const struct remedy remedies[] = {
	{ "ts-0", "clients: tcp_timestamps=0", "the clients have no timestamps", no_timestamps },
	{ "ts-2", "clients: tcp_timestamps=2", "the clients' timestamps have no random offsets", one_clock },
	{ "strip", "NAT strips timestamps", "the NAT takes the timestamps out of SYNs", strip },
	{ "ports", "64 ports", "the NAT has 64 ports", more_ports },
	{ "hold", "NAT holds 120 s", "the NAT keeps what is closed for 120 s, and has no other port", longer_hold },
	{ "hold-ports", "120 s and 64 ports", "the NAT keeps what is closed for 120 s, and has 64 ports",
	  longer_hold_more_ports },
	{ "rfc1337", "server: tcp_rfc1337 turned", "the server's tcp_rfc1337 is the other way round", rfc1337 },
	{ "client-closes", "client closes first", "the client closes first", client_closes },
	{ "buckets", "server: no TIME_WAIT bucket", "the server keeps no TIME_WAIT at all", no_buckets },
};
/* clang-format on */

enum {
	BASES = sizeof(bases) / sizeof(*bases),
	CONTROLS = sizeof(controls) / sizeof(*controls),
	SLOW = sizeof(slow_ones) / sizeof(*slow_ones),
	REMEDIES = sizeof(remedies) / sizeof(*remedies),
};

_Static_assert(BASES *(1 + REMEDIES) + CONTROLS + SLOW <= TW_NAT_SCENARIOS_MAX, "room");

static struct tw_nat_scenario *add(struct tw_nat_scenarios *all, const struct tw_nat_scenario *sc)
{
	all->s[all->n] = *sc;
	return &all->s[all->n++];
}

/* Whether the second connection's TSvals are unrelated to the first one's. */
static enum tw_answer unrelated(const struct tw_nat_setting *set, const struct tw_facts *facts)
{
	enum tw_answer per_tuple = tw_facts_tell(facts, "H-57"), per_host;

	if (set->first_ts == 2)
		return TW_NO;
	if (tw_facts_tell(facts, "H-18") == TW_YES)
		return TW_YES;
	if (per_tuple == TW_YES || set->second == TW_NAT_SAME_HOST)
		return per_tuple;
	per_host = tw_facts_tell(facts, "H-19");
	return per_host == TW_NO ? per_tuple : per_host;
}

static void fit(struct tw_nat_scenario *sc, const struct tw_facts *facts)
{
	const struct tw_nat_setting *set = &sc->set;
	enum tw_answer random;

	if (sc->promise != TW_NAT_LOSES || !set->second_ts || set->strips_ts)
		return;
	random = unrelated(set, facts);
	if (random != TW_YES)
		sc->promise = random == TW_NO ? TW_NAT_NO_LOSS : TW_NAT_ANYTHING;
}

static void add_remedy(struct tw_nat_scenarios *all, const struct tw_nat_scenario *base,
		       const struct remedy *remedy, const struct tw_facts *facts)
{
	unsigned at = all->n;
	struct tw_nat_scenario *sc = add(all, base);

	snprintf(all->id[at], sizeof(all->id[at]), "%s/%s", base->id, remedy->id);
	snprintf(all->says[at], sizeof(all->says[at]), "%s; but %s", base->says, remedy->says);
	sc->id = all->id[at];
	sc->says = all->says[at];
	sc->base = base->id;
	sc->remedy = remedy->name;
	remedy->apply(sc);
	fit(sc, facts);
}

void tw_nat_scenarios_make(const struct tw_facts *facts, struct tw_nat_scenarios *ret)
{
	ret->n = 0;
	for (unsigned i = 0; i < BASES; i++)
		fit(add(ret, &bases[i]), facts);
	for (unsigned i = 0; i < CONTROLS; i++) {
		struct tw_nat_scenario *sc = add(ret, &controls[i]);

		sc->control = true;
		sc->promise = TW_NAT_NO_LOSS;
	}
	for (unsigned i = 0; i < SLOW; i++) {
		struct tw_nat_scenario *sc = add(ret, &slow_ones[i]);

		sc->slow = true;
		fit(sc, facts);
	}
	for (unsigned i = 0; i < BASES; i++)
		for (unsigned k = 0; k < REMEDIES; k++)
			add_remedy(ret, &bases[i], &remedies[k], facts);
}

bool tw_nat_recovers_here(const struct tw_facts *facts)
{
	return tw_facts_tell(facts, "H-30") == TW_YES && tw_facts_tell(facts, "H-39") == TW_YES;
}

enum tw_nat_clock_kind tw_nat_clock_here(const struct tw_facts *facts)
{
	enum tw_answer per_tuple = tw_facts_tell(facts, "H-57");
	enum tw_answer per_host = tw_facts_tell(facts, "H-19");

	if (per_tuple == TW_YES || tw_facts_tell(facts, "H-18") == TW_YES)
		return TW_NAT_CLOCK_PER_TUPLE;
	if (per_host == TW_YES)
		return TW_NAT_CLOCK_PER_HOST;
	return per_tuple == TW_NO && per_host == TW_NO ? TW_NAT_CLOCK_ONE : TW_NAT_CLOCK_UNTOLD;
}
