/* The router of a scene: its nftables and its connection tracking. And the DUT's nftables. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netns/nft.h"
#include "netns/ns.h"
#include "netns/sysctl.h"
#include "scene/scene_impl.h"

static bool has_router(struct tw_scene *sc)
{
	if (sc->end == SCENE_GOING && sc->stand->lane.router_ns < 0)
		tw_scene_fail(sc, "this row has no router: .given.path is not VIA_ROUTER");
	return sc->end == SCENE_GOING;
}

static void load(struct tw_scene *sc, int ns, const char *commands)
{
	struct tw_err err = { "" };
	int ret = tw_nft_load(ns, commands, &err);

	/* rows name no table that they did not make */
	if (ret == -ENOENT)
		tw_scene_skip(sc,
			      "this kernel's nftables lacks something that a rule of this row "
			      "needs (\"%s\")",
			      commands);
	else if (ret == -EOPNOTSUPP)
		tw_scene_skip(sc, "%s", err.text);
	else if (ret < 0)
		tw_scene_fail(sc, "%s", err.text);
}

void tw_scene_nft(struct tw_scene *sc, const char *commands)
{
	if (!has_router(sc))
		return;
	tw_scene_note(sc, "router: nft %s", commands);
	load(sc, sc->stand->lane.router_ns, commands);
}

void tw_scene_nft_on_dut(struct tw_scene *sc, const char *commands)
{
	if (sc->end != SCENE_GOING)
		return;
	tw_scene_note(sc, "nft %s", commands);
	sc->dut_has_rules = true;
	load(sc, sc->stand->lane.dut_ns, commands);
}

int tw_scene_flush_dut(struct tw_scene *sc, struct tw_err *err)
{
	if (!sc->dut_has_rules)
		return 0;
	return tw_nft_load(sc->stand->lane.dut_ns, "flush ruleset", err);
}

struct tracked_job {
	const struct tw_flow *flow;
	struct tw_tracked *ret;
};

/* Whether @line of nf_conntrack is about @flow, which the peer or the DUT may have opened. */
static bool is_about(const char *line, const struct tw_flow *flow)
{
	char want[2][160], peer[INET6_ADDRSTRLEN], dut[INET6_ADDRSTRLEN];
	const uint8_t *b[2] = { flow->peer.b, flow->dut.b };
	char *text[2] = { peer, dut };

	/* that file writes all digits of an IPv6 address */
	for (unsigned i = 0; i < 2; i++) {
		size_t len = 0;

		if (flow->family == TW_IPV4)
			inet_ntop(AF_INET, b[i], text[i], INET6_ADDRSTRLEN);
		for (unsigned k = 0; flow->family == TW_IPV6 && k < 16; k += 2)
			len += (size_t)snprintf(text[i] + len, INET6_ADDRSTRLEN - len, "%s%02x%02x",
						k ? ":" : "", b[i][k], b[i][k + 1]);
	}
	snprintf(want[0], sizeof(want[0]), "src=%s dst=%s sport=%u dport=%u", peer, dut,
		 flow->peer_port, flow->dut_port);
	snprintf(want[1], sizeof(want[1]), "src=%s dst=%s sport=%u dport=%u", dut, peer,
		 flow->dut_port, flow->peer_port);
	return strstr(line, want[0]) || strstr(line, want[1]);
}

static int read_tracked(void *arg, struct tw_err *err)
{
	struct tracked_job *job = arg;
	FILE *f = fopen("/proc/thread-self/net/nf_conntrack", "re");
	char line[512];

	if (!f)
		return tw_err_set(err, errno, "/proc/net/nf_conntrack: %s", strerror(errno));
	while (fgets(line, sizeof(line), f))
		if (is_about(line, job->flow))
			sscanf(line, "%*s %*s tcp %*s %u %15s", &job->ret->left_s, job->ret->state);
	fclose(f);
	return 0;
}

struct tw_tracked tw_scene_tracked(struct tw_scene *sc, const struct tw_conn *conn)
{
	struct tw_tracked ret = { "none", 0 };
	struct tracked_job job = { conn ? &conn->flow : NULL, &ret };
	struct tw_err err = { "" };
	int code;

	if (!has_router(sc) || !conn)
		return ret;
	code = tw_ns_in(sc->stand->lane.router_ns, read_tracked, &job, &err);
	if (code == -ENOENT)
		tw_scene_skip(sc, "this kernel does not tell what it tracks "
				  "(CONFIG_NF_CONNTRACK_PROCFS)");
	else if (code < 0)
		tw_scene_fail(sc, "%s", err.text);
	return ret;
}
