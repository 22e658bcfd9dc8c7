/* The second connection of every trial, and its end. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "natlab/lab.h"
#include "natlab/lab_socket.h"
#include "twprobe/io.h"

#define MS_NS 1000000ull

enum {
	AT_ONCE_MS = 100,  /* a trial that is not over by then goes on beside the next ones */
	LOOK_MS = 100,     /* between two looks into the sniffers' rings */
	UNLIMITED_S = 150, /* longer than any connect() with the kernel's own schedule */
};

static uint64_t now(void)
{
	struct tw_clock *clock = tw_clock_real();

	return clock->now(clock);
}

/* The entry that the SYN will meet. */
static int look(struct tw_nat_lab *lab, unsigned i, struct tw_err *err)
{
	struct tw_nat_trial *trial = &lab->res->trial[i];
	struct tw_flow flow = tw_nat_lab_flow(lab, i);
	struct tw_entry entry;
	int res = tw_diag_ask(lab->diag, &flow, 1, &entry, err);

	if (res < 0)
		return res;
	trial->entered = entry.state == TW_STATE_TIME_WAIT;
	trial->left_ms = trial->entered ? (int)entry.left_ms : -1;
	return 0;
}

static void ended(struct tw_nat_lab *lab, unsigned i, int error)
{
	struct tw_nat_trial *trial = &lab->res->trial[i];

	trial->connect_ns = now() - trial->connect_at;
	trial->so_error = error;
	trial->ended = true;
}

static void knock(struct tw_nat_lab *lab, unsigned i)
{
	struct tw_nat_trial *trial = &lab->res->trial[i];
	bool other = lab->set->second == TW_NAT_OTHER_HOST;
	struct tw_addr server = tw_topo_server();
	struct tw_err err = { "" };
	int res, error = 0;

	trial->client = tw_topo_host(other, lab->first_host + i);
	/* not the first one's port: the same host must not come with the same tuple */
	lab->fd[i] = tw_lab_socket(lab->topo.client_ns[other], &trial->client,
				   lab->first_port + TW_NAT_TRIALS_MAX + i, &err);
	if (lab->fd[i] < 0) {
		snprintf(trial->trouble, sizeof(trial->trouble), "second connection: %.130s",
			 err.text);
		return;
	}
	trial->connect_at = now();
	res = tw_lab_connect(lab->fd[i], &server, trial->server_port);
	if (res < 0)
		ended(lab, i, -res);
	else if (tw_lab_connected(lab->fd[i], trial->connect_at + AT_ONCE_MS * MS_NS, &error))
		ended(lab, i, error);
}

/* TCP's counters that moved around connect(); of no use if other trials had packets meanwhile. */
static void count(struct tw_nat_lab *lab, unsigned i)
{
	struct tw_nat_trial *trial = &lab->res->trial[i];
	struct tw_moved moved[TW_MOVED_MAX];
	unsigned n = tw_counters_moved(&lab->before, &lab->after, moved);

	trial->counted = lab->others == 0;
	for (unsigned k = 0; k < n && trial->counted && trial->n_moved < TW_NAT_MOVED_MAX; k++)
		if (!strncmp(moved[k].name, "Tcp", 3))
			trial->moved[trial->n_moved++] = moved[k];
}

static int one(struct tw_nat_lab *lab, unsigned i, struct tw_err *err)
{
	int res = tw_nat_lab_drain(lab, err);

	if (res == 0)
		res = look(lab, i, err);
	if (res == 0)
		res = tw_proc_counters_read(lab->proc, &lab->before, err);
	if (res < 0)
		return res;
	lab->current = i;
	lab->others = 0;
	knock(lab, i);
	res = tw_proc_counters_read(lab->proc, &lab->after, err);
	if (res == 0)
		res = tw_nat_lab_drain(lab, err);
	if (res == 0)
		count(lab, i);
	return res;
}

/* Waits for those that are still under way. Number of them that are left, or negative errno. */
static int wait_for_some(struct tw_nat_lab *lab, uint64_t deadline, struct tw_err *err)
{
	struct pollfd pfd[TW_NAT_TRIALS_MAX];
	unsigned who[TW_NAT_TRIALS_MAX], n = 0;
	uint64_t at = now();
	int left_ms, error;

	for (unsigned i = 0; i < lab->res->n_trials; i++) {
		if (lab->fd[i] < 0 || lab->res->trial[i].ended)
			continue;
		pfd[n] = (struct pollfd){ .fd = lab->fd[i], .events = POLLOUT };
		who[n++] = i;
	}
	if (!n || at >= deadline)
		return 0;
	left_ms = (int)((deadline - at) / MS_NS) + 1;
	if (poll(pfd, n, left_ms < LOOK_MS ? left_ms : LOOK_MS) < 0 && errno != EINTR)
		return tw_err_set(err, errno, "poll: %s", strerror(errno));
	for (unsigned k = 0; k < n; k++)
		if (pfd[k].revents && tw_lab_connected(pfd[k].fd, 0, &error))
			ended(lab, who[k], error);
	return (int)n;
}

int tw_nat_lab_second(struct tw_nat_lab *lab, struct tw_err *err)
{
	unsigned limit_s = lab->set->limit_s ? lab->set->limit_s : UNLIMITED_S;
	uint64_t deadline;
	int res = 0, left = 1;

	lab->second = true;
	for (unsigned i = 0; i < lab->res->n_trials && res == 0; i++)
		if (!lab->res->trial[i].trouble[0])
			res = one(lab, i, err);
	lab->current = TW_NAT_TRIALS_MAX;
	deadline = now() + limit_s * 1000 * MS_NS;
	while (res == 0 && left > 0) {
		left = wait_for_some(lab, deadline, err);
		res = left < 0 ? left : tw_nat_lab_drain(lab, err);
	}
	for (unsigned i = 0; i < lab->res->n_trials; i++)
		if (!lab->res->trial[i].ended && lab->res->trial[i].connect_at)
			lab->res->trial[i].connect_ns = now() - lab->res->trial[i].connect_at;
	return res;
}
