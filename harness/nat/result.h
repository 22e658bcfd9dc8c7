/*
 * What was measured of a NAT, trial by trial. Plain data without pointers: it lives in memory that the workers share with their
 * parent. Times are CLOCK_MONOTONIC in ns, numbers in host byte order.
 */
#ifndef TWPROBE_NAT_RESULT_H
#define TWPROBE_NAT_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "nat/setting.h"
#include "twprobe/evidence.h"
#include "twprobe/seg.h"

enum {
	TW_NAT_TRIALS_MAX = 128,
	TW_NAT_PACKETS_MAX = 112,
	TW_NAT_MOVED_MAX = 8,
};

enum tw_nat_side {
	TW_NAT_INSIDE,  /* between client and NAT */
	TW_NAT_OUTSIDE, /* between NAT and server */
};

struct tw_nat_packet {
	uint64_t at;
	enum tw_nat_side side;
	bool from_server;
	struct tw_addr client; /* the client's address, or the public one outside */
	uint16_t client_port;
	struct tw_seg seg;
};

enum tw_nat_answer {
	TW_NAT_NOTHING,
	TW_NAT_SYN_ACK,
	TW_NAT_ACK,
	TW_NAT_RST,
};

enum tw_nat_outcome {
	TW_NAT_VOID, /* no verdict, see trouble */
	TW_NAT_ACCEPTED, /* the first SYN that reached the server was answered by a SYN-ACK, and connect() succeeded */
	TW_NAT_RECOVERED,     /* it was rejected; connect() succeeded later */
	TW_NAT_UNCONNECTED,   /* it was rejected; no success until the limit */
	TW_NAT_TIMED_OUT,     /* it was rejected; connect() ended with an error (so_error) */
	TW_NAT_NOT_FORWARDED, /* the NAT let no SYN of it out (until the limit) */
};

/* What the rule says of the SYN that the server saw first, see rules.h. */
enum tw_nat_rule {
	TW_NAT_RULE_ACCEPTS,
	TW_NAT_RULE_PAWS, /* rejected: TSval older than T */
	TW_NAT_RULE_SEQ,  /* rejected: sequence number not above R */
};

struct tw_nat_trial {
	/* the first connection, as seen outside */
	bool entered;       /* sock_diag showed TIME_WAIT just before the second SYN */
	bool ts;            /* it had timestamps; then T is valid */
	uint32_t r, s, t;   /* RCV.NXT, SND.NXT and TS.Recent of the server's TIME_WAIT */
	int left_ms;        /* of its timer, just before the second SYN; -1 without one */
	uint64_t closed_at; /* when the first connection was over */
	struct tw_addr first_client;
	uint16_t first_port, first_public; /* the client's, the NAT's */
	uint16_t server_port;

	/* the second connection */
	struct tw_addr client;
	uint64_t connect_at;          /* connect() was called */
	uint64_t connect_ns;          /* until it succeeded or failed, or until it was given up */
	int so_error;                 /* 0, or why connect() failed */
	bool syn_inside, syn_outside; /* its first SYN was seen; */
	struct tw_nat_packet inside, outside; /* that SYN before and after the NAT */
	bool reused;               /* outside its ports are those of the first connection */
	enum tw_nat_answer answer; /* of the server to that SYN */
	enum tw_nat_rule rule;
	unsigned syns;     /* of this connection, that reached the server */
	unsigned rejected; /* of them, those that an ACK answered */
	/* from the RST (or the rejecting ACK) to the next SYN, inside; 0: there was none */
	uint64_t second_syn_ns;
	enum tw_nat_outcome outcome;
	/* server's counters around the time of connect(); only where no other trial's packets were seen then */
	bool counted;
	unsigned n_moved;
	struct tw_moved moved[TW_NAT_MOVED_MAX];

	/* all of the second connection; those beyond the room are counted, not kept */
	unsigned n_packets;
	struct tw_nat_packet packet[TW_NAT_PACKETS_MAX];
	char trouble[160];

	bool ended;        /* connect() succeeded or failed */
	unsigned paws;     /* SYNs outside that the rule rejects for their timestamp, */
	unsigned low;      /* for their sequence number; */
	unsigned silent;   /* of both, those without an answer: the ACKs' rate limit */
	unsigned breaches; /* SYNs that were answered otherwise than the rule says */
};

enum tw_nat_verdict {
	TW_NAT_PASS,
	TW_NAT_FAIL,
	TW_NAT_SKIP,
	TW_NAT_ERROR,
};

/* A rate with its 95 % confidence interval (Wilson). */
struct tw_nat_rate {
	unsigned n, of;
	double low, high;
};

struct tw_nat_result {
	unsigned scenario; /* index into the run's scenarios */
	bool done;         /* the worker came to its end */
	unsigned n_trials;
	struct tw_nat_trial trial[TW_NAT_TRIALS_MAX];
	/* over all second connections, whose sum the packets must tell as well */
	uint64_t paws_rejected; /* TcpExtPAWSTimewait, or TcpExtPAWSEstab where there is no such */
	uint64_t skipped_acks;  /* TcpExtTCPACKSkippedTimeWait */
	uint64_t pcap_drops;
	double wall_s;

	/* from the judge */
	enum tw_nat_verdict verdict;
	char why[240]; /* not PASS: the reason */
	/* trials whose first SYN was rejected, of those that have an outcome */
	struct tw_nat_rate loss;
	struct tw_nat_rate never; /* of all those: never connected */
	unsigned exceptions;      /* trials in which the server did not do what the rule says */
	uint64_t rejected_syns;   /* sum over the trials */
	/* connect() in ms; NAN where there is none */
	double accepted_ms,
		lost_ms; /* medians of accepted ones; of those that were rejected and recovered */
	double second_syn_ms[3]; /* least, median, largest of second_syn_ns */
};

/* TSvals of one host's SYNs to one port of a server from many ports, or from many hosts. */
enum {
	TW_NAT_CLOCKS_MAX = 256,
};

struct tw_nat_clock {
	uint8_t timestamps; /* net.ipv4.tcp_timestamps */
	uint8_t host;       /* 0, 1: addresses of the client */
	uint16_t port;
	uint64_t at;
	uint32_t tsval;
	/* tsval - milliseconds of CLOCK_MONOTONIC: the same for all that share a clock */
	uint32_t offset;
};

enum tw_nat_clock_kind {
	TW_NAT_CLOCK_UNTOLD,
	TW_NAT_CLOCK_ONE,       /* one clock for all hosts of the machine */
	TW_NAT_CLOCK_PER_HOST,  /* an offset per pair of hosts */
	TW_NAT_CLOCK_PER_TUPLE, /* an offset per 4-tuple */
};

struct tw_nat_clocks {
	unsigned n;
	struct tw_nat_clock c[TW_NAT_CLOCKS_MAX];
	enum tw_nat_clock_kind kind[3]; /* by net.ipv4.tcp_timestamps; [0] is unused */
	bool done;
	bool skipped; /* this kernel lacks what trouble names */
	char trouble[240];
};

/* Raw SYNs on tuples in TIME_WAIT, through the NAT: one dot each. */
enum {
	TW_NAT_DOTS_MAX = 1024,
};

struct tw_nat_dot {
	int32_t dts, disn; /* TSval - T, ISN - R */
	enum tw_nat_answer answer;
	enum tw_nat_rule rule;
};

struct tw_nat_plane {
	unsigned n;
	struct tw_nat_dot dot[TW_NAT_DOTS_MAX];
	unsigned exceptions;
	bool done;
	bool skipped; /* this kernel lacks what trouble names */
	char trouble[240];
};

/* Success against the time between close and reuse; raw SYNs with an older TSval. */
enum {
	TW_NAT_STEPS_MAX = 256,
};

enum tw_nat_series {
	TW_NAT_ALONE,    /* the only SYN on its tuple */
	TW_NAT_REPEATED, /* one of many on the same tuple: each restarts the timer */
};

struct tw_nat_step {
	enum tw_nat_series series;
	uint16_t tuple;
	double at_s;                       /* since TIME_WAIT was entered */
	int left_before_ms, left_after_ms; /* of the timer; -1: there is none */
	enum tw_nat_answer answer;
};

struct tw_nat_steps {
	unsigned n;
	struct tw_nat_step step[TW_NAT_STEPS_MAX];
	unsigned exceptions;
	bool done;
	bool skipped; /* this kernel lacks what trouble names */
	char trouble[240];
};

#endif
