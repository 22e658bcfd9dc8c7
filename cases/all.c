/*
 * The suite: all tables in a row.
 */
#include "cases.h"

/* clang-format off */
static const struct tw_case_table *const tables[] = {
	&tw_cases_syn,
	&tw_cases_nots,
	&tw_cases_ack,
	&tw_cases_fin,
	&tw_cases_rst,
	&tw_cases_rfc1337,
	&tw_cases_data,
	&tw_cases_flags,
	&tw_cases_paws,
	&tw_cases_ts,
	&tw_cases_wrap,
	&tw_cases_limit,
	&tw_cases_listen,
	&tw_cases_restart,
	&tw_cases_handshake,
	&tw_cases_enter,
	&tw_cases_dead,
	&tw_cases_halfopen,
	&tw_cases_linger,
	&tw_cases_bind,
	&tw_cases_hostpaws,
	&tw_cases_finwait2,
	&tw_cases_finwait2_data,
	&tw_cases_finwait2_life,
	&tw_cases_client,
	&tw_cases_opening,
	&tw_cases_md5,
	&tw_cases_mss,
	&tw_cases_pmtu,
	&tw_cases_pmtu_udp,
	&tw_cases_nat,
	&tw_cases_recycle,
	&tw_cases_options,
	&tw_cases_overflow,
	&tw_cases_close,
	&tw_cases_closed,
	&tw_cases_told,
	&tw_cases_nagle,
	&tw_cases_keepalive,
	&tw_cases_rto,
	&tw_cases_states,
	&tw_cases_inherit,
	&tw_cases_inherit_answer,
	&tw_cases_reuse,
	&tw_cases_takeover,
	&tw_cases_backlog,
	&tw_cases_cookies,
	&tw_cases_ports,
	&tw_cases_udp,
	&tw_cases_share,
	&tw_cases_flood,
	&tw_cases_before,
	&tw_cases_before_match,
	&tw_cases_idle,
	&tw_cases_idle_clock,
};
/* clang-format on */

enum {
	N_TABLES = sizeof(tables) / sizeof(tables[0])
};

const struct tw_case *tw_case_at(size_t i)
{
	for (size_t t = 0; t < N_TABLES; t++) {
		if (i < tables[t]->n)
			return &tables[t]->rows[i];
		i -= tables[t]->n;
	}
	return NULL;
}

size_t tw_case_count(void)
{
	size_t n = 0;

	for (size_t t = 0; t < N_TABLES; t++)
		n += tables[t]->n;
	return n;
}

unsigned tw_case_steps(const struct tw_case *row)
{
	unsigned n = row->n_steps ? row->n_steps : TW_ROW_STEPS;

	if (row->scenario)
		return 1;
	while (!row->n_steps && n > 0 && !row->step[n - 1].expect.reply)
		n--;
	return n;
}

uint32_t tw_case_waits_ms(const struct tw_case *row)
{
	uint32_t ms = 0;

	for (unsigned i = 0; i < tw_case_steps(row); i++)
		ms += row->step[i].pause_ms * (row->step[i].times ? row->step[i].times : 1);
	return ms;
}
