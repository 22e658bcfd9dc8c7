/*
 * One way to have a NAT between clients and a server: who the clients are, what the NAT does, and how the server is set. A
 * scenario is such a setting with what is to be seen in it. Values only; all are string constants or numbers, nobody owns them.
 *
 * A trial of mechanism B: a first connection goes through the NAT, the server (or the client) closes it, the NAT forgets it, and
 * a second connection to the same port of the server is given the same public port if the NAT has only that one.
 */
#ifndef TWPROBE_NAT_SETTING_H
#define TWPROBE_NAT_SETTING_H

#include <stdbool.h>
#include <stdint.h>

enum tw_nat_second {
	TW_NAT_OTHER_HOST, /* the second connection comes from another host */
	TW_NAT_SAME_HOST,  /* from another port of the same host */
};

enum tw_nat_closer {
	TW_NAT_SERVER_CLOSES, /* first: TIME_WAIT is the server's */
	TW_NAT_CLIENT_CLOSES, /* first: TIME_WAIT is behind the NAT */
};

enum {
	TW_NAT_DEFAULT = -1, /* of a sysctl: as the kernel has it */
};

struct tw_nat_setting {
	enum tw_nat_second second;
	enum tw_nat_closer closer;
	/* net.ipv4.tcp_timestamps of who opens the first and the second connection: 0, 1 or 2. Both are the same host's if second
	 * says so, and then are equal. */
	uint8_t first_ts, second_ts;
	/* the NAT */
	unsigned ports; /* public ports that it has for all connections to one port of the server */
	/* seconds for which it keeps a connection that both sides have closed, or that was reset (at most 10 s then) */
	unsigned hold_s;
	bool strips_ts; /* takes the timestamp option out of SYNs */
	bool drops_acks; /* loses the server's answers that are a bare ACK, once the trial's first connection is over */
	bool drops_rsts; /* loses the clients' RSTs */
	/* the server */
	bool rfc1337;       /* net.ipv4.tcp_rfc1337 */
	int max_tw_buckets; /* net.ipv4.tcp_max_tw_buckets, TW_NAT_DEFAULT */
	/* between the connections */
	/* least seconds from the server's TIME_WAIT to the second SYN; hold_s if that is longer */
	unsigned wait_s;
	bool kills_tw; /* SOCK_DESTROY takes TIME_WAIT away */
	/* least seconds for which a connect() is waited for; 0: until it ends by itself */
	unsigned limit_s;
};

/* What a scenario must show. Each trial is held against the rule as well (judge.h). */
enum tw_nat_promise {
	TW_NAT_LOSES, /* some SYNs are rejected (asked for if there are enough trials for it not to be chance) */
	TW_NAT_NO_LOSS,  /* not one is: a control, or a remedy that is complete */
	TW_NAT_ANYTHING, /* both are possible: a remedy that makes loss rarer */
	/*
	 * The NAT has no port for the second connection. It lets none out, or gives it the port of a closed one whose numbers are
	 * behind those of the new SYN (Linux since 6.5, nf_nat_used_tuple_harder()).
	 */
	TW_NAT_EXHAUSTED,
};

struct tw_nat_scenario {
	const char *id;     /* "two-hosts", "two-hosts/ts-2" */
	const char *says;   /* a sentence with a verb */
	const char *base;   /* of a remedy: the scenario that it is tried on; else NULL */
	const char *remedy; /* its short name: "tcp_timestamps=2"; else NULL */
	struct tw_nat_setting set;
	enum tw_nat_promise promise;
	bool recovers; /* a client whose SYN was rejected gets through with a later one */
	bool control;  /* one of those that must show no loss */
	bool slow;     /* takes more than 100 s */
};

#endif
