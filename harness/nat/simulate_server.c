/* The server: TIME_WAIT by the rule of rules.h, and in front of it, if wanted, hosts by the rule of stamp.h. */
#include "nat/simulate_impl.h"

#include "nat/rules.h"

bool sim_in_time_wait(const struct sim *sim, uint32_t tuple, double now)
{
	return now < sim->tuple[tuple].tw_until;
}

enum sim_answer sim_server_gets_syn(struct sim *sim, const struct sim_conn *conn, double now)
{
	const struct tw_sim_cfg *cfg = sim->cfg;
	struct sim_tuple *tuple = &sim->tuple[conn->tuple];
	bool ts = cfg->clock != TW_SIM_CLOCK_NONE;
	struct tw_nat_entry entry = { ts, tuple->t, tuple->r };
	enum tw_nat_rule rule;

	if (sim_in_time_wait(sim, conn->tuple, now)) {
		rule = tw_nat_rule_of(&entry, ts, sim_tsval(conn, now), conn->isn);
		if (rule == TW_NAT_RULE_ACCEPTS)
			return SIM_SYN_ACK;
		if (tw_nat_rule_restarts(rule))
			tuple->tw_until = now + cfg->tw_s;
		return SIM_ACK;
	}
	if (sim->stamp &&
	    tw_recycle_rule_of(cfg->recycle_rule, &sim->stamp[conn->host % cfg->public_addresses],
			       (uint32_t)now, ts, sim_tsval(conn, now)) != TW_RECYCLE_PASS)
		return SIM_SILENCE;
	return SIM_SYN_ACK;
}

/* Its sequence number is the ACK's, so exactly R. */
void sim_server_gets_rst(struct sim *sim, const struct sim_conn *conn)
{
	if (!sim->cfg->rfc1337)
		sim->tuple[conn->tuple].tw_until = 0;
}

void sim_server_closes(struct sim *sim, const struct sim_conn *conn, double now)
{
	const struct tw_sim_cfg *cfg = sim->cfg;
	struct sim_tuple *tuple = &sim->tuple[conn->tuple];
	double lasts = cfg->tw_s;

	tuple->t = sim_tsval(conn, now);
	tuple->r = conn->isn + 2; /* its SYN and its FIN */
	if (sim->stamp && cfg->clock != TW_SIM_CLOCK_NONE && lasts > 0) {
		tw_recycle_remember(&sim->stamp[conn->host % cfg->public_addresses], (uint32_t)now,
				    tuple->t, (uint32_t)now);
		lasts = TW_RECYCLE_TW_MS / 1000.0;
	}
	tuple->tw_until = now + lasts;
}
