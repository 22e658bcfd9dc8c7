/*
 * The words that all NAT reports share: names of what was found, and numbers as people read them. Pure. Functions with @ret fill the
 * caller's buffer and return it; what is not there (NAN, nothing of nothing) is "-".
 */
#ifndef TWPROBE_NATREPORT_WORDS_H
#define TWPROBE_NATREPORT_WORDS_H

#include "nat/campaign.h"

enum {
	TW_SAY_MAX = 64, /* room for any number, rate or address below */
};

const char *tw_say_verdict(enum tw_nat_verdict verdict);     /* "PASS" */
const char *tw_say_outcome(enum tw_nat_outcome outcome);     /* "recovered" */
const char *tw_say_answer(enum tw_nat_answer answer);        /* "SYN-ACK" */
const char *tw_say_rule(enum tw_nat_rule rule);              /* "paws" */
const char *tw_say_promise(enum tw_nat_promise promise);     /* "no-loss" */
const char *tw_say_clock(enum tw_nat_clock_kind kind);       /* "per 4-tuple" */
const char *tw_say_clock_means(enum tw_nat_clock_kind kind); /* a sentence */
const char *tw_say_recycle(enum tw_recycle_says says);       /* "drop-old" */
const char *tw_say_recycle_rule(enum tw_recycle_rule rule);  /* "kernels 2.6.37 to 3.16 ..." */

char *tw_say_ms(double ms, char *ret, size_t size); /* "0.41 ms", "8.6 ms", "133.7 s" */
char *tw_say_percent(const struct tw_nat_rate *rate, char *ret, size_t size);  /* "54 %" */
char *tw_say_interval(const struct tw_nat_rate *rate, char *ret, size_t size); /* "35..72 %" */
char *tw_say_addr(const struct tw_addr *addr, char *ret,
		  size_t size); /* IPv4, or IPv6 if that is what it is */

/* What a rejected connection needed more than an accepted one, ms; NAN if there are not both. */
double tw_nat_delay_ms(const struct tw_nat_result *res);

/* Signed distances of a trial's SYN outside the NAT to the server's T and R. False if one of them is not there. */
bool tw_nat_trial_dts(const struct tw_nat_trial *trial, int32_t *ret);
bool tw_nat_trial_disn(const struct tw_nat_trial *trial, int32_t *ret);

/*
 * True if the server's counters say what the packets say: @ret_rejected, the SYNs that PAWS rejects, are those that it counted, and
 * those without an answer are the ACKs that it withheld.
 */
bool tw_nat_counted(const struct tw_nat_result *res, uint64_t *ret_rejected);

/* Trials whose second connection found no port of the NAT. */
unsigned tw_nat_without_port(const struct tw_nat_result *res);

/* The numbers of a result may be shown: it came to its end and something was measured. */
bool tw_nat_has_numbers(const struct tw_nat_result *res);

static inline const struct tw_nat_scenario *tw_nat_scenario_of(const struct tw_nat_campaign *c,
							       const struct tw_nat_result *res)
{
	return &c->scenario[res->scenario];
}

/* The result of the scenario called @id, or NULL. */
const struct tw_nat_result *tw_nat_result_of(const struct tw_nat_campaign *c, const char *id);

/* Parts of the reports: base scenarios, controls, remedies. */
enum tw_nat_part {
	TW_NAT_PART_BASE,
	TW_NAT_PART_CONTROL,
	TW_NAT_PART_REMEDY,
	TW_NAT_PARTS,
};

enum tw_nat_part tw_nat_part_of(const struct tw_nat_scenario *s);

#endif
