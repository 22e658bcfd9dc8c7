#include "natlab/lab.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "nat/trial.h"
#include "natlab/lab_socket.h"
#include "natlab/nat_rules.h"
#include "netns/ns.h"
#include "netns/sysctl.h"
#include "twprobe/io.h"

enum {
	RING = 1024 * 1024, /* 4096 frames at each place between two looks */
};

struct tw_flow tw_nat_lab_flow(const struct tw_nat_lab *lab, unsigned trial)
{
	return (struct tw_flow){
		.family = TW_IPV4,
		.dut = tw_topo_server(),
		.peer = tw_topo_public(0),
		.dut_port = lab->res->trial[trial].server_port,
		.peer_port = lab->res->trial[trial].first_public,
	};
}

static int set_number(const char *name, int value, struct tw_err *err)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	return tw_sysctl_set(name, text, err);
}

static int settle_server(void *arg, struct tw_err *err)
{
	const struct tw_nat_lab *lab = arg;
	int res = set_number("net.ipv4.tcp_rfc1337", lab->set->rfc1337, err);

	if (res == 0 && lab->set->max_tw_buckets != TW_NAT_DEFAULT)
		res = set_number("net.ipv4.tcp_max_tw_buckets", lab->set->max_tw_buckets, err);
	return res;
}

static int open_server(void *arg, struct tw_err *err)
{
	struct tw_nat_lab *lab = arg;

	lab->diag = tw_diag_open(err);
	if (!lab->diag)
		return -EIO;
	return tw_proc_counters_open(&lab->proc, err);
}

/* Where the server's counters begin. */
static int note_begin(struct tw_nat_lab *lab, struct tw_err *err)
{
	int res = tw_proc_counters_read(lab->proc, &lab->start, err);

	if (res == 0)
		tw_agree_begin(&lab->agree, &lab->start);
	return res;
}

static int open_listeners(struct tw_nat_lab *lab, struct tw_err *err)
{
	struct tw_addr server = tw_topo_server();

	for (unsigned i = 0; i < lab->res->n_trials; i++) {
		lab->res->trial[i].server_port = TW_LAB_FIRST_PORT + i;
		lab->listener[i] =
			tw_lab_listen(lab->topo.server_ns, &server, TW_LAB_FIRST_PORT + i, 8, err);
		if (lab->listener[i] < 0)
			return lab->listener[i];
	}
	return 0;
}

/* Ports below the NAT's public ones, which it would keep. */
static void place_clients(struct tw_nat_lab *lab, uint64_t seed)
{
	uint64_t dice = tw_random_next(&seed);

	lab->first_host = (unsigned)(dice >> 8) % (TW_TOPO_HOSTS - TW_NAT_TRIALS_MAX);
	lab->first_port = (uint16_t)(1024 + (dice >> 40) % (TW_NAT_FIRST_PORT - 1024 -
							    2 * TW_NAT_TRIALS_MAX));
}

int tw_nat_lab_open(struct tw_nat_lab *lab, const struct tw_nat_setting *set, uint64_t seed,
		    struct tw_nat_result *res, struct tw_err *err)
{
	unsigned clients = set->second == TW_NAT_OTHER_HOST ? 2 : 1;
	int fail;

	memset(lab, 0, sizeof(*lab));
	memset(lab->listener, -1, sizeof(lab->listener));
	memset(lab->fd, -1, sizeof(lab->fd));
	memset(lab->served, -1, sizeof(lab->served));
	lab->set = set;
	lab->res = res;
	lab->current = TW_NAT_TRIALS_MAX;
	place_clients(lab, seed);
	fail = tw_topo_nat_open(false, &lab->topo, err);
	if (fail < 0)
		return fail;
	fail = tw_ns_in(lab->topo.server_ns, settle_server, lab, err);
	if (fail == 0)
		fail = tw_nat_rules_load(&lab->topo, set, err);
	if (fail == 0)
		fail = tw_ns_in(lab->topo.server_ns, open_server, lab, err);
	if (fail == 0)
		fail = open_listeners(lab, err);
	if (fail == 0)
		fail = tw_nat_capture_open(&lab->topo, clients, false, RING, &lab->capture, err);
	if (fail == 0)
		fail = note_begin(lab, err);
	if (fail < 0)
		tw_nat_lab_close(lab);
	return fail < 0 ? fail : 0;
}

void tw_nat_lab_close(struct tw_nat_lab *lab)
{
	for (unsigned i = 0; i < TW_NAT_TRIALS_MAX; i++) {
		tw_lab_abort(lab->fd[i]);
		tw_lab_abort(lab->served[i]);
		tw_lab_abort(lab->listener[i]);
	}
	tw_nat_capture_close(lab->capture);
	tw_proc_counters_close(lab->proc);
	tw_diag_close(lab->diag);
	tw_topo_nat_close(&lab->topo);
}

/* The last numbers of both ends: what the server's TIME_WAIT is made of. */
static void learn(struct tw_nat_trial *trial, const struct tw_nat_packet *p)
{
	const struct tw_seg *seg = &p->seg;

	if (p->side != TW_NAT_OUTSIDE)
		return;
	if (p->from_server) {
		if (seg->flags & TW_FIN)
			trial->s = tw_seg_end(seg);
		return;
	}
	if (seg->flags & TW_SYN)
		trial->first_public = p->client_port;
	if (seg->ts && !(seg->flags & TW_RST)) {
		trial->ts = true;
		trial->t = seg->tsval;
	}
	if (seg->flags & TW_FIN)
		trial->r = tw_seg_end(seg);
	/* a SYN without the option decides that there are none */
	if (seg->flags & TW_SYN && !seg->ts)
		trial->ts = false;
}

static void take(void *arg, uint16_t server_port, const struct tw_nat_packet *packet)
{
	struct tw_nat_lab *lab = arg;
	unsigned i = server_port - TW_LAB_FIRST_PORT;

	if (packet->side == TW_NAT_OUTSIDE)
		tw_agree_captured(&lab->agree, packet->from_server);
	if (server_port < TW_LAB_FIRST_PORT || i >= lab->res->n_trials)
		return;
	if (!lab->second) {
		learn(&lab->res->trial[i], packet);
		return;
	}
	tw_nat_trial_add(&lab->res->trial[i], packet);
	lab->others += i != lab->current;
}

int tw_nat_lab_drain(struct tw_nat_lab *lab, struct tw_err *err)
{
	return tw_nat_capture_drain(lab->capture, take, lab, err);
}

/* PAWS rejections on TIME_WAIT, by either name (H-50). */
static uint64_t paws_counter(const struct tw_counters *cs)
{
	return tw_counters_get(cs, "TcpExtPAWSTimewait") + tw_counters_get(cs, "TcpExtPAWSEstab");
}

static int drain(void *arg, struct tw_err *err)
{
	return tw_nat_lab_drain(arg, err);
}

static int read_agreed(struct tw_nat_lab *lab, struct tw_counters *ret, struct tw_err *err)
{
	return tw_agree_read(&lab->agree, lab->proc, drain, lab, ret, err);
}

int tw_nat_lab_settle(struct tw_nat_lab *lab, struct tw_err *err)
{
	int fail = read_agreed(lab, &lab->start, err);

	return fail < 0 ? fail : tw_nat_rules_lose(&lab->topo, lab->set, err);
}

int tw_nat_lab_count(struct tw_nat_lab *lab, struct tw_err *err)
{
	struct tw_nat_result *res = lab->res;
	int fail = read_agreed(lab, &lab->after, err);

	if (fail == 0)
		fail = tw_nat_capture_drops(lab->capture, &res->pcap_drops, err);
	if (fail < 0)
		return fail;
	res->paws_rejected = paws_counter(&lab->after) - paws_counter(&lab->start);
	res->skipped_acks = tw_counters_get(&lab->after, "TcpExtTCPACKSkippedTimeWait") -
			    tw_counters_get(&lab->start, "TcpExtTCPACKSkippedTimeWait");
	return 0;
}

static int play(struct tw_nat_lab *lab, struct tw_err *err)
{
	int fail = tw_nat_lab_first(lab, err);

	if (fail == 0)
		fail = tw_nat_lab_settle(lab, err);
	if (fail == 0)
		fail = tw_nat_lab_second(lab, err);
	return fail < 0 ? fail : tw_nat_lab_count(lab, err);
}

void tw_nat_lab_run(const struct tw_nat_setting *set, uint64_t seed, struct tw_nat_result *res)
{
	struct tw_clock *clock = tw_clock_real();
	uint64_t began = clock->now(clock);
	struct tw_nat_lab lab;
	struct tw_err err = { "" };
	int fail = tw_nat_lab_open(&lab, set, seed, res, &err);

	if (fail == 0) {
		fail = play(&lab, &err);
		tw_nat_lab_close(&lab);
	}
	res->done = fail == 0;
	if (fail < 0) {
		res->verdict = fail == -EOPNOTSUPP ? TW_NAT_SKIP : TW_NAT_ERROR;
		snprintf(res->why, sizeof(res->why), "%.230s", err.text);
	}
	res->wall_s = (double)(clock->now(clock) - began) / 1e9;
}
