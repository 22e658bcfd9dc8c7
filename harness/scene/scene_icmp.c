/* ICMP in a scene: what a router says about the DUT's packets, and what the DUT has learnt from it. */
#include "netns/link.h"
#include "scene/scene_impl.h"
#include "wire/wire_ip.h"

static void inject_icmp(struct tw_scene *sc, const uint8_t *frame, int len,
			const struct tw_err *err)
{
	if (len < 0)
		tw_scene_fail(sc, "%s", err->text);
	else
		tw_scene_inject(sc, TW_PKT_PROBE, frame, (unsigned)len, false);
}

void tw_peer_icmp_too_big(struct tw_scene *sc, const struct tw_heard *about, uint32_t mtu)
{
	uint8_t frame[TW_FRAME_MAX];
	struct tw_err err = { "" };

	if (sc->end != SCENE_GOING || !about)
		return;
	inject_icmp(sc, frame,
		    tw_forge_icmp_too_big(sc->stand->forge, about->bytes + TW_ETH_LEN,
					  about->len - TW_ETH_LEN, NULL, mtu, frame, &err),
		    &err);
}

void tw_peer_icmp_unreachable(struct tw_scene *sc, const struct tw_heard *about)
{
	uint8_t frame[TW_FRAME_MAX];
	struct tw_err err = { "" };

	if (sc->end != SCENE_GOING || !about)
		return;
	inject_icmp(sc, frame,
		    tw_forge_icmp_unreachable(sc->stand->forge, about->bytes + TW_ETH_LEN,
					      about->len - TW_ETH_LEN, NULL, frame, &err),
		    &err);
}

struct tw_heard_ip tw_heard_ip(const struct tw_heard *heard)
{
	struct tw_ip_seen seen;

	if (!heard || !tw_wire_ip_decode(heard->bytes, heard->len, &seen))
		return (struct tw_heard_ip){ .total = 0 };
	return (struct tw_heard_ip){ seen.total, seen.df, seen.mf || seen.frag_off };
}

struct tw_pmtu tw_scene_pmtu(struct tw_scene *sc, struct tw_end end)
{
	struct tw_pmtu ret = { 0, 0 };
	struct tw_err err = { "" };

	if (sc->end == SCENE_GOING && tw_link_pmtu(sc->stand->lane.dut_ns, sc->family, &end.addr,
						   &ret.mtu, &ret.left_s, &err) < 0)
		tw_scene_fail(sc, "%s", err.text);
	return ret;
}
