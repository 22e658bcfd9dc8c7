/* What in a scene does not get as far as the state of a connection: bent frames, and what IPsec refuses. */
#include <errno.h>
#include <string.h>

#include "netns/ipsec.h"
#include "netns/ns.h"
#include "scene/scene_impl.h"

enum {
	OFF_DATA_OFFSET = 12,
	OFF_CSUM = 16,
};

static void put_length(uint8_t *frame, enum tw_family family, unsigned tcp_len)
{
	uint8_t *at = frame + TW_ETH_LEN + (family == TW_IPV4 ? 2 : 4);
	unsigned said = family == TW_IPV4 ? 20 + tcp_len : tcp_len;

	at[0] = (uint8_t)(said >> 8);
	at[1] = (uint8_t)said;
}

static void address(const struct tw_scene *sc, uint8_t *frame, enum tw_to to)
{
	static const uint8_t group4[6] = { 0x01, 0, 0x5e, 0, 0, 1 },
			     group6[6] = { 0x33, 0x33, 0, 0, 0, 1 };

	if (to == TW_TO_ANOTHER_HOST)
		frame[5] ^= 0x55;
	else if (to == TW_TO_BROADCAST)
		memset(frame, 0xff, 6);
	else if (to == TW_TO_MULTICAST)
		memcpy(frame, sc->family == TW_IPV4 ? group4 : group6, 6);
}

void tw_peer_say_bent(struct tw_scene *sc, const struct tw_conn *conn, const struct tw_say *say,
		      const struct tw_bent *bent)
{
	const unsigned l4 = TW_ETH_LEN + (sc->family == TW_IPV4 ? 20 : 40);
	uint8_t frame[TW_FRAME_MAX];
	unsigned len = tw_scene_frame(sc, conn, say, frame);

	if (!len)
		return;
	if (bent->offset_set)
		frame[l4 + OFF_DATA_OFFSET] = (uint8_t)(bent->offset << 4);
	if (bent->cut && l4 + bent->cut < len) {
		len = l4 + bent->cut;
		put_length(frame, sc->family, bent->cut);
	}
	tw_wire_checksum(frame, len, l4);
	if (bent->bad_csum)
		frame[l4 + OFF_CSUM] ^= 0x55;
	address(sc, frame, bent->to);
	tw_scene_inject(sc, TW_PKT_PROBE, frame, len, bent->to == TW_TO_DUT);
}

static int refuse_in_dut(void *arg, struct tw_err *err)
{
	return tw_ipsec_refuse(arg, err);
}

static int clear_in_dut(void *arg, struct tw_err *err)
{
	(void)arg;
	return tw_ipsec_clear(err);
}

void tw_scene_ipsec_refuse(struct tw_scene *sc, const struct tw_conn *conn)
{
	struct tw_flow flow;
	struct tw_err err = { "" };
	int ret;

	if (sc->end != SCENE_GOING || !conn)
		return;
	flow = conn->flow;
	ret = tw_ns_in(sc->stand->lane.dut_ns, refuse_in_dut, &flow, &err);
	tw_scene_note(sc, "IPsec policy: nothing of the connection's tuple is let in");
	sc->refuses = ret == 0;
	if (ret == -EOPNOTSUPP)
		tw_scene_skip(sc, "%s", err.text);
	else if (ret < 0)
		tw_scene_fail(sc, "%s", err.text);
}

void tw_scene_ipsec_clear(struct tw_scene *sc)
{
	struct tw_err err = { "" };

	if (sc->end != SCENE_GOING)
		return;
	tw_scene_note(sc, "no IPsec policy any more");
	if (tw_scene_unrefuse(sc, &err) < 0)
		tw_scene_fail(sc, "%s", err.text);
}

int tw_scene_unrefuse(struct tw_scene *sc, struct tw_err *err)
{
	if (!sc->refuses)
		return 0;
	sc->refuses = false;
	return tw_ns_in(sc->stand->lane.dut_ns, clear_in_dut, NULL, err);
}
