#include "wire/wire.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

enum {
	IPPROTO_TCP_ = 6,
	OFF_SEQ = 4,
	OFF_ACK = 8,
	OFF_CSUM = 16
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)(v >> 16));
	put16(p + 2, (uint16_t)v);
}

static void decode_options(const uint8_t *opt, unsigned len, struct tw_seg *seg)
{
	while (len) {
		unsigned kind = opt[0], size = kind <= 1 ? 1 : len >= 2 ? opt[1] : 0;

		if (kind == 0 || size > len || (kind > 1 && size < 2))
			return;
		if (kind == 2 && size == 4) {
			seg->mss = get16(opt + 2);
			seg->mss_zero = !seg->mss;
		} else if (kind == 3 && size == 3) {
			seg->wscale = (int8_t)(opt[2] & 0x0f);
		} else if (kind == 4 && size == 2) {
			seg->sackok = true;
		} else if (kind == 8 && size == 10 && !seg->ts) {
			seg->ts = true;
			seg->tsval = get32(opt + 2);
			seg->tsecr = get32(opt + 6);
		} else if (kind == 19 && size == 18) {
			seg->md5 = true;
		}
		opt += size;
		len -= size;
	}
}

static bool decode_tcp(const uint8_t *tcp, unsigned have, unsigned said, struct tw_seen *ret)
{
	unsigned head;

	if (have < 20)
		return false;
	head = (tcp[12] >> 4) * 4u;
	if (head < 20 || head > have || head > said)
		return false;
	ret->sport = get16(tcp);
	ret->dport = get16(tcp + 2);
	ret->seg.seq = get32(tcp + OFF_SEQ);
	ret->seg.ack = get32(tcp + OFF_ACK);
	ret->seg.flags = tcp[13];
	ret->seg.win = get16(tcp + 14);
	ret->seg.urg = get16(tcp + 18);
	ret->seg.len = (uint16_t)(said - head);
	decode_options(tcp + 20, head - 20, &ret->seg);
	return true;
}

bool tw_wire_decode(const uint8_t *bytes, unsigned len, struct tw_seen *ret)
{
	const uint8_t *ip = bytes + TW_ETH_LEN;
	unsigned head, said;

	memset(ret, 0, sizeof(*ret));
	ret->seg.wscale = -1;
	if (len < TW_ETH_LEN + 20)
		return false;
	len -= TW_ETH_LEN;
	if (get16(bytes + 12) == 0x0800 && ip[0] >> 4 == 4) {
		head = (ip[0] & 0x0f) * 4u;
		said = get16(ip + 2);
		if (head < 20 || head > len || said < head || ip[9] != IPPROTO_TCP_ ||
		    (get16(ip + 6) & 0x3fff))
			return false;
		ret->family = TW_IPV4;
		memcpy(ret->src.b, ip + 12, 4);
		memcpy(ret->dst.b, ip + 16, 4);
		ret->seg.ttl = ip[8];
		ret->seg.ecn = ip[1] & 3;
		return decode_tcp(ip + head, len - head, said - head, ret);
	}
	if (get16(bytes + 12) == 0x86dd && ip[0] >> 4 == 6) {
		if (len < 40 || ip[6] != IPPROTO_TCP_)
			return false;
		ret->family = TW_IPV6;
		memcpy(ret->src.b, ip + 8, 16);
		memcpy(ret->dst.b, ip + 24, 16);
		ret->seg.ttl = ip[7];
		ret->seg.ecn = ip[1] >> 4 & 3;
		return decode_tcp(ip + 40, len - 40, get16(ip + 4), ret);
	}
	return false;
}

static uint32_t sum_bytes(uint32_t sum, const uint8_t *p, unsigned len)
{
	for (; len > 1; p += 2, len -= 2)
		sum += get16(p);
	return len ? sum + (uint32_t)(p[0] << 8) : sum;
}

static uint32_t sum32(uint32_t sum, uint32_t v)
{
	return sum + (v >> 16) + (v & 0xffff);
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static unsigned addr_len(enum tw_family family)
{
	return family == TW_IPV4 ? 4 : 16;
}

static unsigned addr_offset(enum tw_family family)
{
	return TW_ETH_LEN + (family == TW_IPV4 ? 12u : 8u);
}

void tw_wire_seal(struct tw_template *tmpl)
{
	unsigned tcp_len = tmpl->len - tmpl->l4;

	put16(tmpl->bytes + tmpl->l4 + OFF_CSUM, 0);
	tmpl->tcp_sum = sum_bytes(IPPROTO_TCP_ + tcp_len, tmpl->bytes + tmpl->l4, tcp_len);
	tmpl->ip_sum = 0;
	if (tmpl->family == TW_IPV4) {
		put16(tmpl->bytes + TW_ETH_LEN + 10, 0);
		tmpl->ip_sum = sum_bytes(0, tmpl->bytes + TW_ETH_LEN, 20);
	}
}

unsigned tw_wire_patch(const struct tw_template *tmpl, const struct tw_flow *flow,
		       const struct tw_seg *seg, uint8_t *ret_bytes)
{
	uint8_t *tcp = ret_bytes + tmpl->l4, *addr = ret_bytes + addr_offset(tmpl->family);
	unsigned alen = addr_len(tmpl->family);
	uint32_t asum, sum;

	memcpy(ret_bytes, tmpl->bytes, tmpl->len);
	memcpy(addr, flow->peer.b, alen);
	memcpy(addr + alen, flow->dut.b, alen);
	asum = sum_bytes(0, addr, 2 * alen);
	put16(tcp, flow->peer_port);
	put16(tcp + 2, flow->dut_port);
	put32(tcp + OFF_SEQ, seg->seq);
	put32(tcp + OFF_ACK, seg->ack);
	sum = tmpl->tcp_sum + asum + flow->peer_port + flow->dut_port;
	sum = sum32(sum32(sum, seg->seq), seg->ack);
	if (tmpl->ts) {
		put32(ret_bytes + tmpl->ts, seg->tsval);
		put32(ret_bytes + tmpl->ts + 4, seg->tsecr);
		/* the option is preceded by two NOPs or starts on an even byte: words stay words */
		sum = sum32(sum32(sum, seg->tsval), seg->tsecr);
	}
	put16(tcp + OFF_CSUM, (uint16_t)(~fold(sum) ^ (tmpl->bad_csum ? 0x5555 : 0)));
	if (tmpl->family == TW_IPV4)
		put16(ret_bytes + TW_ETH_LEN + 10, (uint16_t)~fold(tmpl->ip_sum + asum));
	return tmpl->len;
}

void tw_wire_checksum(uint8_t *bytes, unsigned len, unsigned l4)
{
	bool four = bytes[TW_ETH_LEN] >> 4 == 4;
	enum tw_family family = four ? TW_IPV4 : TW_IPV6;
	uint32_t sum;

	if (four) {
		put16(bytes + TW_ETH_LEN + 10, 0);
		put16(bytes + TW_ETH_LEN + 10,
		      (uint16_t)~fold(sum_bytes(0, bytes + TW_ETH_LEN, l4 - TW_ETH_LEN)));
	}
	if (len < l4 + OFF_CSUM + 2)
		return;
	put16(bytes + l4 + OFF_CSUM, 0);
	sum = sum_bytes(IPPROTO_TCP_ + len - l4, bytes + addr_offset(family), 2 * addr_len(family));
	put16(bytes + l4 + OFF_CSUM, (uint16_t)~fold(sum_bytes(sum, bytes + l4, len - l4)));
}

bool tw_wire_csum_ok(const uint8_t *bytes, unsigned len)
{
	struct tw_seen seen;
	unsigned alen, l4, tcp_len;
	uint32_t sum;

	if (!tw_wire_decode(bytes, len, &seen))
		return false;
	alen = addr_len(seen.family);
	if (seen.family == TW_IPV4) {
		l4 = TW_ETH_LEN + (bytes[TW_ETH_LEN] & 0x0f) * 4u;
		tcp_len = TW_ETH_LEN + get16(bytes + TW_ETH_LEN + 2) - l4;
		if (fold(sum_bytes(0, bytes + TW_ETH_LEN, l4 - TW_ETH_LEN)) != 0xffff)
			return false;
	} else {
		l4 = TW_ETH_LEN + 40;
		tcp_len = get16(bytes + TW_ETH_LEN + 4);
	}
	if (l4 + tcp_len > len)
		return false;
	sum = sum_bytes(IPPROTO_TCP_ + tcp_len, bytes + addr_offset(seen.family), 2 * alen);
	return fold(sum_bytes(sum, bytes + l4, tcp_len)) == 0xffff;
}
