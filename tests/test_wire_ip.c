/*
 * IP packets as they were captured: what their headers say, with and without fragments and
 * extension headers; whatever is cut off or contradicts itself is refused, and nothing behind the
 * frame is read.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/wire_ip.h"

enum {
	ETH = 14,
	FRAME = 128,
};

struct row {
	const char *says;
	/* behind the Ethernet header, up to and with the ports, in hex; blanks do not count */
	const char *hex;
	struct tw_ip_seen want; /* family decides about the type field; src and dst are SRC, DST */
	unsigned need;          /* bytes of IP without which it cannot be told */
};

#define SRC4 "c0000201 "
#define DST4 "c6120007 "
#define SRC6 "20010db8000000000000000000000001 "
#define DST6 "20010db8000100000000000000000007 "

static const struct row rows[] = {
	{ "a datagram",
	  "45000020 12344000 40110000 " SRC4 DST4 "14e90035 000c0000",
	  { .family = TW_IPV4,
	    .proto = 17,
	    .ttl = 64,
	    .total = 32,
	    .payload = 12,
	    .df = true,
	    .id = 0x1234,
	    .l4 = ETH + 20,
	    .ports = true,
	    .sport = 5353,
	    .dport = 53 },
	  20 },
	{ "a first fragment",
	  "450003e8 00012000 3f110000 " SRC4 DST4 "00070009 05780000",
	  { .family = TW_IPV4,
	    .proto = 17,
	    .ttl = 63,
	    .total = 1000,
	    .payload = 980,
	    .mf = true,
	    .id = 1,
	    .l4 = ETH + 20,
	    .ports = true,
	    .sport = 7,
	    .dport = 9 },
	  20 },
	{ "a later fragment",
	  "45000194 0001007a 40110000 " SRC4 DST4 "78787878 78787878",
	  { .family = TW_IPV4,
	    .proto = 17,
	    .ttl = 64,
	    .total = 404,
	    .payload = 384,
	    .frag_off = 976,
	    .id = 1,
	    .l4 = ETH + 20 },
	  20 },
	{ "TCP behind an option of IPv4",
	  "4600002c 00004000 40060000 " SRC4 DST4 "94040000 13890050 00000000",
	  { .family = TW_IPV4,
	    .proto = 6,
	    .ttl = 64,
	    .total = 44,
	    .payload = 20,
	    .df = true,
	    .l4 = ETH + 24,
	    .ports = true,
	    .sport = 5001,
	    .dport = 80 },
	  24 },
	{ "ICMP",
	  "4500001c 00000000 40010000 " SRC4 DST4 "08000000 00000000",
	  { .family = TW_IPV4, .proto = 1, .ttl = 64, .total = 28, .payload = 8, .l4 = ETH + 20 },
	  20 },
	{ "a datagram over IPv6",
	  "60000000 000c1140 " SRC6 DST6 "14e90035 000c0000",
	  { .family = TW_IPV6,
	    .proto = 17,
	    .ttl = 64,
	    .total = 52,
	    .payload = 12,
	    .df = true,
	    .l4 = ETH + 40,
	    .ports = true,
	    .sport = 5353,
	    .dport = 53 },
	  40 },
	{ "a first fragment over IPv6",
	  "60000000 03b02c40 " SRC6 DST6 "11000001 deadbeef 00070009 05780000",
	  { .family = TW_IPV6,
	    .proto = 17,
	    .ttl = 64,
	    .total = 984,
	    .payload = 936,
	    .df = true,
	    .mf = true,
	    .id = 0xdeadbeef,
	    .l4 = ETH + 48,
	    .ports = true,
	    .sport = 7,
	    .dport = 9 },
	  48 },
	/* Its "next header" says hop-by-hop, which is of the whole and not of this fragment. */
	{ "a later fragment over IPv6",
	  "60000000 00182c40 " SRC6 DST6 "000003a8 00000001 3aff0000 00000000",
	  { .family = TW_IPV6,
	    .proto = 0,
	    .ttl = 64,
	    .total = 64,
	    .payload = 16,
	    .df = true,
	    .frag_off = 936,
	    .id = 1,
	    .l4 = ETH + 48 },
	  48 },
	{ "three extension headers, one of 16 bytes",
	  "60000000 00340001 " SRC6 DST6
	  "3c000502 00000000 2b010104 00000000 00000000 00000000 06000000 00000000 "
	  "13890050 00000000",
	  { .family = TW_IPV6,
	    .proto = 6,
	    .ttl = 1,
	    .total = 92,
	    .payload = 20,
	    .df = true,
	    .l4 = ETH + 72,
	    .ports = true,
	    .sport = 5001,
	    .dport = 80 },
	  72 },
};

/* The frame of a row; its length. */
static unsigned frame_of(const struct row *row, uint8_t frame[FRAME])
{
	const char *hex = row->hex;
	unsigned n = ETH, value;

	memset(frame, 0, FRAME);
	memcpy(frame + 12, row->want.family == TW_IPV4 ? "\x08\x00" : "\x86\xdd", 2);
	for (; *hex; hex += 2) {
		hex += strspn(hex, " ");
		assert_int_equal(sscanf(hex, "%2x", &value), 1);
		frame[n++] = value;
	}
	return n;
}

/* Decodes from memory that ends where the frame does. */
static bool decode(const uint8_t *frame, unsigned len, struct tw_ip_seen *ret)
{
	uint8_t *tight = malloc(len ? len : 1);
	bool ok;

	assert_non_null(tight);
	memcpy(tight, frame, len);
	ok = tw_wire_ip_decode(tight, len, ret);
	free(tight);
	return ok;
}

static void compare(const struct tw_ip_seen *seen, const struct tw_ip_seen *want)
{
	int af = want->family == TW_IPV4 ? AF_INET : AF_INET6;
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];

	inet_ntop(af, seen->src.b, src, sizeof(src));
	inet_ntop(af, seen->dst.b, dst, sizeof(dst));
	assert_string_equal(src, af == AF_INET ? "192.0.2.1" : "2001:db8::1");
	assert_string_equal(dst, af == AF_INET ? "198.18.0.7" : "2001:db8:1::7");
	assert_int_equal(seen->family, want->family);
	assert_int_equal(seen->proto, want->proto);
	assert_int_equal(seen->ttl, want->ttl);
	assert_int_equal(seen->total, want->total);
	assert_int_equal(seen->payload, want->payload);
	assert_int_equal(seen->df, want->df);
	assert_int_equal(seen->mf, want->mf);
	assert_int_equal(seen->frag_off, want->frag_off);
	assert_int_equal(seen->id, want->id);
	assert_int_equal(seen->l4, want->l4);
	assert_int_equal(seen->ports, want->ports);
	assert_int_equal(seen->sport, want->sport);
	assert_int_equal(seen->dport, want->dport);
}

static void decodes(void **state)
{
	struct tw_ip_seen seen;
	uint8_t frame[FRAME];
	unsigned i, len, cut;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].says);
		len = frame_of(&rows[i], frame);
		assert_true(decode(frame, len, &seen));
		compare(&seen, &rows[i].want);
		for (cut = 0; cut < len; cut++) {
			assert_int_equal(decode(frame, cut, &seen), cut >= ETH + rows[i].need);
			if (cut < ETH + rows[i].need + 4)
				assert_false(seen.ports);
		}
	}
}

static void refuses(void **state)
{
	static const struct {
		unsigned row, at;
		uint8_t value;
	} bad[] = {
		{ 0, 12, 0x09 },      /* no type of ours */
		{ 0, ETH, 0x65 },     /* another version than the type's */
		{ 0, ETH, 0x44 },     /* a header of 16 bytes */
		{ 0, ETH + 3, 19 },   /* shorter than its header */
		{ 0, ETH, 0x4f },     /* a header that is longer than all of it */
		{ 5, ETH, 0x45 },     /* another version than the type's */
		{ 6, ETH + 5, 0x07 }, /* (with the next one) shorter than its extension header */
		{ 8, ETH + 5, 0x1f }, /* the same */
		{ 8, ETH + 49, 9 },   /* an extension header that is longer than all of it */
	};
	struct tw_ip_seen seen;
	uint8_t frame[FRAME];
	unsigned i, len;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		len = frame_of(&rows[bad[i].row], frame);
		frame[bad[i].at] = bad[i].value;
		if (bad[i].row == 6)
			frame[ETH + 4] = 0;
		assert_false(decode(frame, len, &seen));
	}
}

/* One byte changed anywhere: whatever it says, it stays inside of the frame. */
static void survives(void **state)
{
	struct tw_ip_seen seen;
	uint8_t frame[FRAME], bad[FRAME];
	unsigned i, at, value, len;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		len = frame_of(&rows[i], frame);
		for (at = 0; at < len; at++) {
			for (value = 0; value < 256; value++) {
				memcpy(bad, frame, len);
				bad[at] = value;
				if (!decode(bad, len, &seen))
					continue;
				assert_in_range(seen.l4, ETH + 20, len);
				assert_true(seen.payload < seen.total);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes),
		cmocka_unit_test(refuses),
		cmocka_unit_test(survives),
	};

	return !!cmocka_run_group_tests_name("test_wire_ip", tests, NULL, NULL);
}
