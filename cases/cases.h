/*
 * The tables of the suite, one per file, in the order in which they are listed and run. Constant
 * data; nobody owns anything.
 */
#ifndef TWPROBE_CASES_CASES_H
#define TWPROBE_CASES_CASES_H

#include <stddef.h>

#include "twprobe/case.h"

struct tw_case_table {
	const struct tw_case *rows;
	size_t n;
};

/* In a table's file, after `static const struct tw_case rows[]`: exports it as tw_cases_<name>. */
#define TW_CASE_TABLE(name_)                            \
	const struct tw_case_table tw_cases_##name_ = { \
		.rows = rows,                           \
		.n = sizeof(rows) / sizeof(rows[0]),    \
	}

extern const struct tw_case_table tw_cases_syn;
extern const struct tw_case_table tw_cases_nots;
extern const struct tw_case_table tw_cases_ack;
extern const struct tw_case_table tw_cases_fin;
extern const struct tw_case_table tw_cases_rst;
extern const struct tw_case_table tw_cases_rfc1337;
extern const struct tw_case_table tw_cases_data;
extern const struct tw_case_table tw_cases_flags;
extern const struct tw_case_table tw_cases_paws;
extern const struct tw_case_table tw_cases_ts;
extern const struct tw_case_table tw_cases_wrap;
extern const struct tw_case_table tw_cases_limit;
extern const struct tw_case_table tw_cases_listen;
extern const struct tw_case_table tw_cases_restart;
extern const struct tw_case_table tw_cases_handshake;
extern const struct tw_case_table tw_cases_enter;
extern const struct tw_case_table tw_cases_dead;
extern const struct tw_case_table tw_cases_finwait2;
extern const struct tw_case_table tw_cases_finwait2_data;
extern const struct tw_case_table tw_cases_halfopen;
extern const struct tw_case_table tw_cases_linger;
extern const struct tw_case_table tw_cases_bind;
extern const struct tw_case_table tw_cases_client;
extern const struct tw_case_table tw_cases_opening;
extern const struct tw_case_table tw_cases_close;
extern const struct tw_case_table tw_cases_closed;
extern const struct tw_case_table tw_cases_told;
extern const struct tw_case_table tw_cases_nagle;
extern const struct tw_case_table tw_cases_keepalive;
extern const struct tw_case_table tw_cases_reuse;
extern const struct tw_case_table tw_cases_takeover;
extern const struct tw_case_table tw_cases_ports;
extern const struct tw_case_table tw_cases_udp;
extern const struct tw_case_table tw_cases_share;
extern const struct tw_case_table tw_cases_hostpaws;
extern const struct tw_case_table tw_cases_finwait2_life;
extern const struct tw_case_table tw_cases_md5;
extern const struct tw_case_table tw_cases_mss;
extern const struct tw_case_table tw_cases_pmtu;
extern const struct tw_case_table tw_cases_pmtu_udp;
extern const struct tw_case_table tw_cases_nat;
extern const struct tw_case_table tw_cases_recycle;
extern const struct tw_case_table tw_cases_options;
extern const struct tw_case_table tw_cases_overflow;
extern const struct tw_case_table tw_cases_states;
extern const struct tw_case_table tw_cases_inherit;
extern const struct tw_case_table tw_cases_inherit_answer;
extern const struct tw_case_table tw_cases_backlog;
extern const struct tw_case_table tw_cases_cookies;
extern const struct tw_case_table tw_cases_flood;
extern const struct tw_case_table tw_cases_rto;
extern const struct tw_case_table tw_cases_before;
extern const struct tw_case_table tw_cases_before_match;
extern const struct tw_case_table tw_cases_idle;
extern const struct tw_case_table tw_cases_idle_clock;

#endif
