/* Connections and hosts in hash tables of a fixed size; every step takes the same time, however many there are. */
#include "nat/recycle_impl.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t life_ns[RECYCLE_LIVES] = {
	[RECYCLE_HALF_OPEN_LIFE] = UINT64_C(63000000000),
	[RECYCLE_SHORT] = TW_RECYCLE_TW_MS * UINT64_C(1000000),
	[RECYCLE_LONG] = UINT64_C(60000000000),
};

static size_t addr_size(enum tw_family family)
{
	return family == TW_IPV4 ? 4 : 16;
}

static bool addr_equal(enum tw_family family, const struct tw_addr *a, const struct tw_addr *b)
{
	return memcmp(a->b, b->b, addr_size(family)) == 0;
}

static bool flow_equal(const struct tw_flow *a, const struct tw_flow *b)
{
	return a->peer_port == b->peer_port && a->dut_port == b->dut_port &&
	       a->family == b->family && addr_equal(a->family, &a->peer, &b->peer) &&
	       addr_equal(a->family, &a->dut, &b->dut);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

static uint64_t addr_hash(uint64_t hash, enum tw_family family, const struct tw_addr *addr)
{
	uint32_t word;

	for (size_t i = 0; i < addr_size(family); i += sizeof(word)) {
		memcpy(&word, addr->b + i, sizeof(word));
		hash = mix(hash, word);
	}
	return hash ^ hash >> 32;
}

static unsigned flow_slot(const struct tw_recycle *recycle, const struct tw_flow *flow)
{
	uint64_t hash = mix(flow->family, (uint64_t)flow->peer_port << 16 | flow->dut_port);

	hash = addr_hash(hash, flow->family, &flow->dut);
	return (unsigned)addr_hash(hash, flow->family, &flow->peer) & recycle->conn_mask;
}

static void unlink_life(struct tw_recycle *recycle, struct recycle_conn *conn)
{
	if (conn->life == RECYCLE_FOREVER)
		return;
	*(conn->earlier ? &conn->earlier->later : &recycle->lives[conn->life].first) = conn->later;
	*(conn->later ? &conn->later->earlier : &recycle->lives[conn->life].last) = conn->earlier;
	conn->life = RECYCLE_FOREVER;
}

void recycle_conn_lives(struct tw_recycle *recycle, struct recycle_conn *conn,
			enum recycle_life life)
{
	unlink_life(recycle, conn);
	if (life == RECYCLE_FOREVER)
		return;
	conn->life = life;
	conn->ends_at = recycle->at + life_ns[life];
	conn->earlier = recycle->lives[life].last;
	conn->later = NULL;
	*(conn->earlier ? &conn->earlier->later : &recycle->lives[life].first) = conn;
	recycle->lives[life].last = conn;
}

struct recycle_conn *recycle_conn_find(struct tw_recycle *recycle, const struct tw_flow *flow)
{
	struct recycle_conn *conn = recycle->conn_table[flow_slot(recycle, flow)];

	while (conn && !flow_equal(&conn->flow, flow))
		conn = conn->chain;
	return conn;
}

struct recycle_conn *recycle_conn_add(struct tw_recycle *recycle, const struct tw_flow *flow)
{
	struct recycle_conn *conn = recycle->free, **slot;

	if (!conn) {
		recycle->overflows++;
		return NULL;
	}
	recycle->free = conn->chain;
	slot = &recycle->conn_table[flow_slot(recycle, flow)];
	*conn = (struct recycle_conn){ .flow = *flow, .chain = *slot };
	*slot = conn;
	return conn;
}

void recycle_conn_remove(struct tw_recycle *recycle, struct recycle_conn *conn)
{
	struct recycle_conn **link = &recycle->conn_table[flow_slot(recycle, &conn->flow)];

	while (*link != conn)
		link = &(*link)->chain;
	*link = conn->chain;
	unlink_life(recycle, conn);
	conn->chain = recycle->free;
	recycle->free = conn;
}

void recycle_conns_retire(struct tw_recycle *recycle)
{
	for (int life = RECYCLE_FOREVER + 1; life < RECYCLE_LIVES; life++)
		while (recycle->lives[life].first &&
		       recycle->lives[life].first->ends_at <= recycle->at)
			recycle_conn_remove(recycle, recycle->lives[life].first);
}

static struct recycle_host **host_slot(const struct tw_recycle *recycle, enum tw_family family,
				       const struct tw_addr *addr)
{
	return &recycle->host_table[addr_hash(family, family, addr) & recycle->host_mask];
}

struct recycle_host *recycle_host_find(const struct tw_recycle *recycle, enum tw_family family,
				       const struct tw_addr *addr)
{
	struct recycle_host *host = *host_slot(recycle, family, addr);

	while (host && (host->family != family || !addr_equal(family, &host->addr, addr)))
		host = host->chain;
	return host;
}

struct recycle_host *recycle_host_get(struct tw_recycle *recycle, enum tw_family family,
				      const struct tw_addr *addr)
{
	struct recycle_host *host = recycle_host_find(recycle, family, addr), **slot;

	if (host)
		return host;
	if (recycle->hosts == recycle->hosts_max) {
		recycle->overflows++;
		return NULL;
	}
	host = &recycle->host_pool[recycle->hosts++];
	slot = host_slot(recycle, family, addr);
	*host = (struct recycle_host){ .family = family, .addr = *addr, .chain = *slot };
	*slot = host;
	return host;
}

static unsigned power_of_two(unsigned least)
{
	unsigned ret = 1;

	while (ret < least && ret < 1u << 31)
		ret *= 2;
	return ret;
}

struct tw_recycle *tw_recycle_new(enum tw_recycle_rule rule, unsigned hosts, unsigned conns)
{
	struct tw_recycle *recycle = calloc(1, sizeof(*recycle));

	if (!recycle)
		return NULL;
	recycle->rule = rule;
	recycle->hosts_max = hosts;
	recycle->conn_mask = power_of_two(conns) - 1;
	recycle->host_mask = power_of_two(hosts) - 1;
	recycle->conns = calloc((size_t)conns + 1, sizeof(*recycle->conns));
	recycle->conn_table = calloc((size_t)recycle->conn_mask + 1, sizeof(struct recycle_conn *));
	recycle->host_pool = calloc((size_t)hosts + 1, sizeof(*recycle->host_pool));
	recycle->host_table = calloc((size_t)recycle->host_mask + 1, sizeof(struct recycle_host *));
	if (!recycle->conns || !recycle->conn_table || !recycle->host_pool ||
	    !recycle->host_table) {
		tw_recycle_free(recycle);
		return NULL;
	}
	for (unsigned i = 0; i < conns; i++) {
		recycle->conns[i].chain = recycle->free;
		recycle->free = &recycle->conns[i];
	}
	return recycle;
}

void tw_recycle_free(struct tw_recycle *recycle)
{
	if (!recycle)
		return;
	free(recycle->conns);
	free(recycle->conn_table);
	free(recycle->host_pool);
	free(recycle->host_table);
	free(recycle);
}
