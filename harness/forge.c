#include "forge.h"

#include <libnet.h>
#include <stdlib.h>
#include <string.h>

enum {
	KINDS_MAX = 512
};

struct key {
	uint64_t a, b;
};

struct kind {
	struct key key;
	struct tw_template tmpl;
};

struct tw_forge {
	libnet_t *net;
	uint8_t src[6], dst[6];
	unsigned n_kinds;
	struct kind *kind[KINDS_MAX];
};

struct tw_forge *tw_forge_new(const uint8_t src_mac[6], const uint8_t dst_mac[6],
			      struct tw_err *err)
{
	char why[LIBNET_ERRBUF_SIZE] = "";
	struct tw_forge *forge = calloc(1, sizeof(*forge));

	if (!forge) {
		tw_err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	/* this type opens no socket; libnet_adv_cull_packet() refuses it, what is under that call does not */
	forge->net = libnet_init(LIBNET_NONE, NULL, why);
	if (!forge->net) {
		tw_err_set(err, EIO, "libnet: %s", why);
		free(forge);
		return NULL;
	}
	memcpy(forge->src, src_mac, 6);
	memcpy(forge->dst, dst_mac, 6);
	return forge;
}

void tw_forge_free(struct tw_forge *forge)
{
	if (!forge)
		return;
	while (forge->n_kinds)
		free(forge->kind[--forge->n_kinds]);
	libnet_destroy(forge->net);
	free(forge);
}

static unsigned put_options(const struct tw_seg *seg, uint8_t *opt, unsigned *ret_ts)
{
	unsigned n = 0;

	*ret_ts = 0;
	if (seg->mss) {
		opt[n++] = 2;
		opt[n++] = 4;
		opt[n++] = (uint8_t)(seg->mss >> 8);
		opt[n++] = (uint8_t)seg->mss;
	}
	if (seg->sackok) {
		opt[n++] = 4;
		opt[n++] = 2;
	} else if (seg->ts) {
		opt[n++] = 1;
		opt[n++] = 1;
	}
	if (seg->ts) {
		opt[n++] = 8;
		opt[n++] = 10;
		*ret_ts = n;
		for (unsigned i = 0; i < 4; i++) {
			opt[n + i] = (uint8_t)(seg->tsval >> (24 - 8 * i));
			opt[n + 4 + i] = (uint8_t)(seg->tsecr >> (24 - 8 * i));
		}
		n += 8;
	}
	if (seg->wscale >= 0) {
		opt[n++] = 1;
		opt[n++] = 3;
		opt[n++] = 3;
		opt[n++] = (uint8_t)seg->wscale;
	}
	while (n % 4)
		opt[n++] = 1;
	return n;
}

static int build_ip(struct tw_forge *forge, const struct tw_flow *flow, const struct tw_seg *seg,
		    unsigned tcp_len)
{
	struct libnet_in6_addr src6, dst6;
	uint32_t src4, dst4;

	if (flow->family == TW_IPV4) {
		memcpy(&src4, flow->peer.b, 4);
		memcpy(&dst4, flow->dut.b, 4);
		return libnet_build_ipv4((uint16_t)(LIBNET_IPV4_H + tcp_len), seg->ecn, 0, IP_DF,
					 seg->ttl, IPPROTO_TCP, 0, src4, dst4, NULL, 0, forge->net,
					 0);
	}
	memcpy(&src6, flow->peer.b, 16);
	memcpy(&dst6, flow->dut.b, 16);
	return libnet_build_ipv6(seg->ecn, 0, (uint16_t)tcp_len, IPPROTO_TCP, seg->ttl, src6, dst6,
				 NULL, 0, forge->net, 0);
}

static int build_layers(struct tw_forge *forge, const struct tw_flow *flow,
			const struct tw_seg *seg, unsigned *ret_ts)
{
	uint8_t opt[40], payload[TW_PAYLOAD_MAX];
	unsigned n_opt = put_options(seg, opt, ret_ts);
	unsigned tcp_len = LIBNET_TCP_H + n_opt + seg->len;
	uint16_t type = flow->family == TW_IPV4 ? ETHERTYPE_IP : ETHERTYPE_IPV6;

	memset(payload, 'x', sizeof(payload));
	if (n_opt && libnet_build_tcp_options(opt, n_opt, forge->net, 0) < 0)
		return -1;
	if (libnet_build_tcp(flow->peer_port, flow->dut_port, seg->seq, seg->ack, seg->flags,
			     seg->win, 0, seg->urg, (uint16_t)tcp_len, seg->len ? payload : NULL,
			     seg->len, forge->net, 0) < 0)
		return -1;
	if (build_ip(forge, flow, seg, tcp_len) < 0)
		return -1;
	return libnet_build_ethernet(forge->dst, forge->src, type, NULL, 0, forge->net, 0);
}

static int forge_frame(struct tw_forge *forge, const struct tw_flow *flow, const struct tw_seg *seg,
		       uint8_t ret_bytes[TW_FRAME_MAX], unsigned *ret_ts, struct tw_err *err)
{
	uint8_t *bytes = NULL;
	uint32_t len = 0;
	int ret;

	if (seg->len > TW_PAYLOAD_MAX)
		return tw_err_set(err, EMSGSIZE, "a payload of %u bytes is too long: at most %d",
				  seg->len, TW_PAYLOAD_MAX);
	if (build_layers(forge, flow, seg, ret_ts) < 0 ||
	    libnet_pblock_coalesce(forge->net, &bytes, &len) < 0 || len > TW_FRAME_MAX) {
		ret = tw_err_set(err, EIO, "libnet cannot build the segment: %s",
				 libnet_geterror(forge->net));
	} else {
		memcpy(ret_bytes, bytes, len);
		ret = (int)len;
	}
	if (bytes)
		libnet_adv_free_packet(forge->net, bytes);
	libnet_clear_packet(forge->net);
	return ret;
}

int tw_forge_build(struct tw_forge *forge, const struct tw_flow *flow, const struct tw_seg *seg,
		   uint8_t ret_bytes[TW_FRAME_MAX], struct tw_err *err)
{
	unsigned ts;

	return forge_frame(forge, flow, seg, ret_bytes, &ts, err);
}

/* Everything of a segment that is not a number of its connection, in one comparable value. */
static struct key key_of(enum tw_family family, const struct tw_seg *seg)
{
	unsigned bits =
		(unsigned)seg->ts | (unsigned)seg->bad_csum << 1 | (unsigned)seg->sackok << 2;

	return (struct key){
		.a = (uint64_t)seg->flags | (uint64_t)seg->ttl << 8 | (uint64_t)seg->ecn << 16 |
		     (uint64_t)bits << 24 | (uint64_t)seg->win << 32 | (uint64_t)seg->urg << 48,
		.b = (uint64_t)seg->len | (uint64_t)seg->mss << 16 |
		     (uint64_t)(uint8_t)seg->wscale << 32 | (uint64_t)family << 40,
	};
}

static struct tw_seg without_numbers(const struct tw_seg *seg)
{
	struct tw_seg kind = *seg;

	kind.seq = kind.ack = kind.tsval = kind.tsecr = 0;
	return kind;
}

const struct tw_template *tw_forge_get(struct tw_forge *forge, enum tw_family family,
				       const struct tw_seg *seg, struct tw_err *err)
{
	struct tw_flow nobody = { .family = family };
	const struct key key = key_of(family, seg);
	const struct tw_seg bare = without_numbers(seg);
	struct kind *kind;
	unsigned ts;
	int len;

	for (unsigned i = 0; i < forge->n_kinds; i++)
		if (forge->kind[i]->key.a == key.a && forge->kind[i]->key.b == key.b)
			return &forge->kind[i]->tmpl;
	if (forge->n_kinds == KINDS_MAX) {
		tw_err_set(err, ENOSPC, "more than %d kinds of segments in one run", KINDS_MAX);
		return NULL;
	}
	kind = calloc(1, sizeof(*kind));
	if (!kind) {
		tw_err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	len = forge_frame(forge, &nobody, &bare, kind->tmpl.bytes, &ts, err);
	if (len < 0) {
		free(kind);
		return NULL;
	}
	kind->key = key;
	kind->tmpl.family = family;
	kind->tmpl.len = (uint16_t)len;
	kind->tmpl.l4 = family == TW_IPV4 ? TW_ETH_LEN + 20 : TW_ETH_LEN + 40;
	kind->tmpl.ts = ts ? (uint8_t)(kind->tmpl.l4 + 20 + ts) : 0;
	kind->tmpl.bad_csum = seg->bad_csum;
	tw_wire_seal(&kind->tmpl);
	forge->kind[forge->n_kinds++] = kind;
	return &kind->tmpl;
}
