/*
 * Path MTU discovery of datagrams: what is true of TCP is true of them, but for who cuts them up.
 */
#include <errno.h>
#include <netinet/in.h>

#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

enum {
	SEND = 1400,
	PORT = 9000,
};

struct datagram_arg {
	bool only_whole; /* IP_PMTUDISC_DO: the application wants no fragments */
};

/* The frames of a datagram that was sent: how many, the longest, how many of them without DF. */
static void find_frames(struct tw_scene *sc, unsigned first)
{
	unsigned n = 0, most = 0, without = 0;
	const struct tw_heard *heard;

	while ((heard = tw_scene_datagram(sc, first + n))) {
		struct tw_heard_ip ip = tw_heard_ip(heard);

		n++;
		most = ip.total > most ? ip.total : most;
		without += !ip.df;
	}
	tw_find_number(sc, first ? "frames" : "frames-before", n);
	tw_find_number(sc, first ? "longest" : "longest-before", most);
	tw_find_number(sc, first ? "without-df" : "without-df-before", without);
}

/* A datagram of 1400 bytes, "too big" (1000 bytes on IPv4, 1300 on IPv6), and the same once more. */
static void twice(struct tw_scene *sc, const void *arg)
{
	const struct datagram_arg *a = arg;
	bool six = tw_scene_family(sc) == TW_IPV6;
	struct tw_end peer = tw_end_peer(sc, 0, PORT);
	int fd = tw_app_socket(sc, SOCK_DGRAM);

	if (a->only_whole && six)
		tw_must(sc, tw_app_set(sc, fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO));
	else if (a->only_whole)
		tw_must(sc, tw_app_set(sc, fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO));
	tw_must(sc, tw_app_send_to(sc, fd, peer, SEND));
	find_frames(sc, 0);
	tw_peer_icmp_too_big(sc, tw_scene_datagram(sc, 0), six ? 1300 : 1000);
	tw_find_number(sc, "route-mtu", tw_scene_pmtu(sc, peer).mtu);
	tw_find_result(sc, "send", tw_app_send_to(sc, fd, peer, SEND));
	find_frames(sc, 1);
}

/* clang-format off */
#define WHOLE_AT_FIRST NUM("frames-before", 1), PER_FAMILY("longest-before", 1428, 1448), \
	NUM("without-df-before", 0)
#define NO_DISCOVERY FINDS(IS("send", "OK"), NUM("frames", 1), PER_FAMILY("longest", 1428, 1448))

static const struct tw_case rows[] = {
	{
		.id	= "pmtu.udp",
		.says	= "a datagram goes out whole with DF; after \"too big\" the next one is cut "
			  "into fragments that fit, on IPv4 without DF",
		.cite	= { "N-99" },
		.scenario = twice,
		.arg	= &(const struct datagram_arg){ .only_whole = false },
		.expect	= { FINDS(WHOLE_AT_FIRST, PER_FAMILY("route-mtu", 1000, 1300),
				  IS("send", "OK"), NUM("frames", 2),
				  PER_FAMILY("longest", 996, 1296),
				  PER_FAMILY("without-df", 2, 0)) },
		.claim	= { { .id = "C2-30", .want = { NO_DISCOVERY } } },
	}, {
		.id	= "pmtu.udp.only-whole",
		.says	= "an application that wants no fragments (IP_PMTUDISC_DO) is told that the "
			  "next one is too long",
		.cite	= { "N-99" },
		.scenario = twice,
		.arg	= &(const struct datagram_arg){ .only_whole = true },
		.expect	= { FINDS(WHOLE_AT_FIRST, PER_FAMILY("route-mtu", 1000, 1300),
				  IS("send", "EMSGSIZE"), NUM("frames", 0)) },
		.claim	= { { .id = "C2-30", .want = { NO_DISCOVERY } } },
	},
};
/* clang-format on */

TW_CASE_TABLE(pmtu_udp);
