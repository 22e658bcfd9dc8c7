#include "nat/recycle_impl.h"

#include "nat/rules.h"

static const uint64_t second_ns = 1000000000;

/* May a SYN pass for what the server already has of its tuple? If so, it is not asked where it comes from. */
static bool tuple_takes(struct tw_recycle *recycle, struct recycle_conn *conn,
			const struct tw_seg *syn)
{
	struct tw_nat_entry entry = { conn->ts, conn->ts_recent, conn->rcv_nxt };
	enum tw_nat_rule rule;

	if (conn->state != RECYCLE_TIME_WAIT)
		return conn->state != RECYCLE_ASKED;
	rule = tw_nat_rule_of(&entry, syn->ts, syn->tsval, syn->seq);
	if (rule == TW_NAT_RULE_ACCEPTS)
		conn->state = RECYCLE_ASKED;
	else if (tw_nat_rule_restarts(rule))
		recycle_conn_lives(recycle, conn, RECYCLE_LONG);
	return true;
}

static enum tw_recycle_says host_says(const struct tw_recycle *recycle, const struct tw_flow *flow,
				      const struct tw_seg *syn)
{
	const struct recycle_host *host = recycle_host_find(recycle, flow->family, &flow->peer);

	return host ? tw_recycle_rule_of(recycle->rule, &host->stamp, recycle->s, syn->ts,
					 syn->tsval)
		    : TW_RECYCLE_PASS;
}

static enum tw_recycle_says syn_from_peer(struct tw_recycle *recycle, const struct tw_flow *flow,
					  struct recycle_conn *conn, const struct tw_seg *syn)
{
	enum tw_recycle_says says = TW_RECYCLE_PASS;

	if (!conn || !tuple_takes(recycle, conn, syn))
		says = host_says(recycle, flow, syn);
	if (says != TW_RECYCLE_PASS)
		return says;
	if (!conn)
		conn = recycle_conn_add(recycle, flow);
	if (!conn)
		return says;
	conn->syn_seq = syn->seq;
	conn->syn_ts = syn->ts;
	conn->syn_tsval = syn->tsval;
	conn->syn_wscale = syn->wscale;
	if (conn->state == RECYCLE_ASKED)
		recycle_conn_lives(recycle, conn, RECYCLE_HALF_OPEN_LIFE);
	return says;
}

enum tw_recycle_says tw_recycle_segment(struct tw_recycle *recycle, uint64_t at_ns,
					const struct tw_flow *flow, bool from_server,
					const struct tw_seg *seg)
{
	struct recycle_conn *conn;

	recycle->at = at_ns;
	recycle->s = (uint32_t)(at_ns / second_ns);
	recycle_conns_retire(recycle);
	conn = recycle_conn_find(recycle, flow);
	if (!from_server && (seg->flags & (TW_SYN | TW_ACK | TW_RST | TW_FIN)) == TW_SYN)
		return syn_from_peer(recycle, flow, conn, seg);
	if (conn && from_server)
		recycle_conn_from_server(recycle, conn, seg);
	else if (conn)
		recycle_conn_from_peer(recycle, conn, seg);
	return TW_RECYCLE_PASS;
}

bool tw_recycle_host(const struct tw_recycle *recycle, enum tw_family family,
		     const struct tw_addr *host, uint64_t at_ns, uint32_t *ret_ts,
		     uint32_t *ret_age_s)
{
	const struct recycle_host *found = recycle_host_find(recycle, family, host);

	if (!found)
		return false;
	*ret_ts = found->stamp.ts;
	*ret_age_s = (uint32_t)(at_ns / second_ns) - found->stamp.s;
	return true;
}

unsigned tw_recycle_overflows(const struct tw_recycle *recycle)
{
	return recycle->overflows;
}
