/*
 * A topology with everything that trials of mechanism B need: the NAT as the setting wants it, listeners on the server, real clients,
 * eyes in front of the NAT and behind it, the server's counters and sock_diag. One process, one thread. Trial i is the connection to
 * port TW_LAB_FIRST_PORT + i of the server, so that all trials have a tuple of their own and one public port can serve them all.
 */
#ifndef TWPROBE_NATLAB_LAB_H
#define TWPROBE_NATLAB_LAB_H

#include "base/counters.h"
#include "nat/result.h"
#include "natlab/agree.h"
#include "natlab/capture.h"
#include "netns/topo_nat.h"
#include "stand/proc_counters.h"
#include "stand/twdiag.h"
#include "twprobe/err.h"

enum {
	TW_LAB_FIRST_PORT = 20000, /* of the server */
};

struct tw_nat_lab {
	const struct tw_nat_setting *set;
	struct tw_topo_nat topo;
	struct tw_nat_capture *capture;
	struct tw_proc_counters *proc;
	struct tw_diag *diag;
	struct tw_nat_result *res; /* the caller's; res->n_trials trials are made */
	int listener[TW_NAT_TRIALS_MAX], fd[TW_NAT_TRIALS_MAX]; /* fd: the client's */
	int served[TW_NAT_TRIALS_MAX]; /* the server's end of the first connection */
	/*
	 * Where the clients' addresses and ports begin. The kernel's TSval offsets and ISNs are hashes of addresses and ports under a
	 * secret that lasts until the next boot: with the same ones every run, and every scenario, would throw the same dice.
	 */
	unsigned first_host;
	uint16_t first_port;
	bool second;      /* the phase: packets belong to the second connections */
	unsigned current; /* trial whose connect() is under way; */
	unsigned others;  /* packets of other trials seen since */
	struct tw_counters before, after, start; /* of the server */
	struct tw_agree agree;
};

/* Opens everything. @seed: see first_host. On failure nothing is left. 0; -EOPNOTSUPP: the kernel lacks something; other negative errno. */
int tw_nat_lab_open(struct tw_nat_lab *lab, const struct tw_nat_setting *set, uint64_t seed,
		    struct tw_nat_result *res, struct tw_err *err);
void tw_nat_lab_close(struct tw_nat_lab *lab);

/* Takes in what was captured. 0 or negative errno. */
int tw_nat_lab_drain(struct tw_nat_lab *lab, struct tw_err *err);

/* The tuple of a trial's first connection, as the server has it. */
struct tw_flow tw_nat_lab_flow(const struct tw_nat_lab *lab, unsigned trial);

/*
 * The first connections, one after the other: opened, closed by both sides, waited for until the NAT has forgotten them. A trial that
 * fails has trouble. 0 or negative errno.
 */
int tw_nat_lab_first(struct tw_nat_lab *lab, struct tw_err *err);

/* Between the two: reads the server's counters, and from now on the path loses what the setting says. 0 or negative errno. */
int tw_nat_lab_settle(struct tw_nat_lab *lab, struct tw_err *err);

/* The second connections, and what becomes of them until the setting's limit. 0 or negative errno. */
int tw_nat_lab_second(struct tw_nat_lab *lab, struct tw_err *err);

/*
 * The end: takes in the rest, and fills in what the server counted since then, and what the sniffers lost. 0; -EPROTO: see agree.h;
 * other negative errno.
 */
int tw_nat_lab_count(struct tw_nat_lab *lab, struct tw_err *err);

/*
 * All of it: opens, plays, closes. Fills @res (whose n_trials is set) but for what the judge fills in; never fails otherwise. @seed
 * chooses the clients' addresses and ports.
 */
void tw_nat_lab_run(const struct tw_nat_setting *set, uint64_t seed, struct tw_nat_result *res);

#endif
