#include "stand/wire_real.h"

#include <errno.h>
#include <stdlib.h>

#include "netns/ns.h"
#include "stand/inject.h"
#include "stand/sniff.h"

struct wire_real {
	struct tw_wire wire;
	const struct tw_lane *lane;
	unsigned ring;
	struct tw_inject *inject;
	struct tw_sniff *sniff;
};

static int real_send(struct tw_wire *wire, const struct iovec *frames, unsigned n,
		     struct tw_err *err)
{
	return tw_inject_send(((struct wire_real *)wire)->inject, frames, n, err);
}

static int real_drain(struct tw_wire *wire, tw_frame_fn *fn, void *arg, struct tw_err *err)
{
	return tw_sniff_drain(((struct wire_real *)wire)->sniff, fn, arg, err);
}

static int real_wait(struct tw_wire *wire, uint64_t deadline, struct tw_err *err)
{
	return tw_sniff_wait(((struct wire_real *)wire)->sniff, deadline, err);
}

static int real_drops(struct tw_wire *wire, uint64_t *ret_drops, struct tw_err *err)
{
	return tw_sniff_drops(((struct wire_real *)wire)->sniff, ret_drops, err);
}

static void real_close(struct tw_wire *wire)
{
	struct wire_real *real = (struct wire_real *)wire;

	tw_sniff_close(real->sniff);
	tw_inject_close(real->inject);
	free(real);
}

static const struct tw_wire_ops real_ops = {
	.send = real_send,
	.drain = real_drain,
	.wait = real_wait,
	.drops = real_drops,
	.close = real_close,
};

static int open_in_peer(void *arg, struct tw_err *err)
{
	/* whatever the DUT says, TCP or not; our own frames have another source */
	static const char filter[] = "src net 192.0.2.0/24 or src net 2001:db8::/64";
	struct wire_real *real = arg;

	real->inject = tw_inject_open(real->lane->dev, err);
	real->sniff = real->inject ? tw_sniff_open(real->lane->dev, filter, real->ring, err) : NULL;
	return real->sniff ? 0 : -EIO;
}

int tw_wire_open(const struct tw_lane *lane, unsigned ring, struct tw_wire **ret,
		 struct tw_err *err)
{
	struct wire_real *real = calloc(1, sizeof(*real));
	int fail;

	if (!real)
		return tw_err_set(err, ENOMEM, "out of memory");
	real->wire.ops = &real_ops;
	real->lane = lane;
	real->ring = ring;
	fail = tw_ns_in(lane->peer_ns, open_in_peer, real, err);
	if (fail) {
		real_close(&real->wire);
		return fail;
	}
	*ret = &real->wire;
	return 0;
}
