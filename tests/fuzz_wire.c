/*
 * The decoder of frames: whatever comes in, it stays inside of the frame, says the same twice,
 * does not change its mind when payload is added, and what it says can be forged and decoded
 * again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_target.h"
#include "wire/forge.h"
#include "wire/wire.h"
#include "wire/wire_ip.h"

static bool same(const struct tw_seen *a, const struct tw_seen *b)
{
	const struct tw_seg *s = &a->seg, *t = &b->seg;

	return a->family == b->family && !memcmp(&a->src, &b->src, sizeof(a->src)) &&
	       !memcmp(&a->dst, &b->dst, sizeof(a->dst)) && a->sport == b->sport &&
	       a->dport == b->dport && s->flags == t->flags && s->ttl == t->ttl &&
	       s->ecn == t->ecn && s->ts == t->ts && s->bad_csum == t->bad_csum &&
	       s->win == t->win && s->urg == t->urg && s->len == t->len && s->mss == t->mss &&
	       s->mss_zero == t->mss_zero && s->wscale == t->wscale && s->sackok == t->sackok &&
	       s->md5 == t->md5 && s->seq == t->seq && s->ack == t->ack && s->tsval == t->tsval &&
	       s->tsecr == t->tsecr;
}

static void check_ranges(const struct tw_seen *seen)
{
	static const uint8_t nothing[12];
	const struct tw_seg *seg = &seen->seg;

	must(seen->family == TW_IPV4 || seen->family == TW_IPV6);
	if (seen->family == TW_IPV4) {
		must(!memcmp(seen->src.b + 4, nothing, 12));
		must(!memcmp(seen->dst.b + 4, nothing, 12));
	}
	must(seg->ecn <= 3);
	must(!seg->mss || !seg->mss_zero);
	must(seg->wscale >= -1 && seg->wscale <= 15);
	must(seg->len <= UINT16_MAX - 20);
	must(seg->ts || (!seg->tsval && !seg->tsecr));
	must(!seg->bad_csum);
}

/* Everything but MD5 and long payloads can be made again. */
static void forge_again(const struct tw_seen *seen)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	static struct tw_forge *forge;
	static uint8_t frame[TW_FRAME_MAX];
	struct tw_flow flow = { .family = seen->family,
				.dut = seen->dst,
				.peer = seen->src,
				.dut_port = seen->dport,
				.peer_port = seen->sport };
	struct tw_seen again;
	int len;

	if (!forge)
		forge = tw_forge_new(mac, mac, NULL);
	must(forge);
	if (seen->seg.md5 || seen->seg.len > TW_PAYLOAD_MAX)
		return;
	len = tw_forge_build(forge, &flow, &seen->seg, frame, NULL);
	must(len > 0 && len <= TW_FRAME_MAX);
	must(tw_wire_decode(frame, (unsigned)len, &again));
	must(same(seen, &again));
	must(tw_wire_csum_ok(frame, (unsigned)len));
}

/* What the decoder of segments takes, that of packets takes as well, and they agree. */
static void check_ip(const uint8_t *data, unsigned size, const struct tw_seen *seen)
{
	struct tw_ip_seen ip;

	if (!tw_wire_ip_decode(data, size, &ip)) {
		must(!seen);
		return;
	}
	must(ip.l4 <= size && ip.payload < ip.total);
	must(!ip.ports || ip.l4 + 4 <= size);
	if (!seen)
		return;
	must(ip.family == seen->family && ip.proto == 6 && ip.ttl == seen->seg.ttl);
	must(!memcmp(&ip.src, &seen->src, sizeof(ip.src)));
	must(!memcmp(&ip.dst, &seen->dst, sizeof(ip.dst)));
	must(ip.ports && ip.sport == seen->sport && ip.dport == seen->dport);
	must(!ip.mf && !ip.frag_off && ip.payload >= 20u + seen->seg.len);
}

/* @data is a block of its own: reading beside it is noticed. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tw_seen seen, again;
	unsigned cut = size ? data[size - 1] % (unsigned)size : 0;
	bool good;

	if (size > UINT16_MAX + TW_ETH_LEN)
		return 0;
	memset(&seen, 0x5a, sizeof(seen));
	good = tw_wire_decode(data, (unsigned)size, &seen);
	must(tw_wire_decode(data, (unsigned)size, &again) == good);
	must(good || !tw_wire_csum_ok(data, (unsigned)size));
	check_ip(data, (unsigned)size, good ? &seen : NULL);
	if (good) {
		must(same(&seen, &again));
		check_ranges(&seen);
		forge_again(&seen);
		tw_wire_csum_ok(data, (unsigned)size);
	}
	if (tw_wire_decode(data, cut, &again))
		must(good && same(&seen, &again));
	return 0;
}
