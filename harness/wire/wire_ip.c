#include "wire/wire_ip.h"

#include <string.h>

#include "wire/wire.h"

enum {
	/* IANA's numbers */
	HOP_BY_HOP = 0,
	TCP = 6,
	UDP = 17,
	ROUTING = 43,
	FRAGMENT = 44,
	DESTINATION = 60,
};

static unsigned get16(const uint8_t *p)
{
	return (unsigned)(p[0] << 8 | p[1]);
}

static bool decode4(const uint8_t *ip, unsigned len, struct tw_ip_seen *ret)
{
	unsigned head, frag;

	if (len < 20 || ip[0] >> 4 != 4)
		return false;
	head = (ip[0] & 0x0f) * 4u;
	frag = get16(ip + 6);
	ret->family = TW_IPV4;
	ret->total = get16(ip + 2);
	if (head < 20 || head > len || head > ret->total)
		return false;
	memcpy(ret->src.b, ip + 12, 4);
	memcpy(ret->dst.b, ip + 16, 4);
	ret->proto = ip[9];
	ret->ttl = ip[8];
	ret->id = get16(ip + 4);
	ret->df = frag & 0x4000;
	ret->mf = frag & 0x2000;
	ret->frag_off = (frag & 0x1fff) * 8;
	ret->l4 = TW_ETH_LEN + head;
	ret->payload = ret->total - head;
	return true;
}

/* One extension header at @at. Its length, or 0 if it is cut off. */
static unsigned extension(const uint8_t *ip, unsigned at, unsigned len, struct tw_ip_seen *ret)
{
	const uint8_t *ext = ip + at;
	unsigned size;

	if (at + 8 > len)
		return 0;
	size = ret->proto == FRAGMENT ? 8 : 8 + ext[1] * 8u;
	if (at + size > len)
		return 0;
	if (ret->proto == FRAGMENT) {
		ret->frag_off = get16(ext + 2) & ~7u;
		ret->mf = ext[3] & 1;
		ret->id = (uint32_t)get16(ext + 4) << 16 | get16(ext + 6);
	}
	ret->proto = ext[0];
	return size;
}

static bool decode6(const uint8_t *ip, unsigned len, struct tw_ip_seen *ret)
{
	unsigned at = 40, size;

	if (len < 40 || ip[0] >> 4 != 6)
		return false;
	ret->family = TW_IPV6;
	ret->total = 40 + get16(ip + 4);
	memcpy(ret->src.b, ip + 8, 16);
	memcpy(ret->dst.b, ip + 24, 16);
	ret->proto = ip[6];
	ret->ttl = ip[7];
	ret->df = true;
	/* Behind the header of a later fragment stands no header, whatever proto says. */
	while (!ret->frag_off && (ret->proto == HOP_BY_HOP || ret->proto == ROUTING ||
				  ret->proto == FRAGMENT || ret->proto == DESTINATION)) {
		size = extension(ip, at, len, ret);
		if (!size)
			return false;
		at += size;
	}
	if (at > ret->total)
		return false;
	ret->l4 = TW_ETH_LEN + at;
	ret->payload = ret->total - at;
	return true;
}

bool tw_wire_ip_decode(const uint8_t *bytes, unsigned len, struct tw_ip_seen *ret)
{
	unsigned type;

	memset(ret, 0, sizeof(*ret));
	if (len < TW_ETH_LEN)
		return false;
	type = get16(bytes + 12);
	if (type == 0x0800 ? !decode4(bytes + TW_ETH_LEN, len - TW_ETH_LEN, ret)
			   : type != 0x86dd || !decode6(bytes + TW_ETH_LEN, len - TW_ETH_LEN, ret))
		return false;
	ret->ports = (ret->proto == TCP || ret->proto == UDP) && !ret->frag_off &&
		     ret->payload >= 4 && ret->l4 + 4 <= len;
	if (ret->ports) {
		ret->sport = (uint16_t)get16(bytes + ret->l4);
		ret->dport = (uint16_t)get16(bytes + ret->l4 + 2);
	}
	return true;
}
