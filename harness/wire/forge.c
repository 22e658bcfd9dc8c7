#include "wire/forge.h"

#include <libnet.h>
#include <stdlib.h>
#include <string.h>

enum {
	KINDS_MAX = 8192,
	BUCKETS = 4 * KINDS_MAX, /* a power of two */
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
	struct kind *kind[BUCKETS]; /* open addressing */
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
	for (unsigned i = 0; i < BUCKETS; i++)
		free(forge->kind[i]);
	libnet_destroy(forge->net);
	free(forge);
}

/* What the segment's odd option puts in front of the others. */
static unsigned put_odd(enum tw_odd odd, uint8_t *opt)
{
	static const struct {
		uint8_t n, bytes[12];
	} fronts[TW_ODDS] = {
		[TW_ODD_UNKNOWN] = { 4, { 253, 4, 0x54, 0x57 } },
		[TW_ODD_TWICE] = { 12, { 1, 1, 8, 10, 0x7a, 0x5a, 0x3a, 0x1a } },
		[TW_ODD_END] = { 4, { 0, 0, 0, 0 } },
		[TW_ODD_NO_LENGTH] = { 4, { 1, 1, 253, 0 } },
		[TW_ODD_TOO_LONG] = { 4, { 1, 1, 253, 60 } },
	};

	memcpy(opt, fronts[odd].bytes, fronts[odd].n);
	return fronts[odd].n;
}

static unsigned put_options(const struct tw_seg *seg, uint8_t *opt, unsigned *ret_ts)
{
	unsigned n = seg->odd == TW_ODD_TWICE && !seg->ts ? 0 : put_odd(seg->odd, opt);

	*ret_ts = 0;
	if (seg->mss || seg->mss_zero) {
		opt[n++] = 2;
		opt[n++] = 4;
		opt[n++] = (uint8_t)(seg->mss >> 8);
		opt[n++] = (uint8_t)seg->mss;
	}
	if (seg->sackok) {
		opt[n++] = 4;
		opt[n++] = 2;
	} else if (seg->ts && seg->odd != TW_ODD_UNALIGNED) {
		opt[n++] = 1;
		opt[n++] = 1;
	}
	if (seg->ts) {
		opt[n++] = 8;
		/* of a short one nothing is patched: what is behind it ends the list */
		opt[n++] = seg->odd == TW_ODD_SHORT_TS ? 8 : 10;
		*ret_ts = seg->odd == TW_ODD_SHORT_TS ? 0 : n;
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
	if (seg->md5) {
		/* the digest is for tw_md5_sign() */
		memcpy(opt + n, (const uint8_t[20]){ 1, 1, 19, 18 }, 20);
		n += 20;
	}
	while (n % 4)
		opt[n++] = 1;
	return n;
}

/* What stands in an IP header, TCP's or ICMP's, from the flow's peer to its DUT. */
struct ip_head {
	uint8_t proto, ttl, tos;
	uint16_t frag; /* IPv4's flags and offset */
};

static int build_ip(struct tw_forge *forge, const struct tw_flow *flow, const struct ip_head *head,
		    unsigned len)
{
	struct libnet_in6_addr src6, dst6;
	uint32_t src4, dst4;

	if (flow->family == TW_IPV4) {
		memcpy(&src4, flow->peer.b, 4);
		memcpy(&dst4, flow->dut.b, 4);
		return libnet_build_ipv4((uint16_t)(LIBNET_IPV4_H + len), head->tos, 0, head->frag,
					 head->ttl, head->proto, 0, src4, dst4, NULL, 0, forge->net,
					 0);
	}
	memcpy(&src6, flow->peer.b, 16);
	memcpy(&dst6, flow->dut.b, 16);
	return libnet_build_ipv6(head->tos, 0, (uint16_t)len, head->proto, head->ttl, src6, dst6,
				 NULL, 0, forge->net, 0);
}

static int build_ethernet(struct tw_forge *forge, enum tw_family family)
{
	return libnet_build_ethernet(forge->dst, forge->src,
				     family == TW_IPV4 ? ETHERTYPE_IP : ETHERTYPE_IPV6, NULL, 0,
				     forge->net, 0);
}

static int build_layers(struct tw_forge *forge, const struct tw_flow *flow,
			const struct tw_seg *seg, unsigned *ret_ts)
{
	const struct ip_head head = {
		.proto = IPPROTO_TCP, .ttl = seg->ttl, .tos = seg->ecn, .frag = IP_DF
	};
	uint8_t opt[40], payload[TW_PAYLOAD_MAX];
	unsigned n_opt = put_options(seg, opt, ret_ts);
	unsigned tcp_len = LIBNET_TCP_H + n_opt + seg->len;

	memset(payload, 'x', sizeof(payload));
	if (n_opt && libnet_build_tcp_options(opt, n_opt, forge->net, 0) < 0)
		return -1;
	if (libnet_build_tcp(flow->peer_port, flow->dut_port, seg->seq, seg->ack, seg->flags,
			     seg->win, 0, seg->urg, (uint16_t)tcp_len, seg->len ? payload : NULL,
			     seg->len, forge->net, 0) < 0)
		return -1;
	if (build_ip(forge, flow, &head, tcp_len) < 0)
		return -1;
	return build_ethernet(forge, flow->family);
}

/* The frame whose layers libnet has (@built: or could not build). Its length or negative errno. */
static int take_frame(struct tw_forge *forge, bool built, uint8_t ret_bytes[TW_FRAME_MAX],
		      struct tw_err *err)
{
	uint8_t *bytes = NULL;
	uint32_t len = 0;
	int ret;

	if (!built || libnet_pblock_coalesce(forge->net, &bytes, &len) < 0 || len > TW_FRAME_MAX) {
		ret = tw_err_set(err, EIO, "libnet cannot build the frame: %s",
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

static int forge_frame(struct tw_forge *forge, const struct tw_flow *flow, const struct tw_seg *seg,
		       uint8_t ret_bytes[TW_FRAME_MAX], unsigned *ret_ts, struct tw_err *err)
{
	if (seg->len > TW_PAYLOAD_MAX)
		return tw_err_set(err, EMSGSIZE, "a payload of %u bytes is too long: at most %d",
				  seg->len, TW_PAYLOAD_MAX);
	return take_frame(forge, build_layers(forge, flow, seg, ret_ts) >= 0, ret_bytes, err);
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
	unsigned bits = (unsigned)seg->ts | (unsigned)seg->bad_csum << 1 |
			(unsigned)seg->sackok << 2 | (unsigned)seg->mss_zero << 3 |
			(unsigned)seg->md5 << 4;

	return (struct key){
		.a = (uint64_t)seg->flags | (uint64_t)seg->ttl << 8 | (uint64_t)seg->ecn << 16 |
		     (uint64_t)bits << 24 | (uint64_t)seg->win << 32 | (uint64_t)seg->urg << 48,
		.b = (uint64_t)seg->len | (uint64_t)seg->mss << 16 |
		     (uint64_t)(uint8_t)seg->wscale << 32 | (uint64_t)family << 40 |
		     (uint64_t)seg->odd << 48,
	};
}

static struct tw_seg without_numbers(const struct tw_seg *seg)
{
	struct tw_seg kind = *seg;

	kind.seq = kind.ack = kind.tsval = kind.tsecr = 0;
	return kind;
}

/* Where the kind of that key is, or is to be. */
static struct kind **find_kind(struct tw_forge *forge, const struct key *key)
{
	uint64_t hash = (key->a ^ key->b * 0x9e3779b97f4a7c15u) * 0xd6e8feb86659fd93u;
	unsigned i = (unsigned)(hash >> 32) % BUCKETS;

	while (forge->kind[i] &&
	       (forge->kind[i]->key.a != key->a || forge->kind[i]->key.b != key->b))
		i = (i + 1) % BUCKETS;
	return &forge->kind[i];
}

const struct tw_template *tw_forge_get(struct tw_forge *forge, enum tw_family family,
				       const struct tw_seg *seg, struct tw_err *err)
{
	struct tw_flow nobody = { .family = family };
	const struct key key = key_of(family, seg);
	const struct tw_seg bare = without_numbers(seg);
	struct kind **at = find_kind(forge, &key), *kind;
	unsigned ts;
	int len;

	if (*at)
		return &(*at)->tmpl;
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
	forge->n_kinds++;
	*at = kind;
	return &kind->tmpl;
}

enum {
	/* RFC 1812 4.3.2.3, RFC 4443 2.4 (c): the whole error is no longer than 576, 1280 bytes. */
	ICMP_HEAD = 8,
	QUOTE4 = 576 - LIBNET_IPV4_H - ICMP_HEAD,
	QUOTE6 = 1280 - LIBNET_IPV6_H - ICMP_HEAD,
};

struct icmp_head {
	uint8_t type, code;
	uint32_t rest; /* the second word */
};

/* Bytes of the packet that are quoted, and the way that the error takes; 0 if this is no packet. */
static unsigned quote(const uint8_t *ip, unsigned len, const struct tw_addr *from,
		      struct tw_flow *ret_flow)
{
	unsigned said, most;
	bool four;

	memset(ret_flow, 0, sizeof(*ret_flow));
	if (len < LIBNET_IPV4_H || (ip[0] >> 4 != 4 && (ip[0] >> 4 != 6 || len < LIBNET_IPV6_H)))
		return 0;
	four = ip[0] >> 4 == 4;
	said = four ? (unsigned)(ip[2] << 8 | ip[3])
		    : LIBNET_IPV6_H + (unsigned)(ip[4] << 8 | ip[5]);
	most = four ? QUOTE4 : QUOTE6;
	ret_flow->family = four ? TW_IPV4 : TW_IPV6;
	memcpy(ret_flow->dut.b, ip + (four ? 12 : 8), four ? 4 : 16);
	memcpy(ret_flow->peer.b, from ? from->b : ip + (four ? 16 : 24), four ? 4 : 16);
	len = len < said ? len : said; /* what is behind it is Ethernet's padding */
	return len < most ? len : most;
}

/*
 * libnet's function for unreachables has no room for an MTU, and there is none for "packet too big". An echo is laid out the
 * same way: type, code, checksum, 32 bits, data.
 */
static bool build_icmp(struct tw_forge *forge, const struct tw_flow *flow,
		       const struct icmp_head *icmp, const uint8_t *quoted, unsigned len)
{
	const bool four = flow->family == TW_IPV4;
	const struct ip_head head = { .proto = four ? IPPROTO_ICMP : IPPROTO_ICMPV6, .ttl = 64 };
	uint16_t high = (uint16_t)(icmp->rest >> 16), low = (uint16_t)icmp->rest;
	int ret;

	if (four)
		ret = libnet_build_icmpv4_echo(icmp->type, icmp->code, 0, high, low, quoted, len,
					       forge->net, 0);
	else
		ret = libnet_build_icmpv6_echo(icmp->type, icmp->code, 0, high, low,
					       (uint8_t *)quoted, len, forge->net, 0);
	return ret >= 0 && build_ip(forge, flow, &head, ICMP_HEAD + len) >= 0 &&
	       build_ethernet(forge, flow->family) >= 0;
}

static int forge_icmp(struct tw_forge *forge, const struct icmp_head icmp[2], const uint8_t *quoted,
		      unsigned len, const struct tw_addr *from, uint8_t ret_bytes[TW_FRAME_MAX],
		      struct tw_err *err)
{
	struct tw_flow flow;

	len = quote(quoted, len, from, &flow);
	if (!len)
		return tw_err_set(err, EINVAL, "what is to be quoted is no IP packet");
	return take_frame(forge,
			  build_icmp(forge, &flow, &icmp[flow.family == TW_IPV6], quoted, len),
			  ret_bytes, err);
}

int tw_forge_icmp_too_big(struct tw_forge *forge, const uint8_t *quoted, unsigned len,
			  const struct tw_addr *from, uint32_t mtu, uint8_t ret_bytes[TW_FRAME_MAX],
			  struct tw_err *err)
{
	const struct icmp_head icmp[] = { { 3, 4, mtu & 0xffff }, { 2, 0, mtu } };

	return forge_icmp(forge, icmp, quoted, len, from, ret_bytes, err);
}

int tw_forge_icmp_unreachable(struct tw_forge *forge, const uint8_t *quoted, unsigned len,
			      const struct tw_addr *from, uint8_t ret_bytes[TW_FRAME_MAX],
			      struct tw_err *err)
{
	static const struct icmp_head icmp[] = { { 3, 1, 0 }, { 1, 3, 0 } };

	return forge_icmp(forge, icmp, quoted, len, from, ret_bytes, err);
}
