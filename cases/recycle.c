/*
 * tcp_tw_recycle made TIME_WAIT short: 3.5 RTOs, for connections with timestamps. Kernels from 4.12 on do not have it. (What it
 * did to the SYNs of a host is in hostpaws.c.)
 */
#include "cases.h"
#include "idioms.h"
#include "twprobe/scene.h"

struct recycle_arg {
	bool ts;
};

/* The DUT closes first: how long its TIME_WAIT will last. */
static void closed(struct tw_scene *sc, const void *arg)
{
	const struct recycle_arg *a = arg;
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);
	uint64_t since;

	if (!tw_scene_going(sc))
		return;
	conn->ts = a->ts;
	fd = tw_scene_accepted(sc, listener, conn);
	tw_app_close(sc, fd);
	since = tw_scene_now(sc);
	tw_peer_time_wait(sc, conn);
	tw_find_life(sc, "ms", conn, since);
}

/* clang-format off */
#define DUT_CLOSES(ts_) .scenario = closed, .arg = &(const struct recycle_arg){ ts_ }
#define RECYCLE(value_) { .sysctl = { SYSCTL("tcp_tw_recycle", value_) } }

/* 200 ms and what the RTT adds, which is next to nothing here; up to 4.0 in slots of an eighth of a minute or less */
#define SHORT BETWEEN("ms", 600, 4000)
#define A_MINUTE BETWEEN("ms", 59000, 61000)

static const struct tw_case rows[] = {
	{
		.id	= "recycle.ts",
		.says	= "with tcp_tw_recycle TIME_WAIT of a connection with timestamps lasts 3.5 "
			  "RTOs, whoever the peer is",
		.cite	= { "N-01" },
		.given	= RECYCLE("1"),
		DUT_CLOSES(true),
		.expect	= { FINDS(SHORT) },
		.rfc	= { .clause = "RFC 9293 3.6.1", .says = "TIME_WAIT lasts four minutes",
			    .want = { { FINDS(BETWEEN("ms", 239000, 241000)) } } },
		.claim	= {
			{ .id = "C4-1", .as_expected = true },
			{ .id = "C4-2", .want = { FINDS(BETWEEN("ms", 650, 1000)) } },
			{ .id = "C4-3", .want = { FINDS(BETWEEN("ms", 650, 1000)) } },
			{ .id = "C4-6", .when = "timestamps pass the NAT",
			  .want = { FINDS(A_MINUTE) } },
			{ .id = "C4-7", .when = "the connections have timestamps",
			  .want = { FINDS(SHORT) } },
			{ .id = "C4-8", .when = "the connections have timestamps",
			  .want = { FINDS(A_MINUTE) } },
		},
		.needs	= "net.ipv4.tcp_tw_recycle",
	}, {
		.id	= "recycle.no-ts",
		.says	= "with tcp_tw_recycle TIME_WAIT of a connection without timestamps lasts a "
			  "minute all the same",
		.cite	= { "N-01" },
		.given	= RECYCLE("1"),
		DUT_CLOSES(false),
		.expect	= { FINDS(A_MINUTE) },
		.rfc	= { .clause = "RFC 9293 3.6.1", .says = "TIME_WAIT lasts four minutes",
			    .want = { { FINDS(BETWEEN("ms", 239000, 241000)) } } },
		.claim	= {
			{ .id = "C4-1", .as_expected = true },
			{ .id = "C4-6", .when = "the NAT takes the timestamps away",
			  .want = { FINDS(A_MINUTE) } },
			{ .id = "C4-7", .when = "the connections have no timestamps",
			  .want = { FINDS(SHORT) } },
			{ .id = "C4-8", .when = "the connections have no timestamps",
			  .want = { FINDS(A_MINUTE) } },
		},
		.needs	= "net.ipv4.tcp_tw_recycle",
	}, {
		.id	= "recycle.off",
		.says	= "without tcp_tw_recycle TIME_WAIT of a connection with timestamps lasts a "
			  "minute",
		.cite	= { "N-01" },
		.given	= RECYCLE("0"),
		DUT_CLOSES(true),
		.expect	= { FINDS(A_MINUTE) },
		.rfc	= { .clause = "RFC 9293 3.6.1", .says = "TIME_WAIT lasts four minutes",
			    .want = { { FINDS(BETWEEN("ms", 239000, 241000)) } } },
		.claim	= { { .id = "C4-1", .as_expected = true } },
		.needs	= "net.ipv4.tcp_tw_recycle",
	},
};
/* clang-format on */

TW_CASE_TABLE(recycle);
