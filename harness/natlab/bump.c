#include "natlab/bump.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/process.h"
#include "base/wait.h"
#include "netns/ns.h"
#include "stand/inject.h"
#include "stand/sniff.h"
#include "twprobe/io.h"
#include "wire/wire.h"

#define MS_NS 1000000ull

enum {
	RING = 2 * 1024 * 1024,
	HOSTS = 256, /* public addresses */
	CONNS = 65536,
	START_MS = 30000,
	LOOK_MS = 50, /* between two looks whether it is to stop */
};

/* Shared with the process. */
struct tw_bump {
	pid_t pid;
	const struct tw_topo_nat *topo;
	enum tw_recycle_rule rule;
	_Atomic bool ready, stop;
	bool over; /* it came to its end in good order */
	uint64_t dropped, cut, drops;
	unsigned overflows;
	struct tw_err err;
};

/* The process's own. */
struct forwarder {
	struct tw_bump *bump;
	struct tw_recycle *recycle;
	struct tw_sniff *sniff[2]; /* at the NAT's side, at the server's */
	struct tw_inject *inject[2];
	unsigned from; /* the side that is being drained */
	int fail;
};

static int open_here(void *arg, struct tw_err *err)
{
	static const char *const dev[2] = { TW_TOPO_BUMP_NAT, TW_TOPO_BUMP_SRV };
	struct forwarder *f = arg;

	for (unsigned i = 0; i < 2; i++) {
		f->inject[i] = tw_inject_open(dev[i], err);
		f->sniff[i] = f->inject[i] ? tw_sniff_open(dev[i], "ip", RING, err) : NULL;
		if (!f->sniff[i])
			return -EIO;
	}
	return 0;
}

/* Whether the segment goes on. */
static bool passes(struct forwarder *f, uint64_t at, const struct tw_seen *seen)
{
	bool from_server = f->from == 1;
	const struct tw_flow flow = {
		.family = seen->family,
		.dut = from_server ? seen->src : seen->dst,
		.peer = from_server ? seen->dst : seen->src,
		.dut_port = from_server ? seen->sport : seen->dport,
		.peer_port = from_server ? seen->dport : seen->sport,
	};

	return tw_recycle_segment(f->recycle, at, &flow, from_server, &seen->seg) ==
	       TW_RECYCLE_PASS;
}

static void forward(void *arg, uint64_t at, const uint8_t *bytes, unsigned len)
{
	struct forwarder *f = arg;
	uint8_t copy[TW_SNAPLEN];
	struct tw_seen seen;
	unsigned total;
	const struct iovec frame = { copy, len };

	if (len > sizeof(copy) || len < TW_ETH_LEN + 20)
		return;
	total = TW_ETH_LEN + (bytes[TW_ETH_LEN + 2] << 8 | bytes[TW_ETH_LEN + 3]);
	if (total > len) {
		f->bump->cut++;
		return;
	}
	if (tw_wire_decode(bytes, len, &seen) && !passes(f, at, &seen)) {
		f->bump->dropped++;
		return;
	}
	memcpy(copy, bytes, len);
	/* a veth's checksums are still to be filled in */
	tw_wire_checksum(copy, total, TW_ETH_LEN + (bytes[TW_ETH_LEN] & 15) * 4);
	if (f->fail == 0)
		f->fail = tw_inject_send(f->inject[!f->from], &frame, 1, &f->bump->err);
}

static int go_on(struct forwarder *f)
{
	struct tw_clock *clock = tw_clock_real();
	struct tw_err *err = &f->bump->err;
	int res = tw_sniff_wait_either(f->sniff[0], f->sniff[1],
				       clock->now(clock) + LOOK_MS * MS_NS, err);

	for (f->from = 0; f->from < 2 && res >= 0; f->from++)
		res = tw_sniff_drain(f->sniff[f->from], forward, f, err);
	return res < 0 ? res : f->fail;
}

static int finish(struct forwarder *f)
{
	uint64_t drops[2];
	int res = 0;

	for (unsigned i = 0; i < 2 && res == 0; i++)
		res = tw_sniff_drops(f->sniff[i], &drops[i], &f->bump->err);
	if (res < 0)
		return res;
	f->bump->drops = drops[0] + drops[1];
	f->bump->overflows = tw_recycle_overflows(f->recycle);
	f->bump->over = true;
	return 0;
}

static int run(void *arg)
{
	struct forwarder f = { .bump = arg };
	int res;

	f.recycle = tw_recycle_new(f.bump->rule, HOSTS, CONNS);
	if (!f.recycle)
		return tw_err_set(&f.bump->err, ENOMEM, "out of memory") != 0;
	res = tw_ns_in(f.bump->topo->bump_ns, open_here, &f, &f.bump->err);
	if (res == 0)
		f.bump->ready = true;
	while (res == 0 && !f.bump->stop)
		res = go_on(&f);
	if (res == 0)
		res = finish(&f);
	for (unsigned i = 0; i < 2; i++) {
		tw_sniff_close(f.sniff[i]);
		tw_inject_close(f.inject[i]);
	}
	tw_recycle_free(f.recycle);
	return res < 0;
}

static void release(struct tw_bump *bump)
{
	munmap(bump, sizeof(*bump));
}

static bool has_died(const struct tw_bump *bump)
{
	return waitpid(bump->pid, NULL, WNOHANG) == bump->pid;
}

int tw_bump_start(const struct tw_topo_nat *topo, enum tw_recycle_rule rule, struct tw_bump **ret,
		  struct tw_err *err)
{
	struct tw_clock *clock = tw_clock_real();
	uint64_t deadline = clock->now(clock) + START_MS * MS_NS;
	struct tw_bump *bump = mmap(NULL, sizeof(*bump), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int res;

	if (bump == MAP_FAILED)
		return tw_err_set(err, ENOMEM, "out of memory");
	bump->topo = topo;
	bump->rule = rule;
	res = bump->pid = tw_process_start(run, bump, err);
	if (res < 0) {
		release(bump);
		return res;
	}
	while (!bump->ready) {
		if (has_died(bump) || clock->now(clock) > deadline) {
			res = tw_err_set(err, EIO, "the bump in the wire did not start: %s",
					 bump->err.text[0] ? bump->err.text : "it hangs");
			kill(bump->pid, SIGKILL);
			waitpid(bump->pid, NULL, 0);
			release(bump);
			return res;
		}
		tw_wait_until(clock->now(clock) + MS_NS);
	}
	*ret = bump;
	return 0;
}

int tw_bump_stop(struct tw_bump *bump, uint64_t *ret_dropped, struct tw_err *err)
{
	int res = 0;

	bump->stop = true;
	while (waitpid(bump->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (!bump->over)
		res = tw_err_set(err, EIO, "the bump in the wire stopped: %s",
				 bump->err.text[0] ? bump->err.text : "it was killed");
	else if (bump->drops || bump->cut || bump->overflows)
		res = tw_err_set(err, EIO,
				 "the bump in the wire lost %llu frames, met %llu longer than %d "
				 "bytes, and had no room for %u connections",
				 (unsigned long long)bump->drops, (unsigned long long)bump->cut,
				 TW_SNAPLEN, bump->overflows);
	*ret_dropped = bump->dropped;
	release(bump);
	return res;
}
