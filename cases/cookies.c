/*
 * More half-open connections than the listener has room for: SYN cookies, or without them silence; and what a cookie
 * remembers.
 */
#include "cases.h"
#include "crowd.h"
#include "idioms.h"
#include "twprobe/words.h"

struct burst_arg {
	int backlog;
	unsigned syns;
	bool known; /* the one who comes last had a connection before */
};

/* Many SYNs without a last ACK, and one more from a host of its own. */
static void burst(struct tw_scene *sc, const void *arg)
{
	const struct burst_arg *a = arg;
	int listener = crowd_listener(sc, TW_APP_PORT, a->backlog);
	struct tw_conn *last = tw_peer_new(sc, TW_APP_PORT);
	struct crowd crowd = { 0 };

	if (a->known) {
		tw_app_close(sc, tw_scene_accepted(sc, listener, last));
		tw_peer_time_wait(sc, last);
		last = tw_peer_new(sc, TW_APP_PORT);
	}
	tw_scene_count_from_here(sc);
	crowd_gather(sc, &crowd, a->syns, TW_APP_PORT);
	crowd_knock(sc, &crowd, 0);
	tw_find_number(sc, "answered", crowd_answered(&crowd));
	tw_find_number(sc, "half-open", crowd_in_state(sc, &crowd, TW_STATE_SYN_RECV));
	SAY(sc, last, .flags = SYN);
	tw_find_reply(sc, "one-more", last);
}

static const char *options_name(unsigned options)
{
	static const char *const names[] = {
		"none",   "ts",        "sack",        "ts sack",
		"wscale", "ts wscale", "sack wscale", "ts sack wscale"
	};
	unsigned i = 0;

	i |= options & TCPI_OPT_TIMESTAMPS ? 1 : 0;
	i |= options & TCPI_OPT_SACK ? 2 : 0;
	i |= options & TCPI_OPT_WSCALE ? 4 : 0;
	return names[i];
}

/* A handshake with all options, or without timestamps: what is left of them when it is through. */
static void shake_hands(struct tw_scene *sc, const void *arg)
{
	const bool *ts = arg;
	int listener = crowd_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);
	struct tcp_info info;

	if (!tw_scene_going(sc))
		return;
	conn->ts = *ts;
	conn->wscale = 7;
	conn->sackok = true;
	conn->mss = 1400;
	tw_scene_count_from_here(sc);
	SAY(sc, conn, .flags = SYN);
	tw_find_reply(sc, "syn", conn);
	tw_find_state(sc, "meanwhile", conn);
	tw_find_number(sc, "says-wscale", conn->heard[0].seg.wscale >= 0);
	tw_find_number(sc, "says-sack", conn->heard[0].seg.sackok);
	tw_find_number(sc, "says-ts", conn->heard[0].seg.ts);
	tw_peer_ack(sc, conn);
	fd = tw_must(sc, tw_app_accept(sc, listener));
	tw_app_info(sc, fd, &info);
	if (!tw_scene_going(sc))
		return;
	tw_find_text(sc, "options", "%s", options_name(info.tcpi_options));
	tw_find_number(sc, "peer-wscale",
		       info.tcpi_options & TCPI_OPT_WSCALE ? info.tcpi_snd_wscale : -1);
	tw_find_number(sc, "mss", tw_app_get(sc, fd, IPPROTO_TCP, TCP_MAXSEG));
	SAY(sc, conn, .flags = PSH | ACK, .len = 10);
	tw_find_number(sc, "bytes", tw_app_recv(sc, fd, 100));
}

struct cookie_arg {
	bool asked;       /* it had sent a SYN, and has a cookie */
	uint32_t off;     /* from that cookie */
	unsigned wait_ms; /* before it is brought back */
};

/* A last ACK whose cookie is not what it should be. */
static void bad_cookie(struct tw_scene *sc, const void *arg)
{
	const struct cookie_arg *a = arg;
	int listener = crowd_listener(sc, TW_APP_PORT, 8);
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	if (a->asked) {
		SAY(sc, conn, .flags = SYN);
		tw_find_reply(sc, "syn", conn);
	}
	tw_peer_forget(conn);
	tw_scene_wait(sc, a->wait_ms);
	tw_scene_count_from_here(sc);
	SAY(sc, conn, .flags = ACK, .ack = a->off);
	tw_find_reply(sc, "ack", conn);
	tw_find_result(sc, "accept", tw_app_accept(sc, listener));
}

static unsigned ms_between(uint64_t from, uint64_t to)
{
	return (unsigned)((to - from) / 1000000);
}

/* Nobody answers the SYN-ACK: it is sent again and again, until the half-open connection is given up. */
static void never_finished(struct tw_scene *sc, const void *arg)
{
	int listener = crowd_listener(sc, TW_APP_PORT, 64);
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);
	unsigned least = 0, shortest = ~0u;
	uint64_t since;

	(void)arg;
	(void)listener;
	tw_scene_count_from_here(sc);
	since = tw_scene_now(sc);
	SAY(sc, conn, .flags = SYN);
	while (tw_scene_going(sc) && tw_scene_entry(sc, conn).state == TW_STATE_SYN_RECV)
		tw_scene_wait(sc, 50);
	tw_find_number(sc, "gone-after-ms", ms_between(since, tw_scene_now(sc)));
	tw_scene_fence(sc);
	if (!tw_scene_going(sc))
		return;
	tw_find_number(sc, "syn-acks", conn->n);
	/* each pause is to be at least twice the one before, the first one a second */
	for (unsigned i = 1; i < conn->n && i < TW_HEARD_MAX; i++) {
		unsigned pause = ms_between(conn->heard[i - 1].at, conn->heard[i].at);

		least = i == 1 ? pause : least;
		shortest = pause >> (i - 1) < shortest ? pause >> (i - 1) : shortest;
	}
	tw_find_number(sc, "first-pause-ms", least);
	tw_find_number(sc, "shortest-pause-ms", shortest);
}

/* Somebody lives at the address that was forged, and never sent that SYN. */
static void real_host(struct tw_scene *sc, const void *arg)
{
	int listener = crowd_listener(sc, TW_APP_PORT, 8);
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	(void)arg;
	tw_scene_count_from_here(sc);
	SAY(sc, conn, .flags = SYN);
	tw_find_state(sc, "half-open", conn);
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = RST, .no_ts = true);
	tw_find_reply(sc, "rst", conn);
	tw_find_state(sc, "left", conn);
	tw_find_result(sc, "accept", tw_app_accept(sc, listener));
}

#define BURST(...)                                          \
	.scenario = burst, .arg = &(const struct burst_arg) \
	{                                                   \
		__VA_ARGS__                                 \
	}
#define SYSCTLS(...)            .given.sysctl = { __VA_ARGS__ }
#define COOKIES(value_)         SYSCTL("tcp_syncookies", value_)
#define MAX_SYN_BACKLOG(value_) SYSCTL("tcp_max_syn_backlog", value_)
#define BY_COOKIE(n_)                                                               \
	MOVES("TcpExtTCPReqQFullDoCookies", n_), MOVES("TcpExtSyncookiesSent", n_), \
		MOVES("TcpExtTCPReqQFullDrop", 0), MOVES("TcpExtListenDrops", 0),   \
		MOVES("TcpExtListenOverflows", 0)
#define BY_COOKIE_COUNTED(n_)                                                       \
	MOVES("TcpExtTCPReqQFullDoCookies", n_), MOVES("TcpExtSyncookiesSent", n_), \
		MOVES("TcpExtTCPReqQFullDrop", 0), MOVES("TcpExtListenDrops", n_),  \
		MOVES("TcpExtListenOverflows", 0)
#define DROPPED(n_)                                                                  \
	MOVES("TcpExtTCPReqQFullDrop", n_), MOVES("TcpExtListenDrops", n_),          \
		MOVES("TcpExtListenOverflows", 0), MOVES("TcpExtSyncookiesSent", 0), \
		MOVES("TcpExtTCPReqQFullDoCookies", 0)
#define RESERVED(n_)                                                       \
	MOVES("TcpExtTCPReqQFullDrop", 0), MOVES("TcpExtListenDrops", n_), \
		MOVES("TcpExtListenOverflows", 0), MOVES("TcpExtSyncookiesSent", 0)
#define COOKIES_ON  "SYN cookies are on, as they are by default"
#define COOKIES_OFF "SYN cookies are off"

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "cookies.burst",
		.says	= "of 200 SYNs to listen(8) all are answered: nine make half-open connections, the "
			  "others get cookies",
		.cite	= { "D-145", "N-97" },
		BURST(.backlog = 8, .syns = 200),
		.expect	= { FINDS(NUM("answered", 200), NUM("half-open", 9),
				  IS("one-more", "SYN|ACK"), BY_COOKIE(192)) },
		.claim	= { { .id = "C2-14", .when = "half-open connections come in numbers: it limits them as well",
			      .want = { FINDS(NUM("half-open", 200)) } },
			    { .id = "C2-19", .when = COOKIES_ON,
			      .want = { FINDS(IS("one-more", "silence")) } } },
		.except	= { FULL_ONE_SOONER(NUM("answered", 200), NUM("half-open", 8),
					    IS("one-more", "SYN|ACK"), BY_COOKIE(193)),
			    COUNTED_AS_DROPPED(NUM("answered", 200), NUM("half-open", 8),
					       IS("one-more", "SYN|ACK"), BY_COOKIE_COUNTED(193)) },
	}, {
		.id	= "cookies.burst.sysctl-above",
		.says	= "tcp_max_syn_backlog=64 does not help listen(8) to more than nine half-open "
			  "connections",
		.cite	= { "D-145", "D-147" },
		BURST(.backlog = 8, .syns = 100), SYSCTLS(MAX_SYN_BACKLOG("64")),
		.expect	= { FINDS(NUM("answered", 100), NUM("half-open", 9),
				  IS("one-more", "SYN|ACK"), BY_COOKIE(92)) },
		.claim	= { { .id = "C2-18", .when = COOKIES_ON,
			      .want = { FINDS(NUM("half-open", 64)) } } },
		.except	= { FULL_ONE_SOONER(NUM("answered", 100), NUM("half-open", 8),
					    IS("one-more", "SYN|ACK"), BY_COOKIE(93)),
			    COUNTED_AS_DROPPED(NUM("answered", 100), NUM("half-open", 8),
					       IS("one-more", "SYN|ACK"), BY_COOKIE_COUNTED(93)) },
	}, {
		.id	= "cookies.burst.sysctl-below",
		.says	= "tcp_max_syn_backlog=16 does not hinder listen(32) from 33 half-open connections "
			  "while cookies are on",
		.cite	= { "D-145", "D-147" },
		BURST(.backlog = 32, .syns = 100), SYSCTLS(MAX_SYN_BACKLOG("16")),
		.expect	= { FINDS(NUM("answered", 100), NUM("half-open", 33),
				  IS("one-more", "SYN|ACK"), BY_COOKIE(68)) },
		.claim	= { { .id = "C2-18", .when = COOKIES_ON,
			      .want = { FINDS(NUM("half-open", 16)) } } },
		.except	= { FULL_ONE_SOONER(NUM("answered", 100), NUM("half-open", 32),
					    IS("one-more", "SYN|ACK"), BY_COOKIE(69)),
			    COUNTED_AS_DROPPED(NUM("answered", 100), NUM("half-open", 32),
					       IS("one-more", "SYN|ACK"), BY_COOKIE_COUNTED(69)) },
	}, {
		.id	= "cookies.always",
		.says	= "tcp_syncookies=2 gives everybody a cookie and keeps nothing",
		.cite	= { "D-145" },
		BURST(.backlog = 8, .syns = 50), SYSCTLS(COOKIES("2")),
		.expect	= { FINDS(NUM("answered", 50), NUM("half-open", 0),
				  IS("one-more", "SYN|ACK"), BY_COOKIE(51)) },
		.except	= { COUNTED_AS_DROPPED(NUM("answered", 50), NUM("half-open", 0),
					       IS("one-more", "SYN|ACK"), BY_COOKIE_COUNTED(51)) },
	}, {
		.id	= "cookies.off.burst",
		.says	= "without cookies nine of 200 SYNs to listen(8) are answered, and whoever comes then "
			  "is not",
		.cite	= { "D-146", "N-97" },
		BURST(.backlog = 8, .syns = 200), SYSCTLS(COOKIES("0")),
		.expect	= { FINDS(NUM("answered", 9), NUM("half-open", 9),
				  IS("one-more", "silence"), DROPPED(192)) },
		.claim	= { { .id = "C2-14", .when = "half-open connections come in numbers: it limits them as well",
			      .want = { FINDS(NUM("half-open", 200)) } },
			    { .id = "C2-19", .when = COOKIES_OFF,
			      .want = { FINDS(IS("one-more", "silence")) } } },
		.except	= { FULL_ONE_SOONER(NUM("answered", 8), NUM("half-open", 8),
					    IS("one-more", "silence"), DROPPED(193)) },
	}, {
		.id	= "cookies.off.sysctl-above",
		.says	= "without cookies tcp_max_syn_backlog=64 does not help listen(8) either",
		.cite	= { "D-146", "D-147" },
		BURST(.backlog = 8, .syns = 100), SYSCTLS(COOKIES("0"), MAX_SYN_BACKLOG("64")),
		.expect	= { FINDS(NUM("answered", 9), NUM("half-open", 9),
				  IS("one-more", "silence"), DROPPED(92)) },
		.claim	= { { .id = "C2-18", .when = "the backlog is smaller",
			      .want = { FINDS(NUM("half-open", 64)) } } },
		.except	= { FULL_ONE_SOONER(NUM("answered", 8), NUM("half-open", 8),
					    IS("one-more", "silence"), DROPPED(93)) },
	}, {
		.id	= "cookies.off.sysctl-below",
		.says	= "without cookies tcp_max_syn_backlog=16 allows 13 half-open connections: the last "
			  "quarter is for hosts that are known",
		.cite	= { "D-147" },
		BURST(.backlog = 128, .syns = 40), SYSCTLS(COOKIES("0"), MAX_SYN_BACKLOG("16")),
		.expect	= { FINDS(NUM("answered", 13), NUM("half-open", 13),
				  IS("one-more", "silence"), RESERVED(28)) },
		.claim	= { { .id = "C2-18",
			      .when = "SYN cookies are off and the backlog is larger (less a quarter, for "
				      "hosts that are not known)",
			      .want = { FINDS(BETWEEN("half-open", 12, 16)) } } },
	}, {
		.id	= "cookies.off.known",
		.says	= "without cookies a host that had a connection before comes in where 13 of 16 places "
			  "are taken",
		.cite	= { "D-147" },
		BURST(.backlog = 128, .syns = 40, .known = true),
		SYSCTLS(COOKIES("0"), MAX_SYN_BACKLOG("16")),
		.expect	= { FINDS(NUM("answered", 13), NUM("half-open", 13),
				  IS("one-more", "SYN|ACK"), RESERVED(27)) },
		/* tcp_peer_is_proven() asked for its last timestamp, which only tcp_tw_recycle kept */
		.except	= { { .unless = "H-22",
			      .because = "before 4.12 no host was known without tcp_tw_recycle",
			      .expect = { FINDS(NUM("answered", 13), NUM("half-open", 13),
						IS("one-more", "silence"), RESERVED(28)) } } },
	},

	/* what a cookie remembers */
	{
		.id	= "cookies.options.ts",
		.says	= "with timestamps a cookie keeps window scale and SACK, and the MSS rounded down",
		.cite	= { "N-98" },
		.scenario = shake_hands, .arg = &(const bool){ true }, SYSCTLS(COOKIES("2")),
		.expect	= { FINDS(IS("syn", "SYN|ACK"), IS("meanwhile", "gone"), NUM("says-wscale", 1),
				  NUM("says-sack", 1), NUM("says-ts", 1),
				  IS("options", "ts sack wscale"), NUM("peer-wscale", 7),
				  PER_FAMILY("mss", 1300 - 12, 1220 - 12), NUM("bytes", 10),
				  MOVES("TcpExtSyncookiesSent", 1), MOVES("TcpExtSyncookiesRecv", 1),
				  MOVES("TcpExtSyncookiesFailed", 0)) },
		.rfc	= { .clause = "RFC 4987 3.6",
			    .says = "options are kept only if the other end carries them for the listener",
			    .want = { { FINDS(IS("options", "ts sack wscale")) } } },
	}, {
		.id	= "cookies.options.no-ts",
		.says	= "without timestamps a cookie loses window scale and SACK, and does not offer them",
		.cite	= { "N-98" },
		.scenario = shake_hands, .arg = &(const bool){ false }, SYSCTLS(COOKIES("2")),
		.expect	= { FINDS(IS("syn", "SYN|ACK"), IS("meanwhile", "gone"), NUM("says-wscale", 0),
				  NUM("says-sack", 0), NUM("says-ts", 0), IS("options", "none"),
				  NUM("peer-wscale", -1), PER_FAMILY("mss", 1300, 1220),
				  NUM("bytes", 10), MOVES("TcpExtSyncookiesSent", 1),
				  MOVES("TcpExtSyncookiesRecv", 1),
				  MOVES("TcpExtSyncookiesFailed", 0)) },
		.rfc	= { .clause = "RFC 4987 3.6",
			    .says = "options are kept only if the other end carries them for the listener",
			    .want = { { FINDS(IS("options", "none")) } } },
	}, {
		.id	= "cookies.options.no-cookie",
		.says	= "without a cookie window scale, SACK and the MSS stay as they were, timestamps or "
			  "not",
		.cite	= { "N-98" },
		.scenario = shake_hands, .arg = &(const bool){ false },
		.expect	= { FINDS(IS("syn", "SYN|ACK"), IS("meanwhile", "syn-recv"),
				  NUM("says-wscale", 1), NUM("says-sack", 1), NUM("says-ts", 0),
				  IS("options", "sack wscale"), NUM("peer-wscale", 7),
				  NUM("mss", 1400), NUM("bytes", 10),
				  MOVES("TcpExtSyncookiesSent", 0), MOVES("TcpExtSyncookiesRecv", 0)) },
	}, {
		.id	= "cookies.forged",
		.says	= "a last ACK with a forged cookie is reset",
		.cite	= { "N-97", "N-98" },
		.scenario = bad_cookie, .arg = &(const struct cookie_arg){ true, 1000000, 0 },
		SYSCTLS(COOKIES("2")),
		.expect	= { FINDS(IS("syn", "SYN|ACK"), IS("ack", "RST"), IS("accept", "EAGAIN"),
				  MOVES("TcpExtSyncookiesFailed", 1), MOVES("TcpExtSyncookiesRecv", 0),
				  MOVES("TcpOutRsts", 1)) },
		.rfc	= { .clause = "RFC 9293 3.10.7.2",
			    .says = "an ACK that comes to LISTEN is reset",
			    .want = { { FINDS(IS("ack", "RST")) } } },
	}, {
		.id	= "cookies.not-asked",
		.says	= "while no cookie was given out a last ACK is reset without a look at it",
		.cite	= { "N-97", "N-98" },
		.scenario = bad_cookie, .arg = &(const struct cookie_arg){ false, 0, 0 },
		.expect	= { FINDS(IS("ack", "RST"), IS("accept", "EAGAIN"),
				  MOVES("TcpExtSyncookiesFailed", 0), MOVES("TcpExtSyncookiesRecv", 0),
				  MOVES("TcpOutRsts", 1)) },
		.rfc	= { .clause = "RFC 9293 3.10.7.2",
			    .says = "an ACK that comes to LISTEN is reset",
			    .want = { { FINDS(IS("ack", "RST")) } } },
	}, {
		.id	= "cookies.stale",
		.says	= "after two minutes a cookie is worth nothing",
		.cite	= { "N-97", "N-98" },
		.scenario = bad_cookie, .arg = &(const struct cookie_arg){ true, 0, 122000 },
		SYSCTLS(COOKIES("2")),
		.expect	= { FINDS(IS("syn", "SYN|ACK"), IS("ack", "RST"), IS("accept", "EAGAIN"),
				  MOVES("TcpExtSyncookiesRecv", 0), MOVES("TcpOutRsts", 1)) },
		.slow	= true,
	},

	/* nobody finishes the handshake */
	{
		.id	= "cookies.never-finished",
		.says	= "a SYN-ACK that nobody answers is sent five times more, with longer and longer "
			  "pauses, and the half-open connection lasts 63 seconds",
		.cite	= { "D-146", "N-97" },
		.scenario = never_finished,
		.expect	= { FINDS(NUM("syn-acks", 6), BETWEEN("first-pause-ms", 980, 5000),
				  BETWEEN("shortest-pause-ms", 980, 5000),
				  BETWEEN("gone-after-ms", 62900, 80000),
				  MOVES("TcpExtTCPSynRetrans", 5)) },
		.claim	= { { .id = "C2-20", .as_expected = true } },
		.slow	= true,
	}, {
		.id	= "cookies.never-finished.retries-1",
		.says	= "with tcp_synack_retries=1 the SYN-ACK is sent once more, and the half-open "
			  "connection lasts three seconds",
		.cite	= { "D-146", "N-97" },
		.scenario = never_finished, SYSCTLS(SYSCTL("tcp_synack_retries", "1")),
		.expect	= { FINDS(NUM("syn-acks", 2), BETWEEN("first-pause-ms", 980, 5000),
				  BETWEEN("gone-after-ms", 2900, 15000),
				  MOVES("TcpExtTCPSynRetrans", 1)) },
		.claim	= { { .id = "C2-20", .as_expected = true } },
		.slow	= true,
	}, {
		.id	= "cookies.real-host",
		.says	= "a host that never sent the SYN resets the SYN-ACK, and the half-open connection is "
			  "gone",
		.cite	= { "D-146", "N-97" },
		.scenario = real_host,
		.expect	= { FINDS(IS("half-open", "syn-recv"), IS("rst", "silence"), IS("left", "gone"),
				  IS("accept", "EAGAIN"), MOVES("TcpExtEmbryonicRsts", 1),
				  MOVES("TcpAttemptFails", 1)) },
		.rfc	= { .clause = "RFC 9293 3.10.7.4",
			    .says = "a RST in SYN-RECEIVED leads back to LISTEN",
			    .want = { { FINDS(IS("rst", "silence"), IS("left", "gone")) } } },
		.claim	= { { .id = "C2-20", .as_expected = true } },
	},
};
/* clang-format on */

TW_CASE_TABLE(cookies);
