/*
 * Which entry a segment finds, in spite of whom, and what TIME_WAIT hears of ICMP.
 */
#include <linux/filter.h>
#include <netinet/in.h>

#include "cases.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

/* A TIME_WAIT, old enough for its timer to tell; the listener is on all addresses. @ret_fin may be NULL. NULL after a failure. */
static struct tw_conn *aged(struct tw_scene *sc, struct tw_heard *ret_fin)
{
	int listener = tw_app_socket(sc, SOCK_STREAM), fd;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	tw_must(sc, tw_app_bind(sc, listener, tw_end_any(TW_APP_PORT)));
	tw_must(sc, tw_app_listen(sc, listener, 8));
	fd = tw_scene_accepted(sc, listener, conn);
	tw_app_close(sc, fd);
	if (tw_scene_going(sc) && ret_fin)
		*ret_fin = conn->heard[0];
	tw_peer_time_wait(sc, conn);
	tw_scene_wait(sc, TW_AGED_MS);
	return tw_scene_going(sc) ? conn : NULL;
}

/* The same connection, so to say. */
static void take_numbers(struct tw_conn *to, const struct tw_conn *from)
{
	to->flow = from->flow;
	to->snd_nxt = from->snd_nxt;
	to->rcv_nxt = from->rcv_nxt;
	to->tsval = from->tsval;
	to->tsecr = from->tsecr;
}

/* What a TIME_WAIT is that nobody has touched: it answers an old ACK. */
static void find_untouched(struct tw_scene *sc, const char *what, struct tw_conn *conn)
{
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = ACK, .seq = -1u);
	tw_find_reply(sc, what, conn);
}

/* ICMP about a segment of the connection. */
struct icmp_arg {
	bool too_big;
	bool about_ack; /* which TIME_WAIT sent; else about the FIN */
	bool destroyed; /* there is no TIME_WAIT any more */
};

static void hear_icmp(struct tw_scene *sc, const void *arg)
{
	const struct icmp_arg *a = arg;
	struct tw_heard about;
	struct tw_conn *conn = aged(sc, &about);
	struct tw_entry before;
	uint64_t sent_at[2];

	if (!conn)
		return;
	if (a->about_ack) {
		find_untouched(sc, "asked", conn);
		about = conn->heard[0];
		tw_scene_wait(sc, TW_AGED_MS);
	}
	if (a->destroyed)
		tw_must(sc, tw_scene_destroy(sc, conn));
	tw_peer_forget(conn);
	before = tw_scene_entry(sc, conn);
	tw_scene_count_from_here(sc);
	sent_at[0] = tw_scene_ticked(sc);
	if (a->too_big)
		tw_peer_icmp_too_big(sc, &about, 1300);
	else
		tw_peer_icmp_unreachable(sc, &about);
	sent_at[1] = tw_scene_now(sc);
	tw_find_reply(sc, "reply", conn);
	tw_find_fate(sc, "entry", conn, &before, sent_at);
	if (tw_scene_going(sc))
		tw_find_number(
			sc, "route-mtu",
			tw_scene_pmtu(sc, (struct tw_end){ conn->flow.peer, conn->flow.peer_port })
				.mtu);
	find_untouched(sc, "then", conn);
}

/* Who is not meant although only one thing differs. */
enum other {
	OTHER_PEER_PORT,
	OTHER_PEER_ADDRESS,
	OTHER_PORT, /* of the DUT: nobody listens there */
	OTHER_ADDRESS,
};

struct other_arg {
	enum other other;
	uint8_t flags;
};

static void hit_another(struct tw_scene *sc, const void *arg)
{
	const struct other_arg *a = arg;
	struct tw_conn *conn = aged(sc, NULL), *other = tw_peer_new(sc, TW_APP_PORT);
	struct tw_entry before;
	uint64_t sent_at[2];

	if (!conn || !other)
		return;
	take_numbers(other, conn);
	if (a->other == OTHER_PEER_PORT)
		other->flow.peer_port++;
	else if (a->other == OTHER_PEER_ADDRESS)
		other->flow.peer = tw_end_peer(sc, 1, 0).addr;
	else if (a->other == OTHER_PORT)
		other->flow.dut_port++;
	else
		other->flow.dut = tw_end_local(sc, 1, 0).addr;
	before = tw_scene_entry(sc, conn);
	tw_scene_count_from_here(sc);
	sent_at[0] = tw_scene_ticked(sc);
	SAY(sc, other, .flags = a->flags, .again = true);
	sent_at[1] = tw_scene_now(sc);
	tw_find_reply(sc, "reply", other);
	tw_find_fate(sc, "entry", conn, &before, sent_at);
	find_untouched(sc, "then", conn);
}

/* The TIME_WAIT is in another namespace: the same addresses, the same ports. */
static void hit_elsewhere(struct tw_scene *sc, const void *arg)
{
	struct tw_conn *conn, *here = NULL;
	struct tw_entry before;
	uint64_t sent_at[2];

	(void)arg;
	tw_scene_elsewhere(sc);
	conn = aged(sc, NULL);
	if (conn)
		here = tw_peer_new(sc, TW_APP_PORT);
	if (!here)
		return;
	before = tw_scene_entry(sc, conn);
	take_numbers(here, conn);
	tw_scene_home(sc);
	tw_app_listener(sc, TW_APP_PORT, 8);
	tw_find_state(sc, "here", here);
	tw_scene_count_from_here(sc);
	sent_at[0] = tw_scene_ticked(sc);
	SAY(sc, here, .flags = SYN, .again = true);
	sent_at[1] = tw_scene_now(sc);
	tw_find_reply(sc, "reply", here);
	tw_scene_elsewhere(sc);
	tw_find_fate(sc, "entry", conn, &before, sent_at);
	find_untouched(sc, "then", here);
}

/* A socket that waits in FIN_WAIT_2 is bound to another device, or not, and closed: the peer's FIN finds it, or not. */
static void find_device(struct tw_scene *sc, const void *arg)
{
	const bool *bound = arg;
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);

	tw_app_shutdown(sc, fd, SHUT_WR);
	tw_peer_ack_fin(sc, conn);
	if (*bound)
		tw_must(sc, tw_app_set_raw(sc, fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	tw_app_close(sc, fd);
	tw_peer_forget(conn);
	tw_scene_count_from_here(sc);
	SAY(sc, conn, .flags = FIN | ACK);
	tw_find_reply(sc, "reply", conn);
}

/* What the connection's own socket wanted to keep out as long as it lived. */
enum strict {
	NOT_STRICT,
	BY_FILTER,
	BY_MIN_TTL,
};

static void set_strict(struct tw_scene *sc, int fd, enum strict how)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	const struct sock_fprog prog = { 1, &drop };
	bool four = tw_scene_family(sc) == TW_IPV4;

	if (how == BY_FILTER)
		tw_must(sc,
			tw_app_set_raw(sc, fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)));
	else if (how == BY_MIN_TTL)
		tw_must(sc, four ? tw_app_set(sc, fd, IPPROTO_IP, IP_MINTTL, 200)
				 : tw_app_set(sc, fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, 200));
}

static void outlive_strict(struct tw_scene *sc, const void *arg)
{
	const enum strict *how = arg;
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);

	tw_app_shutdown(sc, fd, SHUT_WR);
	tw_peer_ack_fin(sc, conn);
	set_strict(sc, fd, *how);
	find_untouched(sc, "socket", conn);
	tw_app_close(sc, fd);
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = FIN | ACK);
	tw_find_reply(sc, "fin", conn);
	tw_find_state(sc, "state", conn);
	tw_scene_count_from_here(sc);
	find_untouched(sc, "time-wait", conn);
	SAY(sc, conn, .flags = RST);
	tw_find_state(sc, "after-rst", conn);
}

/* clang-format off */
#define ICMP(...) .scenario = hear_icmp, .arg = &(const struct icmp_arg){ __VA_ARGS__ }, \
	.given = { .sysctl = { SYSCTL("tcp_invalid_ratelimit", "0") } }
#define ANOTHER(other_, flags_) .scenario = hit_another, \
	.arg = &(const struct other_arg){ OTHER_##other_, flags_ }

#define OF_IPV4(what_, n_) \
	{ .what = what_, .kind = TW_FIND_MOVED, .least = { n_, 0 }, .most = { n_, 0 } }
#define OF_IPV6(what_, n_) \
	{ .what = what_, .kind = TW_FIND_MOVED, .least = { 0, n_ }, .most = { 0, n_ } }

#define OUTLIVED IS("fin", "ACK"), IS("state", "time-wait"), IS("time-wait", "ACK"), \
	IS("after-rst", "gone")
#define UNMOVED IS("entry", "running"), IS("then", "ACK")
#define IGNORED UNMOVED, IS("reply", "silence"), NUM("route-mtu", 0), \
	MOVES("IcmpInErrors", 0), MOVES("Icmp6InErrors", 0), \
	MOVES("TcpExtOutOfWindowIcmps", 0), MOVES("TcpExtLockDroppedIcmps", 0)
#define UNREACHABLE_CAME OF_IPV4("IcmpInDestUnreachs", 1), OF_IPV6("Icmp6InDestUnreachs", 1)
#define TOO_BIG_CAME OF_IPV4("IcmpInDestUnreachs", 1), OF_IPV6("Icmp6InPktTooBigs", 1)

#define NOT_SOFT { .clause = "RFC 1122 4.2.3.9", \
	.says = "a host that is unreachable does not end the connection", \
	.want = { { FINDS(IS("entry", "running")) } } }

static const struct tw_case rows[] = {
	{
		.id	= "before.match.peer-port",
		.says	= "a SYN from another port of the peer does not find TIME_WAIT but the "
			  "listener",
		.cite	= { "P-03" },
		ANOTHER(PEER_PORT, SYN),
		.expect	= { FINDS(UNMOVED, IS("reply", "SYN|ACK")) },
	}, {
		.id	= "before.match.peer-address",
		.says	= "nor does a SYN from the same port of another address of the peer",
		.cite	= { "P-03" },
		ANOTHER(PEER_ADDRESS, SYN),
		.expect	= { FINDS(UNMOVED, IS("reply", "SYN|ACK")) },
	}, {
		.id	= "before.match.port",
		.says	= "a SYN to another port of the DUT finds nothing and is reset",
		.cite	= { "P-03" },
		ANOTHER(PORT, SYN),
		.expect	= { FINDS(UNMOVED, IS("reply", "RST|ACK"), MOVES("TcpOutRsts", 1)) },
	}, {
		.id	= "before.match.address",
		.says	= "a SYN to another address of the DUT does not find TIME_WAIT but the "
			  "listener, which is on all addresses",
		.cite	= { "P-03" },
		ANOTHER(ADDRESS, SYN),
		.expect	= { FINDS(UNMOVED, IS("reply", "SYN|ACK")) },
	}, {
		.id	= "before.match.peer-port.rst",
		.says	= "a RST at R from another port of the peer does not kill TIME_WAIT",
		.cite	= { "P-03" },
		ANOTHER(PEER_PORT, RST),
		.expect	= { FINDS(UNMOVED, IS("reply", "silence")) },
	}, {
		.id	= "before.match.peer-address.rst",
		.says	= "a RST at R from another address of the peer does not kill TIME_WAIT",
		.cite	= { "P-03" },
		ANOTHER(PEER_ADDRESS, RST),
		.expect	= { FINDS(UNMOVED, IS("reply", "silence")) },
	}, {
		.id	= "before.match.address.rst",
		.says	= "a RST at R to another address of the DUT does not kill TIME_WAIT",
		.cite	= { "P-03" },
		ANOTHER(ADDRESS, RST),
		.expect	= { FINDS(UNMOVED, IS("reply", "silence")) },
	}, {
		.id	= "before.match.namespace",
		.says	= "a TIME_WAIT in another namespace, of the very same tuple, does not hide "
			  "the listener from a SYN that it would refuse",
		.cite	= { "P-03" },
		.scenario = hit_elsewhere,
		.expect	= { FINDS(IS("here", "gone"), UNMOVED, IS("reply", "SYN|ACK"),
				  MOVES("TcpInSegs", 1)) },
	}, {
		.id	= "before.match.device",
		.says	= "the FIN finds a mini-socket that is bound to no device",
		.cite	= { "P-03", "D-06" },
		.scenario = find_device,
		.arg	= &(const bool){ false },
		.expect	= { FINDS(IS("reply", "ACK"), MOVES("TcpOutRsts", 0)) },
	}, {
		.id	= "before.match.another-device",
		.says	= "a mini-socket that is bound to another device does not hide the "
			  "listener, which resets the FIN",
		.cite	= { "P-03" },
		.scenario = find_device,
		.arg	= &(const bool){ true },
		.expect	= { FINDS(IS("reply", "RST"), MOVES("TcpOutRsts", 1)) },
	},

	/* what the socket wanted */
	{
		.id	= "before.own.nothing",
		.says	= "an old ACK is answered as long as the socket lives, and in TIME_WAIT",
		.cite	= { "P-06" },
		.scenario = outlive_strict,
		.arg	= &(const enum strict){ NOT_STRICT },
		.expect	= { FINDS(IS("socket", "ACK"), OUTLIVED) },
	}, {
		.id	= "before.own.filter",
		.says	= "a filter of the connection's own socket, which drops everything, is not "
			  "taken over by its mini-socket",
		.cite	= { "P-06" },
		.scenario = outlive_strict,
		.arg	= &(const enum strict){ BY_FILTER },
		.expect	= { FINDS(IS("socket", "silence"), OUTLIVED) },
	}, {
		.id	= "before.own.min-ttl",
		.says	= "nor is the minimum TTL that the connection's own socket asked for",
		.cite	= { "P-06" },
		.scenario = outlive_strict,
		.arg	= &(const enum strict){ BY_MIN_TTL },
		.expect	= { FINDS(IS("socket", "silence"), OUTLIVED,
				  MOVES("TcpExtTCPMinTTLDrop", 0)) },
	},

	/* ICMP */
	{
		.id	= "before.icmp.unreachable",
		.says	= "\"host unreachable\" about the FIN is ignored in TIME_WAIT",
		.cite	= { "P-07" },
		ICMP(.too_big = false),
		.expect	= { FINDS(IGNORED, UNREACHABLE_CAME) },
		.rfc	= NOT_SOFT,
	}, {
		.id	= "before.icmp.too-big",
		.says	= "\"too big\" about the FIN is ignored in TIME_WAIT",
		.cite	= { "P-07" },
		ICMP(.too_big = true),
		.expect	= { FINDS(IGNORED, TOO_BIG_CAME) },
	}, {
		.id	= "before.icmp.unreachable.ack",
		.says	= "\"host unreachable\" about an ACK of TIME_WAIT is ignored as well",
		.cite	= { "P-07" },
		ICMP(.about_ack = true),
		.expect	= { FINDS(IS("asked", "ACK"), IGNORED, UNREACHABLE_CAME) },
		.rfc	= NOT_SOFT,
	}, {
		.id	= "before.icmp.too-big.ack",
		.says	= "so is \"too big\" about an ACK of TIME_WAIT",
		.cite	= { "P-07" },
		ICMP(.about_ack = true, .too_big = true),
		.expect	= { FINDS(IS("asked", "ACK"), IGNORED, TOO_BIG_CAME) },
	}, {
		.id	= "before.icmp.nobody",
		.says	= "ICMP about a connection that is no more is counted as an error: it was "
			  "TIME_WAIT that took it",
		.cite	= { "P-07" },
		ICMP(.destroyed = true),
		.expect	= { FINDS(IS("entry", "gone"), IS("then", "RST"), IS("reply", "silence"),
				  OF_IPV4("IcmpInErrors", 1), OF_IPV6("Icmp6InErrors", 1),
				  UNREACHABLE_CAME) },
		.needs	= "H-36",
	},
};
/* clang-format on */

TW_CASE_TABLE(before_match);
