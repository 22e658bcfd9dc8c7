#include "natlab/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "netns/ns.h"
#include "stand/sniff.h"
#include "wire/wire.h"

enum {
	PLACES_MAX = TW_TOPO_CLIENTS + 1,
};

struct place {
	enum tw_nat_side side;
	const char *dev;
	unsigned ring;
	struct tw_sniff *sniff;
	struct tw_nat_capture *capture;
};

struct tw_nat_capture {
	unsigned n;
	struct place place[PLACES_MAX];
	tw_nat_packet_fn *fn;
	void *arg;
};

static int open_here(void *arg, struct tw_err *err)
{
	struct place *place = arg;

	place->sniff = tw_sniff_open(place->dev, "tcp", place->ring, err);
	return place->sniff ? 0 : -EIO;
}

static int add(struct tw_nat_capture *capture, int ns, const char *dev, enum tw_nat_side side,
	       unsigned ring, struct tw_err *err)
{
	struct place *place = &capture->place[capture->n++];

	*place = (struct place){ .side = side, .dev = dev, .ring = ring, .capture = capture };
	return tw_ns_in(ns, open_here, place, err);
}

int tw_nat_capture_open(const struct tw_topo_nat *topo, unsigned clients, bool raw, unsigned ring,
			struct tw_nat_capture **ret, struct tw_err *err)
{
	struct tw_nat_capture *capture = calloc(1, sizeof(*capture));
	int res = 0;

	if (!capture)
		return tw_err_set(err, ENOMEM, "out of memory");
	for (unsigned i = 0; i < TW_TOPO_CLIENTS && res == 0; i++)
		if (i == TW_TOPO_RAW ? raw : i < clients)
			res = add(capture, topo->nat_ns, tw_topo_nat_in(i), TW_NAT_INSIDE, ring,
				  err);
	if (res == 0)
		res = add(capture, topo->server_ns, TW_TOPO_DEV, TW_NAT_OUTSIDE, ring, err);
	if (res < 0) {
		tw_nat_capture_close(capture);
		return res;
	}
	*ret = capture;
	return 0;
}

void tw_nat_capture_close(struct tw_nat_capture *capture)
{
	if (!capture)
		return;
	for (unsigned i = 0; i < capture->n; i++)
		tw_sniff_close(capture->place[i].sniff);
	free(capture);
}

static void take(void *arg, uint64_t at, const uint8_t *bytes, unsigned len)
{
	const struct place *place = arg;
	const struct tw_addr server = tw_topo_server();
	struct tw_nat_packet packet = { .at = at, .side = place->side };
	struct tw_seen seen;

	if (!tw_wire_decode(bytes, len, &seen) || seen.family != TW_IPV4)
		return;
	packet.from_server = !memcmp(seen.src.b, server.b, 4);
	packet.client = packet.from_server ? seen.dst : seen.src;
	packet.client_port = packet.from_server ? seen.dport : seen.sport;
	packet.seg = seen.seg;
	place->capture->fn(place->capture->arg, packet.from_server ? seen.sport : seen.dport,
			   &packet);
}

int tw_nat_capture_drain(struct tw_nat_capture *capture, tw_nat_packet_fn *fn, void *arg,
			 struct tw_err *err)
{
	int res = 0;

	capture->fn = fn;
	capture->arg = arg;
	for (unsigned i = 0; i < capture->n && res >= 0; i++)
		res = tw_sniff_drain(capture->place[i].sniff, take, &capture->place[i], err);
	return res < 0 ? res : 0;
}

int tw_nat_capture_drops(struct tw_nat_capture *capture, uint64_t *ret_drops, struct tw_err *err)
{
	uint64_t one;
	int res = 0;

	*ret_drops = 0;
	for (unsigned i = 0; i < capture->n && res == 0; i++) {
		res = tw_sniff_drops(capture->place[i].sniff, &one, err);
		*ret_drops += res == 0 ? one : 0;
	}
	return res;
}
