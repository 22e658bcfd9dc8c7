/*
 * Signatures: the digest of a known segment (worked out from RFC 2385 with another MD5), what is signed is found right,
 * what was changed is found wrong, and the checksum of a signed frame is right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/forge.h"
#include "wire/md5sig.h"
#include "wire/wire.h"

static const uint8_t mac_a[6] = { 2, 0, 0, 0, 0, 1 }, mac_b[6] = { 2, 0, 0, 0, 0, 2 };

static const struct tw_seg seg = { .flags = TW_PSH | TW_ACK,
				   .ttl = 64,
				   .win = 509,
				   .wscale = -1,
				   .ts = true,
				   .md5 = true,
				   .len = 3,
				   .seq = 0x01020304,
				   .ack = 0xfffefdfc,
				   .tsval = 77,
				   .tsecr = 78 };

/* 198.18.0.1:40000 to 192.0.2.1:5001, and the same last bytes for IPv6. */
static struct tw_flow a_flow(enum tw_family family)
{
	struct tw_flow flow = { .family = family, .dut_port = 5001, .peer_port = 40000 };
	static const uint8_t dut[] = { 192, 0, 2, 1 }, peer[] = { 198, 18, 0, 1 };
	unsigned at = family == TW_IPV4 ? 0 : 12;

	memcpy(flow.dut.b + at, dut, 4);
	memcpy(flow.peer.b + at, peer, 4);
	return flow;
}

static unsigned build(enum tw_family family, const struct tw_seg *what, uint8_t frame[TW_FRAME_MAX])
{
	struct tw_forge *forge = tw_forge_new(mac_a, mac_b, NULL);
	struct tw_flow flow = a_flow(family);
	int len;

	assert_non_null(forge);
	len = tw_forge_build(forge, &flow, what, frame, NULL);
	tw_forge_free(forge);
	assert_true(len > 0);
	return (unsigned)len;
}

static void a_known_digest(void **state)
{
	static const uint8_t known[2][16] = { { 0x44, 0xe1, 0x8b, 0x1e, 0xff, 0xd6, 0x15, 0x3d,
						0xdf, 0x54, 0x45, 0xe3, 0x53, 0x39, 0xe5, 0xb6 },
					      { 0x0a, 0x67, 0xaf, 0x9c, 0x50, 0x84, 0xcb, 0x08,
						0x51, 0x57, 0xed, 0x28, 0x3d, 0xdd, 0x74, 0x9c } };

	(void)state;
	for (unsigned six = 0; six < 2; six++) {
		uint8_t frame[TW_FRAME_MAX];
		unsigned len = build(six ? TW_IPV6 : TW_IPV4, &seg, frame);

		assert_int_equal(tw_md5_sign(frame, len, "secret"), 0);
		assert_memory_equal(frame + len - 3 - 16, known[six], 16);
		assert_true(tw_wire_csum_ok(frame, len));
	}
}

static void changes_are_found(void **state)
{
	uint8_t frame[TW_FRAME_MAX];
	unsigned len = build(TW_IPV4, &seg, frame);

	(void)state;
	assert_int_equal(tw_md5_check(frame, len, "secret"), TW_SIGNED_WRONG);
	assert_int_equal(tw_md5_sign(frame, len, "secret"), 0);
	assert_int_equal(tw_md5_check(frame, len, "secret"), TW_SIGNED);
	assert_int_equal(tw_md5_check(frame, len, "Secret"), TW_SIGNED_WRONG);
	assert_int_equal(tw_md5_check(frame, len - 1, "secret"), TW_SIGNED_CUT);
	/* from the source address to the urgent pointer, and the payload; the checksum is not signed */
	for (unsigned at = TW_ETH_LEN + 12; at < TW_ETH_LEN + 40; at++) {
		enum tw_signature told;

		frame[at] ^= 1;
		told = tw_md5_check(frame, len, "secret");
		frame[at] ^= 1;
		if (at == TW_ETH_LEN + 36 || at == TW_ETH_LEN + 37)
			assert_int_equal(told, TW_SIGNED);
		else
			assert_int_not_equal(told, TW_SIGNED);
	}
	frame[len - 1] ^= 1;
	assert_int_equal(tw_md5_check(frame, len, "secret"), TW_SIGNED_WRONG);
}

static void what_has_no_option_is_not_signed(void **state)
{
	uint8_t frame[TW_FRAME_MAX];
	struct tw_seg bare = seg;
	unsigned len;

	(void)state;
	bare.md5 = false;
	len = build(TW_IPV6, &bare, frame);
	assert_int_equal(tw_md5_check(frame, len, "secret"), TW_NOT_SIGNED);
	assert_true(tw_md5_sign(frame, len, "secret") < 0);
	frame[12] = 0;
	assert_int_equal(tw_md5_check(frame, len, "secret"), TW_SIGNED_CUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_digest),
		cmocka_unit_test(changes_are_found),
		cmocka_unit_test(what_has_no_option_is_not_signed),
	};

	return !!cmocka_run_group_tests_name("test_md5sig", tests, NULL, NULL);
}
