/*
 * Frames: what libnet builds and what patching a template gives are the same bytes; what was built decodes to what was
 * meant; whatever is cut off or contradicts itself is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/forge.h"
#include "wire/wire.h"

static const uint8_t mac_a[6] = { 2, 0, 0, 0, 0, 1 }, mac_b[6] = { 2, 0, 0, 0, 0, 2 };

static const struct tw_seg kinds[] = {
	{ .flags = TW_SYN,
	  .ttl = 64,
	  .win = 65535,
	  .mss = 1460,
	  .wscale = 7,
	  .ts = true,
	  .sackok = true },
	{ .flags = TW_SYN, .ttl = 64, .win = 65535, .mss = 1460, .wscale = -1 },
	{ .flags = TW_SYN | TW_ACK, .ttl = 64, .win = 1, .mss = 536, .wscale = 14, .ts = true },
	{ .flags = TW_ACK, .ttl = 64, .win = 509, .wscale = -1, .ts = true },
	{ .flags = TW_ACK, .ttl = 255, .win = 0, .wscale = -1 },
	{ .flags = 0, .ttl = 1, .win = 65535, .wscale = -1, .ts = true, .ecn = 3 },
	{ .flags = TW_PSH | TW_ACK, .ttl = 64, .win = 9, .wscale = -1, .ts = true, .len = 5 },
	{ .flags = TW_PSH | TW_ACK, .ttl = 64, .win = 9, .wscale = -1, .len = 1400 },
	{ .flags = TW_FIN | TW_URG, .ttl = 64, .win = 9, .wscale = -1, .urg = 77, .len = 1 },
	{ .flags = TW_RST, .ttl = 64, .win = 0, .wscale = -1, .ecn = 1 },
	{ .flags = TW_SYN,
	  .ttl = 64,
	  .win = 65535,
	  .mss_zero = true,
	  .wscale = 15,
	  .sackok = true,
	  .ts = true },
	{ .flags = TW_SYN, .ttl = 64, .win = 65535, .mss = 65535, .wscale = -1 },
	{ .flags = TW_SYN | TW_ECE | TW_CWR,
	  .ttl = 64,
	  .win = 5,
	  .mss = 1,
	  .wscale = 0,
	  .sackok = true },
};

static const uint32_t numbers[] = {
	0, 1, 0x7fffffff, 0x80000000, 0xffff0000, 0x0000ffff, 0xffffffff
};

static struct tw_flow a_flow(enum tw_family family, uint16_t port)
{
	struct tw_flow flow = { .family = family, .dut_port = 5001, .peer_port = port };

	for (unsigned i = 0; i < (family == TW_IPV4 ? 4 : 16); i++) {
		flow.dut.b[i] = (uint8_t)(0xc0 + i);
		flow.peer.b[i] = (uint8_t)(0xff - i);
	}
	return flow;
}

static void same_bytes(struct tw_forge *forge, enum tw_family family, struct tw_seg seg,
		       uint16_t port)
{
	struct tw_flow flow = a_flow(family, port);
	uint8_t built[TW_FRAME_MAX], patched[TW_FRAME_MAX];
	const struct tw_template *tmpl = tw_forge_get(forge, family, &seg, NULL);
	struct tw_seen seen;
	int len;

	assert_non_null(tmpl);
	len = tw_forge_build(forge, &flow, &seg, built, NULL);
	assert_true(len > 0);
	assert_int_equal(tw_wire_patch(tmpl, &flow, &seg, patched), len);
	assert_memory_equal(built, patched, (size_t)len);
	assert_true(tw_wire_csum_ok(patched, (unsigned)len));
	assert_true(tw_wire_decode(patched, (unsigned)len, &seen));
	if (!seg.ts)
		seg.tsval = seg.tsecr = 0;
	assert_int_equal(seen.family, family);
	assert_memory_equal(seen.src.b, flow.peer.b, sizeof(seen.src.b));
	assert_memory_equal(seen.dst.b, flow.dut.b, sizeof(seen.dst.b));
	assert_int_equal(seen.sport, port);
	assert_int_equal(seen.dport, 5001);
	assert_int_equal(seen.seg.seq, seg.seq);
	assert_int_equal(seen.seg.ack, seg.ack);
	assert_int_equal(seen.seg.flags, seg.flags);
	assert_int_equal(seen.seg.win, seg.win);
	assert_int_equal(seen.seg.urg, seg.urg);
	assert_int_equal(seen.seg.len, seg.len);
	assert_int_equal(seen.seg.mss, seg.mss);
	assert_int_equal(seen.seg.mss_zero, seg.mss_zero);
	assert_int_equal(seen.seg.wscale, seg.wscale);
	assert_int_equal(seen.seg.sackok, seg.sackok);
	assert_int_equal(seen.seg.ts, seg.ts);
	assert_int_equal(seen.seg.tsval, seg.tsval);
	assert_int_equal(seen.seg.tsecr, seg.tsecr);
	assert_int_equal(seen.seg.ttl, seg.ttl);
	assert_int_equal(seen.seg.ecn, seg.ecn);
}

static void patched_is_built(void **state)
{
	struct tw_forge *forge = tw_forge_new(mac_a, mac_b, NULL);
	const unsigned n = sizeof(numbers) / sizeof(*numbers);

	(void)state;
	assert_non_null(forge);
	for (unsigned k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		for (unsigned i = 0; i < n; i++) {
			struct tw_seg seg = kinds[k];

			seg.seq = numbers[i];
			seg.ack = numbers[(i + 1) % n];
			seg.tsval = numbers[(i + 2) % n];
			seg.tsecr = numbers[(i + 3) % n];
			same_bytes(forge, TW_IPV4, seg, (uint16_t)(1 + i * 9000));
			same_bytes(forge, TW_IPV6, seg, (uint16_t)(65535 - i));
		}
	}
	tw_forge_free(forge);
}

static void spoilt_checksum_is_wrong(void **state)
{
	struct tw_forge *forge = tw_forge_new(mac_a, mac_b, NULL);
	struct tw_flow flow = a_flow(TW_IPV4, 7);
	struct tw_seg seg = kinds[3];
	uint8_t frame[TW_FRAME_MAX];
	unsigned len;

	(void)state;
	seg.bad_csum = true;
	len = tw_wire_patch(tw_forge_get(forge, TW_IPV4, &seg, NULL), &flow, &seg, frame);
	assert_false(tw_wire_csum_ok(frame, len));
	seg.bad_csum = false;
	len = tw_wire_patch(tw_forge_get(forge, TW_IPV4, &seg, NULL), &flow, &seg, frame);
	assert_true(tw_wire_csum_ok(frame, len));
	tw_forge_free(forge);
}

/* Whatever was changed behind it, a frame gets the checksums that it had or should have. */
static void checksum_is_made_afresh(void **state)
{
	struct tw_forge *forge = tw_forge_new(mac_a, mac_b, NULL);
	uint8_t frame[TW_FRAME_MAX], good[TW_FRAME_MAX];

	(void)state;
	for (int family = TW_IPV4; family <= TW_IPV6; family += 2) {
		struct tw_flow flow = a_flow(family, 7);
		unsigned l4 = family == TW_IPV4 ? 14 + 20 : 14 + 40;
		unsigned len = (unsigned)tw_forge_build(forge, &flow, &kinds[6], good, NULL);

		memcpy(frame, good, len);
		frame[l4 + 16] ^= 0xff;
		if (family == TW_IPV4)
			frame[14 + 10] ^= 0xff;
		tw_wire_checksum(frame, len, l4);
		assert_memory_equal(frame, good, len);
		frame[len - 1] ^= 0xff;
		assert_false(tw_wire_csum_ok(frame, len));
		tw_wire_checksum(frame, len, l4);
		assert_true(tw_wire_csum_ok(frame, len));
		/* cut off within it: nothing is written behind the end */
		frame[l4 + 17] = 0xaa;
		tw_wire_checksum(frame, l4 + 17, l4);
		assert_int_equal(frame[l4 + 17], 0xaa);
	}
	tw_forge_free(forge);
}

static void payload_too_long_is_refused(void **state)
{
	struct tw_forge *forge = tw_forge_new(mac_a, mac_b, NULL);
	struct tw_seg seg = kinds[3];
	struct tw_err err = { "" };

	(void)state;
	seg.len = TW_PAYLOAD_MAX + 1;
	assert_null(tw_forge_get(forge, TW_IPV4, &seg, &err));
	assert_non_null(strstr(err.text, "1401"));
	tw_forge_free(forge);
}

static void cut_off_frames(void **state)
{
	struct tw_forge *forge = tw_forge_new(mac_a, mac_b, NULL);
	uint8_t frame[TW_FRAME_MAX], bad[TW_FRAME_MAX];
	struct tw_seen seen;

	(void)state;
	for (int family = TW_IPV4; family <= TW_IPV6; family += 2) {
		struct tw_flow flow = a_flow(family, 7);
		unsigned head = family == TW_IPV4 ? 14 + 20 + 20 + 12 : 14 + 40 + 20 + 12;
		int len = tw_forge_build(forge, &flow, &kinds[6], frame, NULL);

		for (unsigned cut = 0; cut <= (unsigned)len; cut++)
			assert_int_equal(tw_wire_decode(frame, cut, &seen), cut >= head);
		assert_int_equal(seen.seg.len, 5);
		for (unsigned i = 0; i < head;
		     i++) { /* one byte off anywhere: no crash, no overrun */
			for (unsigned v = 0; v < 256; v += 5) {
				memcpy(bad, frame, (size_t)len);
				bad[i] = (uint8_t)v;
				tw_wire_decode(bad, (unsigned)len, &seen);
			}
		}
	}
	tw_forge_free(forge);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patched_is_built),
		cmocka_unit_test(spoilt_checksum_is_wrong),
		cmocka_unit_test(checksum_is_made_afresh),
		cmocka_unit_test(payload_too_long_is_refused),
		cmocka_unit_test(cut_off_frames),
	};

	return !!cmocka_run_group_tests_name("test_wire", tests, NULL, NULL);
}
