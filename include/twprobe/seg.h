/*
 * A TCP segment, as it was or will be on the wire. Host byte order throughout; no pointer, no owner.
 */
#ifndef TWPROBE_SEG_H
#define TWPROBE_SEG_H

#include <stdbool.h>
#include <stdint.h>

enum tw_flag {
	TW_FIN = 0x01,
	TW_SYN = 0x02,
	TW_RST = 0x04,
	TW_PSH = 0x08,
	TW_ACK = 0x10,
	TW_URG = 0x20,
	TW_ECE = 0x40,
	TW_CWR = 0x80,
};

enum tw_family {
	TW_IPV4 = 4,
	TW_IPV6 = 6,
};

struct tw_addr {
	uint8_t b[16]; /* network order; IPv4 uses the first four bytes */
};

/* A connection's name, from the DUT's point of view. Ports in host byte order. */
struct tw_flow {
	enum tw_family family;
	struct tw_addr dut, peer;
	uint16_t dut_port, peer_port;
};

/* Options that a stack must cope with. What stands "before" is put in front of all others. */
enum tw_odd {
	TW_ODD_NONE,
	TW_ODD_UNKNOWN,   /* a kind that nobody knows (RFC 6994) before: the others count */
	TW_ODD_UNALIGNED, /* no padding before the timestamps: they count */
	TW_ODD_TWICE,     /* other timestamps before: the last ones count */
	TW_ODD_END,       /* the end of the list before: nothing behind it counts */
	TW_ODD_NO_LENGTH, /* an option of length 0 before: nothing behind it can be read */
	TW_ODD_TOO_LONG,  /* one that is longer than the header before: likewise */
	TW_ODD_SHORT_TS,  /* timestamps of 6 bytes instead of 8: none at all */
	TW_ODDS,
};

struct tw_seg {
	uint8_t flags; /* enum tw_flag */
	uint8_t ttl;   /* TTL or hop limit */
	uint8_t ecn;   /* the two ECN bits of the IP header (RFC 3168) */
	bool ts;       /* has a timestamp option (RFC 7323) */
	bool bad_csum; /* sending only: spoil the TCP checksum */
	uint16_t win;  /* as on the wire, unscaled */
	uint16_t urg;
	uint16_t len;  /* payload bytes */
	uint16_t mss;  /* 0: no MSS option, */
	bool mss_zero; /* unless this is set: one that says 0 */
	int8_t wscale; /* -1: no window scale option */
	bool sackok;
	bool md5;    /* has an MD5 signature option (RFC 2385) */
	uint8_t odd; /* enum tw_odd; sending only */
	uint32_t seq, ack;
	uint32_t tsval, tsecr;
};

/* Sequence space that a segment takes: payload, SYN and FIN (RFC 9293 section 3.4). */
static inline uint32_t tw_seg_end(const struct tw_seg *seg)
{
	return seg->seq + seg->len + !!(seg->flags & TW_SYN) + !!(seg->flags & TW_FIN);
}

/* True if no stack can read the segment's timestamps (RFC 9293 section 3.1, options). */
static inline bool tw_seg_ts_spoilt(const struct tw_seg *seg)
{
	return seg->odd >= TW_ODD_END;
}

/* Bytes of options in its header, padding included: as forge.h makes them. */
static inline unsigned tw_seg_options_len(const struct tw_seg *seg)
{
	bool apart = seg->odd && seg->odd != TW_ODD_UNALIGNED && seg->odd != TW_ODD_SHORT_TS;
	unsigned n = apart ? seg->odd == TW_ODD_TWICE ? (seg->ts ? 12 : 0) : 4 : 0;

	n += seg->mss || seg->mss_zero ? 4 : 0;
	n += seg->sackok || (seg->ts && seg->odd != TW_ODD_UNALIGNED) ? 2 : 0;
	n += (seg->ts ? 10 : 0) + (seg->wscale >= 0 ? 4 : 0) + (seg->md5 ? 20 : 0);
	return (n + 3) / 4 * 4;
}

/* Bytes of options from the one on where they break off; 0: they do not. Two paddings are before it. */
static inline unsigned tw_seg_unreadable(const struct tw_seg *seg)
{
	bool breaks_off = seg->odd == TW_ODD_NO_LENGTH || seg->odd == TW_ODD_TOO_LONG;

	return breaks_off ? tw_seg_options_len(seg) - 2 : 0;
}

#endif
