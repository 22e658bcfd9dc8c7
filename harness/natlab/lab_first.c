/* The first connection of every trial: opened through the NAT, closed, forgotten by the NAT. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/wait.h"
#include "natlab/lab.h"
#include "natlab/lab_socket.h"
#include "netns/conntrack.h"
#include "netns/home.h"
#include "netns/ns.h"
#include "twprobe/io.h"

#define MS_NS 1000000ull

enum {
	PATIENCE_MS = 10000, /* for a packet that only a stopped machine can hold up */
	FORGETS_MS = 100,    /* connection tracking's timers are exact to a jiffy */
};

static uint64_t now(void)
{
	struct tw_clock *clock = tw_clock_real();

	return clock->now(clock);
}

static uint64_t soon(void)
{
	return now() + PATIENCE_MS * MS_NS;
}

static int set_timestamps(void *arg, struct tw_err *err)
{
	char value[2] = { (char)('0' + *(const uint8_t *)arg), '\0' };

	return tw_home_sysctl("net.ipv4.tcp_timestamps", value, err);
}

static void trouble(struct tw_nat_trial *trial, const char *what)
{
	if (!trial->trouble[0])
		snprintf(trial->trouble, sizeof(trial->trouble), "first connection: %.120s", what);
}

static bool opened(struct tw_nat_lab *lab, unsigned i, struct tw_err *err)
{
	struct tw_nat_trial *trial = &lab->res->trial[i];
	struct tw_addr server = tw_topo_server();
	int error = 0;

	trial->first_client = tw_topo_host(0, lab->first_host + i);
	trial->first_port = lab->first_port + i;
	lab->fd[i] =
		tw_lab_socket(lab->topo.client_ns[0], &trial->first_client, trial->first_port, err);
	if (lab->fd[i] < 0) {
		trouble(trial, err->text);
		return false;
	}
	if (tw_lab_connect(lab->fd[i], &server, trial->server_port) < 0 ||
	    !tw_lab_connected(lab->fd[i], soon(), &error) || error) {
		trouble(trial, "could not connect");
		return false;
	}
	lab->served[i] = tw_lab_accept(lab->listener[i], soon());
	if (lab->served[i] < 0)
		trouble(trial, "was not accepted");
	return lab->served[i] >= 0;
}

/* One closes; the other sees the FIN and closes as well. */
static void closed(struct tw_nat_lab *lab, unsigned i)
{
	bool server = lab->set->closer == TW_NAT_SERVER_CLOSES;
	int *first = server ? &lab->served[i] : &lab->fd[i];
	int *second = server ? &lab->fd[i] : &lab->served[i];

	close(*first);
	*first = -1;
	if (!tw_lab_at_end(*second, soon()))
		trouble(&lab->res->trial[i], "the FIN did not arrive");
	close(*second);
	*second = -1;
	lab->res->trial[i].closed_at = now();
}

/* A kernel that does not know the order has not got it. */
static int destroy(struct tw_nat_lab *lab, const struct tw_flow *flow, struct tw_err *err)
{
	int res = tw_diag_destroy(lab->diag, flow, 1, err);

	return res == -EINVAL ? -EOPNOTSUPP : res;
}

/* The FIN's last ACK may still be under way where the machine is busy: then the entry says so. */
static int see_time_wait(struct tw_nat_lab *lab, unsigned i, struct tw_err *err)
{
	struct tw_nat_trial *trial = &lab->res->trial[i];
	struct tw_flow flow = tw_nat_lab_flow(lab, i);
	uint64_t deadline = soon();
	struct tw_entry entry;
	int res;

	do {
		res = tw_diag_ask(lab->diag, &flow, 1, &entry, err);
		if (res < 0)
			return res;
	} while (entry.state != TW_STATE_TIME_WAIT && entry.state != TW_STATE_GONE &&
		 now() < deadline);
	if (entry.state != TW_STATE_TIME_WAIT && entry.state != TW_STATE_GONE)
		trouble(trial, "did not get to its end");
	if (lab->set->kills_tw && entry.state == TW_STATE_TIME_WAIT)
		return destroy(lab, &flow, err);
	return 0;
}

static int forget(void *arg, struct tw_err *err)
{
	(void)arg;
	return tw_conntrack_flush(err);
}

/*
 * A NAT whose time is up forgets, and hands the port on. Old kernels keep what is over until somebody asks for that very tuple or
 * a worker comes by, a minute or more later, and the port with it: there they are told to.
 */
static int nat_forgets(struct tw_nat_lab *lab, struct tw_err *err)
{
	return tw_home_settled() ? tw_ns_in(lab->topo.nat_ns, forget, NULL, err) : 0;
}

int tw_nat_lab_first(struct tw_nat_lab *lab, struct tw_err *err)
{
	unsigned wait_s = lab->set->wait_s > lab->set->hold_s ? lab->set->wait_s : lab->set->hold_s;
	int res =
		tw_ns_in(lab->topo.client_ns[0], set_timestamps, (void *)&lab->set->first_ts, err);

	for (unsigned i = 0; i < lab->res->n_trials && res == 0; i++) {
		if (!opened(lab, i, err))
			continue;
		closed(lab, i);
		res = tw_nat_lab_drain(lab, err);
		if (res == 0)
			res = see_time_wait(lab, i, err);
	}
	/* a NAT that is to keep them longer than the test lasts is not waited for */
	if (res == 0 && lab->set->hold_s <= 60)
		tw_wait_until(now() + wait_s * 1000 * MS_NS + FORGETS_MS * MS_NS);
	if (res == 0 && lab->set->hold_s <= 60)
		res = nat_forgets(lab, err);
	/* TIME_WAIT was seen: so were its numbers, even if the FIN came after the last look */
	if (res == 0)
		res = tw_nat_lab_drain(lab, err);
	if (res == 0)
		res = tw_ns_in(lab->topo.client_ns[lab->set->second == TW_NAT_OTHER_HOST],
			       set_timestamps, (void *)&lab->set->second_ts, err);
	return res;
}
