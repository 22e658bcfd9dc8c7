/*
 * Kernels that are not here: the facts that they would show. The names are the literals'; the arrays the caller's.
 */
#ifndef KERNELS_H
#define KERNELS_H

#include <stdlib.h>
#include <string.h>

#include "twprobe/facts.h"

enum {
	NAMES = 24
};

struct kernel {
	const char *is;
	char *names[NAMES]; /* sorted */
};

#define MEMBERS_TO_5_17 "btf", "btf:inet_timewait_sock.tw_mark", "btf:tcp_skb_cb.tcp_tw_isn"
#define LIMITED         "TcpExtTCPACKSkippedTimeWait", "TcpExtTCPChallengeACK"

static const struct kernel k2_6_37 = { "2.6.37", { "TcpExtPAWSPassive", "linux:2.6.37" } };
static const struct kernel k3_2 = { "3.2", { "TcpExtPAWSPassive", "linux:3.2.102" } };
static const struct kernel k4_11 = {
	"4.11", { LIMITED, "TcpExtPAWSPassive", "default:net.ipv4.tcp_tw_reuse=0", "linux:4.11.12" }
};
/* neither BTF nor kallsyms */
static const struct kernel k4_14 = { "4.14",
				     { LIMITED, "default:net.core.somaxconn=128",
				       "default:net.ipv4.tcp_tw_reuse=0", "linux:4.14.100" } };
static const struct kernel k5_10 = { "5.10",
				     { LIMITED, MEMBERS_TO_5_17, "default:net.core.somaxconn=4096",
				       "default:net.ipv4.tcp_tw_reuse=2", "linux:5.10.218" } };
static const struct kernel k6_1_4 = { "6.1.4",
				      { LIMITED, MEMBERS_TO_5_17, "default:net.ipv4.tcp_tw_reuse=2",
					"linux:6.1.4", "reason:TCP_CSUM", "reason:TCP_FLAGS" } };
static const struct kernel k6_6 = { "6.6",
				    { LIMITED, "btf", "btf:inet_timewait_sock.tw_mark",
				      "btf:inet_timewait_sock.tw_tb2", "btf:tcp_skb_cb.tcp_tw_isn",
				      "default:net.ipv4.tcp_tw_reuse=2", "linux:6.6.30",
				      "net.ipv4.tcp_syn_linear_timeouts", "reason:TCP_FLAGS" } };
static const struct kernel k6_12 = {
	"6.12",
	{ LIMITED, "btf", "btf:inet_timewait_sock.tw_mark", "btf:inet_timewait_sock.tw_tb2",
	  "btf:inet_timewait_sock.tw_usec_ts", "default:net.ipv4.tcp_tw_reuse=2", "linux:6.12.40",
	  "net.ipv4.tcp_syn_linear_timeouts", "reason:TCP_FLAGS", "sym:tcp_do_parse_auth_options" }
};
#define NAMES_OF_6_18                                                                 \
	"TcpExtBeyondWindow", "TcpExtPAWSOldAck", "TcpExtPAWSTimewait", LIMITED,      \
		"TcpExtTSEcrRejected", "btf", "btf:inet_timewait_sock.tw_mark",       \
		"btf:inet_timewait_sock.tw_tb2", "btf:inet_timewait_sock.tw_usec_ts", \
		"sym:tcp_do_parse_auth_options"
static const struct kernel k6_18_15 = { "6.18.15",
					{ NAMES_OF_6_18, "btf:tcp_tw_status.TCP_TW_ACK_OOW",
					  "linux:6.18.15", "net.ipv4.tcp_syn_linear_timeouts",
					  "net.ipv4.tcp_tw_reuse_delay", "reason:TCP_FLAGS",
					  "reason:TCP_RFC7323_TW_PAWS" } };
static const struct kernel k6_19 = {
	"6.19.8",
	{ NAMES_OF_6_18, "btf:tcp_tw_status.TCP_TW_ACK_OOW", "linux:6.19.8",
	  "net.ipv4.tcp_syn_linear_timeouts", "net.ipv4.tcp_tw_reuse_delay", "reason:TCP_FLAGS",
	  "reason:TCP_RFC7323_TW_PAWS", "sym:secure_tcp_seq_and_ts_off" }
};
static const struct kernel k7_2 = {
	"7.2",
	{ NAMES_OF_6_18, "btf:tcp_skb_cb.tcp_tw_isn", "btf:tcp_tw_status.TCP_TW_ACK_OOW",
	  "linux:7.2.12", "net.ipv4.tcp_syn_linear_timeouts", "net.ipv4.tcp_tw_reuse_delay",
	  "reason:TCP_FLAGS", "reason:TCP_RFC7323_TW_PAWS", "sym:secure_tcp_seq_and_ts_off",
	  "sym:tcp_reqsk_send_challenge_ack" }
};
/* 6.18.30 without BTF or kallsyms: its release is between those that were read */
static const struct kernel k6_18_30 = { "6.18.30",
					{ "TcpExtPAWSTimewait", LIMITED, "linux:6.18.30" } };
static const struct kernel el8 = { "el8", { LIMITED, "kallsyms", "linux:4.18+" } };
static const struct kernel unpatched = { "5.15", { LIMITED, "linux:5.15" } };

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct tw_facts facts_of(const struct kernel *k, char *names[NAMES])
{
	struct tw_facts facts = { .names = names };

	memcpy(names, k->names, sizeof(k->names));
	while (facts.n_names < NAMES && names[facts.n_names])
		facts.n_names++;
	qsort(names, facts.n_names, sizeof(*names), by_name);
	return facts;
}

static const struct kernel *const all_kernels[] __attribute__((unused)) = {
	&k2_6_37, &k3_2,     &k4_11, &k4_14, &k5_10,    &k6_1_4, &k6_6,
	&k6_12,   &k6_18_15, &k6_19, &k7_2,  &k6_18_30, &el8,    &unpatched,
};

#endif
