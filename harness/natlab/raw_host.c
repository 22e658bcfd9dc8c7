#include "natlab/raw_host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "netns/ns.h"
#include "stand/inject.h"
#include "stand/sniff.h"
#include "twprobe/io.h"
#include "wire/forge.h"

enum {
	RING = 256 * 1024,
	CLOSED_PORT = 9,    /* of the server */
	FENCE_HOST = 60000, /* the fence's end; its port changes, since the NAT remembers it */
	FENCE_PORT = 1024,
	PATIENCE_MS = 10000, /* for an answer that only a stopped machine can hold up */
};

struct tw_raw_hosts {
	struct tw_forge *forge;
	struct tw_inject *inject;
	struct tw_sniff *sniff;
	uint16_t fence_port;
	/* what is looked for by the call that drains, and what was found */
	const struct tw_raw_end *want;
	bool found, fence_found;
	struct tw_seg seg;
};

static int open_here(void *arg, struct tw_err *err)
{
	struct tw_raw_hosts *hosts = arg;

	hosts->inject = tw_inject_open(TW_TOPO_DEV, err);
	if (!hosts->inject)
		return -EIO;
	hosts->sniff = tw_sniff_open(TW_TOPO_DEV, "tcp and src host 192.0.2.1", RING, err);
	return hosts->sniff ? 0 : -EIO;
}

int tw_raw_hosts_open(const struct tw_topo_nat *topo, struct tw_raw_hosts **ret, struct tw_err *err)
{
	struct tw_raw_hosts *hosts = calloc(1, sizeof(*hosts));
	int res;

	if (!hosts)
		return tw_err_set(err, ENOMEM, "out of memory");
	hosts->fence_port = FENCE_PORT;
	hosts->forge = tw_forge_new(tw_topo_raw_from, tw_topo_raw_to, err);
	res = hosts->forge ? tw_ns_in(topo->client_ns[TW_TOPO_RAW], open_here, hosts, err) : -EIO;
	if (res < 0) {
		tw_raw_hosts_close(hosts);
		return res;
	}
	*ret = hosts;
	return 0;
}

void tw_raw_hosts_close(struct tw_raw_hosts *hosts)
{
	if (!hosts)
		return;
	tw_sniff_close(hosts->sniff);
	tw_inject_close(hosts->inject);
	tw_forge_free(hosts->forge);
	free(hosts);
}

int tw_raw_send(struct tw_raw_hosts *hosts, const struct tw_raw_end *end, uint8_t flags,
		struct tw_err *err)
{
	bool syn = flags & TW_SYN;
	const struct tw_flow flow = { .family = TW_IPV4,
				      .dut = tw_topo_server(),
				      .peer = tw_topo_host(TW_TOPO_RAW, end->host),
				      .dut_port = end->server_port,
				      .peer_port = end->port };
	const struct tw_seg seg = {
		.flags = flags,
		.ttl = 64,
		.win = 65535,
		.seq = end->seq,
		.ack = flags & TW_ACK ? end->ack : 0,
		/* like Linux's, a RST that answers has no option */
		.ts = end->ts && !(flags & TW_RST),
		.tsval = end->tsval,
		.tsecr = flags & TW_ACK ? end->tsecr : 0,
		.mss = syn ? 1460 : 0,
		.sackok = syn,
		.wscale = (int8_t)(syn ? 7 : -1),
	};
	uint8_t frame[TW_FRAME_MAX];
	int len = tw_forge_build(hosts->forge, &flow, &seg, frame, err);
	const struct iovec iov = { frame, len > 0 ? (size_t)len : 0 };

	return len < 0 ? len : tw_inject_send(hosts->inject, &iov, 1, err);
}

static void take(void *arg, uint64_t at, const uint8_t *bytes, unsigned len)
{
	struct tw_raw_hosts *hosts = arg;
	const struct tw_raw_end *want = hosts->want;
	struct tw_addr host;
	struct tw_seen seen;

	(void)at;
	if (!tw_wire_decode(bytes, len, &seen))
		return;
	host = tw_topo_host(TW_TOPO_RAW, FENCE_HOST);
	if (!memcmp(seen.dst.b, host.b, 4)) {
		hosts->fence_found |= seen.dport == hosts->fence_port;
		return;
	}
	host = tw_topo_host(TW_TOPO_RAW, want->host);
	if (memcmp(seen.dst.b, host.b, 4) || seen.dport != want->port ||
	    seen.sport != want->server_port)
		return;
	hosts->found = true;
	hosts->seg = seen.seg;
}

int tw_raw_recv(struct tw_raw_hosts *hosts, const struct tw_raw_end *end, struct tw_seg *ret,
		struct tw_err *err)
{
	int res;

	hosts->want = end;
	hosts->found = false;
	res = tw_sniff_drain(hosts->sniff, take, hosts, err);
	if (res < 0)
		return res;
	*ret = hosts->seg;
	return hosts->found;
}

/* Like tw_raw_recv(), but waits for a segment if the machine is slow. */
static int await(struct tw_raw_hosts *hosts, const struct tw_raw_end *end, struct tw_seg *ret,
		 struct tw_err *err)
{
	struct tw_clock *clock = tw_clock_real();
	uint64_t deadline = clock->now(clock) + PATIENCE_MS * 1000000ull;
	int res = tw_raw_recv(hosts, end, ret, err);

	while (res == 0 && clock->now(clock) < deadline) {
		res = tw_sniff_wait(hosts->sniff, deadline, err);
		if (res == 0)
			res = tw_raw_recv(hosts, end, ret, err);
	}
	return res;
}

static void heard(struct tw_raw_end *end, const struct tw_seg *seg)
{
	end->ack = tw_seg_end(seg);
	end->tsecr = seg->ts ? seg->tsval : 0;
}

int tw_raw_connect(struct tw_raw_hosts *hosts, struct tw_raw_end *end, struct tw_err *err)
{
	struct tw_seg seg;
	int res = tw_raw_send(hosts, end, TW_SYN, err);

	if (res == 0)
		res = await(hosts, end, &seg, err);
	if (res <= 0)
		return res;
	if ((seg.flags & (TW_SYN | TW_ACK)) != (TW_SYN | TW_ACK))
		return 0;
	end->seq++;
	end->ts = end->ts && seg.ts;
	heard(end, &seg);
	res = tw_raw_send(hosts, end, TW_ACK, err);
	return res < 0 ? res : 1;
}

int tw_raw_finish(struct tw_raw_hosts *hosts, struct tw_raw_end *end, struct tw_err *err)
{
	struct tw_seg seg;
	int res = await(hosts, end, &seg, err);

	if (res <= 0)
		return res;
	if (!(seg.flags & TW_FIN))
		return 0;
	heard(end, &seg);
	res = tw_raw_send(hosts, end, TW_FIN | TW_ACK, err);
	if (res < 0)
		return res;
	end->seq++;
	res = await(hosts, end, &seg, err);
	if (res <= 0)
		return res;
	return (seg.flags & TW_ACK) && !(seg.flags & TW_RST) && seg.ack == end->seq;
}

static int send_fence(struct tw_raw_hosts *hosts, struct tw_err *err)
{
	struct tw_raw_end fence = {
		.host = FENCE_HOST, .server_port = CLOSED_PORT, .seq = 1, .ack = 1
	};

	hosts->fence_port = hosts->fence_port == UINT16_MAX ? FENCE_PORT : hosts->fence_port + 1;
	hosts->fence_found = false;
	fence.port = hosts->fence_port;
	return tw_raw_send(hosts, &fence, TW_ACK, err);
}

/* The half-open connection would send its SYN-ACK again and again. */
static int take_back(struct tw_raw_hosts *hosts, const struct tw_raw_end *end,
		     const struct tw_seg *syn_ack, struct tw_err *err)
{
	struct tw_raw_end rst = *end;

	rst.seq = syn_ack->ack;
	return tw_raw_send(hosts, &rst, TW_RST, err);
}

int tw_raw_knock(struct tw_raw_hosts *hosts, const struct tw_raw_end *end,
		 enum tw_nat_answer *ret_answer, struct tw_err *err)
{
	struct tw_clock *clock = tw_clock_real();
	uint64_t deadline = clock->now(clock) + PATIENCE_MS * 1000000ull;
	struct tw_seg seg = { 0 };
	int res = tw_raw_send(hosts, end, TW_SYN, err);

	if (res == 0)
		res = send_fence(hosts, err);
	while (res == 0) {
		res = tw_raw_recv(hosts, end, &seg, err);
		if (res || hosts->fence_found)
			break;
		if (clock->now(clock) >= deadline)
			return tw_err_set(err, ETIMEDOUT,
					  "neither a SYN nor the fence behind it was answered");
		res = tw_sniff_wait(hosts->sniff, deadline, err);
	}
	if (res < 0)
		return res;
	*ret_answer = TW_NAT_NOTHING;
	if (res == 0)
		return 0;
	if (seg.flags & TW_RST)
		*ret_answer = TW_NAT_RST;
	else if (!(seg.flags & TW_SYN))
		*ret_answer = TW_NAT_ACK;
	else
		*ret_answer = TW_NAT_SYN_ACK;
	return seg.flags & TW_SYN ? take_back(hosts, end, &seg, err) : 0;
}
