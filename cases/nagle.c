/*
 * When small writes are sent: Nagle, TCP_NODELAY, TCP_CORK, MSG_MORE; and the PSH flag.
 */
#include "cases.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

enum option {
	DEFAULT,
	NODELAY,
	CORK,
	MORE, /* MSG_MORE on all but the last write */
};

/* What lets the held bytes go. */
enum release {
	ACK_OF_PEER,
	CLOSE,
	SET_NODELAY,
	CLEAR_CORK,
};

enum {
	FULL = UINT32_MAX, /* what fills a segment: 1460 or 1440, less the timestamp option */
};

struct writes {
	enum option option;
	unsigned len[3]; /* 0: no further write; or FULL */
	enum release then;
};

/* Bytes that came for the first time since @next, segments, and PSH flags. */
struct sum {
	unsigned bytes, segments, pushed;
};

static struct sum sum_up(const struct tw_conn *conn)
{
	struct sum sum = { 0, 0, 0 };

	for (unsigned i = 0; i < conn->n && i < TW_HEARD_MAX; i++) {
		sum.bytes += conn->heard[i].seg.len;
		sum.segments += conn->heard[i].seg.len > 0;
		sum.pushed += conn->heard[i].seg.len && conn->heard[i].seg.flags & TW_PSH;
	}
	return sum;
}

static void set_option(struct tw_scene *sc, int fd, enum option option)
{
	if (option == NODELAY)
		tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_NODELAY, 1));
	if (option == CORK)
		tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_CORK, 1));
}

static void write_all(struct tw_scene *sc, int fd, const struct writes *arg)
{
	unsigned full = tw_scene_family(sc) == TW_IPV4 ? 1448 : 1428;
	bool last;

	for (unsigned i = 0; i < 3 && arg->len[i]; i++) {
		last = i == 2 || !arg->len[i + 1];
		tw_must(sc, tw_app_send_flags(sc, fd, arg->len[i] == FULL ? full : arg->len[i],
					      arg->option == MORE && !last ? MSG_MORE : 0));
	}
}

static void release(struct tw_scene *sc, int fd, struct tw_conn *conn, enum release how)
{
	if (how == ACK_OF_PEER)
		tw_peer_ack(sc, conn);
	else if (how == CLOSE)
		tw_app_close(sc, fd);
	else if (how == SET_NODELAY)
		tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_NODELAY, 1));
	else
		tw_must(sc, tw_app_set(sc, fd, IPPROTO_TCP, TCP_CORK, 0));
}

static void write_some(struct tw_scene *sc, const void *args)
{
	const struct writes *arg = args;
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);
	uint64_t since = tw_scene_now(sc);
	struct sum sum;

	set_option(sc, fd, arg->option);
	write_all(sc, fd, arg);
	tw_scene_fence(sc);
	if (!tw_scene_going(sc))
		return;
	sum = sum_up(conn);
	tw_find_number(sc, "bytes-at-once", sum.bytes);
	tw_find_number(sc, "segments-at-once", sum.segments);
	tw_find_number(sc, "pushed-at-once", sum.pushed);
	tw_peer_forget(conn);
	release(sc, fd, conn, arg->then);
	tw_scene_fence(sc);
	sum = sum_up(conn);
	tw_find_number(sc, "bytes-then", sum.bytes);
	tw_find_number(sc, "segments-then", sum.segments);
	tw_find_number(sc, "pushed-then", sum.pushed);
	/* before any timer could have sent something (again) */
	tw_scene_in_time(sc, since, 150);
}

/* Nobody acks: what goes by time? */
struct unacked {
	bool sack;
	unsigned again; /* wait for so many segments after those that go at once */
};

static void never_acked(struct tw_scene *sc, const void *args)
{
	const struct unacked *arg = args;
	int listener = tw_app_listener(sc, TW_APP_PORT, 8), fd;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);
	struct tw_entry entry;
	uint32_t first;
	uint64_t since;

	if (!tw_scene_going(sc))
		return;
	conn->sackok = arg->sack;
	fd = tw_scene_accepted(sc, listener, conn);
	first = conn->rcv_nxt;
	since = tw_scene_now(sc);
	tw_scene_count_from_here(sc);
	for (unsigned i = 0; i < 3; i++)
		tw_must(sc, tw_app_send(sc, fd, 1));
	tw_scene_fence(sc);
	tw_find_number(sc, "bytes-at-once", conn->rcv_nxt - first);
	entry = tw_scene_entry(sc, conn);
	tw_find_text(sc, "timer", "%s",
		     entry.timer == TW_TIMER_RETRANSMIT ? "retransmit" : "another");
	tw_scene_in_time(sc, since, 150);
	if (!tw_peer_hears(sc, conn, 1 + arg->again, 60000) || !tw_scene_going(sc))
		tw_scene_fail(sc, "nothing is sent again");
	if (!tw_scene_going(sc))
		return;
	tw_find_number(sc, "bytes-by-time", conn->rcv_nxt - first);
	tw_find_number(sc, "second-seq", tw_seq_diff(conn->heard[1].seg.seq, first));
	tw_find_number(sc, "second-len", conn->heard[1].seg.len);
	tw_find_number(sc, "ms",
		       (int64_t)(conn->heard[arg->again].at - conn->heard[0].at) / 1000000);
	tw_peer_forget(conn);
	tw_peer_ack(sc, conn);
	tw_find_number(sc, "bytes-in-the-end", conn->rcv_nxt - first);
}

/* Corked, and nothing in flight. */
static void corked(struct tw_scene *sc, const void *args)
{
	const struct writes *arg = args;
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);
	uint64_t since;
	uint32_t first;

	if (!tw_scene_going(sc))
		return;
	set_option(sc, fd, arg->option);
	tw_scene_count_from_here(sc);
	first = conn->rcv_nxt;
	since = tw_scene_now(sc);
	tw_must(sc, tw_app_send_flags(sc, fd, arg->len[0], arg->option == MORE ? MSG_MORE : 0));
	tw_scene_fence(sc);
	tw_find_number(sc, "bytes-at-once", conn->rcv_nxt - first);
	tw_scene_in_time(sc, since, 150);
	tw_find_text(sc, "by-time", "%s", tw_peer_hears(sc, conn, 1, 30000) ? "yes" : "no");
	tw_find_number(sc, "bytes-by-time", conn->rcv_nxt - first);
	tw_find_number(sc, "ms", conn->n ? (int64_t)(conn->heard[0].at - since) / 1000000 : -1);
	tw_find_number(sc, "pushed", conn->n && conn->heard[0].seg.flags & TW_PSH);
}

/* clang-format off */

#define AT_ONCE(bytes_, segments_) NUM("bytes-at-once", bytes_), NUM("segments-at-once", segments_)
#define THEN(bytes_, segments_)    NUM("bytes-then", bytes_), NUM("segments-then", segments_)

#define NAGLE(...) \
	{ .clause = "RFC 9293 3.7.4", \
	  .says = "while anything is unacknowledged small writes are held (SHLD-7)", \
	  .want = { { FINDS(__VA_ARGS__) } } }
#define WITHOUT_NAGLE(...) \
	{ .clause = "RFC 9293 3.7.4", \
	  .says = "an application can switch that off (MUST-17)", \
	  .want = { { FINDS(__VA_ARGS__) } } }
#define PUSH_ON_THE_LAST(...) \
	{ .clause = "RFC 9293 3.9.1.2", \
	  .says = "without a PUSH in the interface PSH is on the last buffered segment (MUST-61)", \
	  .want = { { FINDS(__VA_ARGS__) } } }

static const struct tw_case rows[] = {
	{
		.id	= "nagle.held-until-ack",
		.says	= "of three writes of a byte each the first is sent, the others together when "
			  "it is acked",
		.cite	= { "P-20" },
		.scenario = write_some,
		.arg	= &(const struct writes) { .len = { 1, 1, 1 } },
		.expect	= { FINDS(AT_ONCE(1, 1), THEN(2, 1), NUM("pushed-at-once", 1),
				  NUM("pushed-then", 1)) },
		.rfc	= NAGLE(AT_ONCE(1, 1), THEN(2, 1)),
		.claim	= { { .id = "C2-4", .as_expected = true },
			    { .id = "C2-34", .want = { FINDS(AT_ONCE(3, 3)) } } },
	}, {
		.id	= "nagle.full-segment",
		.says	= "what makes a full segment is sent though the byte before is not acked",
		.cite	= { "P-20" },
		.scenario = write_some,
		.arg	= &(const struct writes) { .len = { 1, 1500 } },
		.expect	= { FINDS(PER_FAMILY("bytes-at-once", 1 + 1448, 1 + 1428),
				  NUM("segments-at-once", 2),
				  PER_FAMILY("bytes-then", 52, 72), NUM("segments-then", 1)) },
		.rfc	= NAGLE(NUM("segments-at-once", 2), NUM("segments-then", 1)),
		.claim	= { { .id = "C2-4", .as_expected = true } },
	}, {
		.id	= "nagle.after-full-segment",
		.says	= "a small write behind a full segment is sent at once: only small segments in "
			  "flight count (Minshall)",
		.cite	= { "P-21" },
		.scenario = write_some,
		.arg	= &(const struct writes) { .len = { FULL, 1 } },
		.expect	= { FINDS(NUM("segments-at-once", 2),
				  PER_FAMILY("bytes-at-once", 1448 + 1, 1428 + 1), THEN(0, 0)) },
		.rfc	= NAGLE(NUM("segments-at-once", 1)),
	}, {
		.id	= "nagle.close",
		.says	= "close() lets go what was held, with the FIN on it",
		.cite	= { "P-20", "N-89" },
		.scenario = write_some,
		.arg	= &(const struct writes) { .len = { 1, 1, 1 }, .then = CLOSE },
		.expect	= { FINDS(AT_ONCE(1, 1), THEN(2, 1)) },
	}, {
		.id	= "nagle.nodelay",
		.says	= "with TCP_NODELAY three writes of a byte each are three segments at once",
		.cite	= { "P-22" },
		.scenario = write_some,
		.arg	= &(const struct writes) { .option = NODELAY, .len = { 1, 1, 1 } },
		.expect	= { FINDS(AT_ONCE(3, 3), NUM("pushed-at-once", 3), THEN(0, 0)) },
		.rfc	= WITHOUT_NAGLE(AT_ONCE(3, 3)),
		.claim	= { { .id = "C2-6", .as_expected = true } },
	}, {
		.id	= "nagle.nodelay-later",
		.says	= "setting TCP_NODELAY lets go what was held",
		.cite	= { "P-22" },
		.scenario = write_some,
		.arg	= &(const struct writes) { .len = { 1, 1, 1 }, .then = SET_NODELAY },
		.expect	= { FINDS(AT_ONCE(1, 1), THEN(2, 1)) },
		.rfc	= WITHOUT_NAGLE(THEN(2, 1)),
		.claim	= { { .id = "C2-6", .as_expected = true } },
	},

	/* by time */
	{
		.id	= "nagle.no-timer",
		.says	= "what Nagle holds is not sent by time if there is no SACK: the byte in flight "
			  "is sent again and again, alone",
		.cite	= { "P-20" },
		.scenario = never_acked,
		.arg	= &(const struct unacked) { .again = 3 },
		.expect	= { FINDS(NUM("bytes-at-once", 1), IS("timer", "retransmit"),
				  NUM("bytes-by-time", 1), NUM("second-seq", 0),
				  NUM("second-len", 1), BETWEEN("ms", 1300, 60000),
				  NUM("bytes-in-the-end", 3)) },
		.claim	= { { .id = "C2-5", .when = "there is no SACK, and so no tail loss probe",
			      .want = { FINDS(NUM("bytes-by-time", 3)) } } },
		.slow	= true,
	}, {
		.id	= "nagle.tail-loss-probe",
		.says	= "with SACK the tail loss probe carries what Nagle holds, after some 200 ms",
		.cite	= { "P-23" },
		.scenario = never_acked,
		.arg	= &(const struct unacked) { .sack = true, .again = 1 },
		.expect	= { FINDS(NUM("bytes-at-once", 1), IS("timer", "retransmit"),
				  NUM("bytes-by-time", 3), NUM("second-seq", 1),
				  NUM("second-len", 2), BETWEEN("ms", 190, 30000),
				  NUM("bytes-in-the-end", 3), MOVES("TcpExtTCPLossProbes", 1)) },
		.claim	= { { .id = "C2-5", .when = "SACK is in use: a tail loss probe takes it along",
			      .want = { FINDS(NUM("bytes-by-time", 3)) } } },
	},

	/* TCP_CORK and MSG_MORE */
	{
		.id	= "cork.timer",
		.says	= "with TCP_CORK even the first byte is held, for 200 ms",
		.cite	= { "P-24" },
		.scenario = corked,
		.arg	= &(const struct writes) { .option = CORK, .len = { 1 } },
		.expect	= { FINDS(NUM("bytes-at-once", 0), IS("by-time", "yes"),
				  NUM("bytes-by-time", 1), BETWEEN("ms", 190, 30000),
				  NUM("pushed", 1)) },
	}, {
		.id	= "cork.off",
		.says	= "clearing TCP_CORK sends what was written meanwhile in one segment",
		.cite	= { "P-24" },
		.scenario = write_some,
		.arg	= &(const struct writes) { .option = CORK, .len = { 1, 1, 1 },
						   .then = CLEAR_CORK },
		.expect	= { FINDS(AT_ONCE(0, 0), THEN(3, 1), NUM("pushed-then", 1)) },
	}, {
		.id	= "cork.full-segment",
		.says	= "TCP_CORK holds only what does not fill a segment",
		.cite	= { "P-24" },
		.scenario = write_some,
		.arg	= &(const struct writes) { .option = CORK, .len = { 1500 },
						   .then = CLEAR_CORK },
		.expect	= { FINDS(PER_FAMILY("bytes-at-once", 1448, 1428),
				  NUM("segments-at-once", 1), NUM("pushed-at-once", 0),
				  PER_FAMILY("bytes-then", 52, 72), NUM("pushed-then", 1)) },
	}, {
		.id	= "cork.more",
		.says	= "MSG_MORE holds a write until one without it comes",
		.cite	= { "P-24" },
		.scenario = write_some,
		.arg	= &(const struct writes) { .option = MORE, .len = { 1, 1, 1 } },
		.expect	= { FINDS(AT_ONCE(3, 1), NUM("pushed-at-once", 1), THEN(0, 0)) },
	}, {
		.id	= "cork.more.timer",
		.says	= "what was written with MSG_MORE goes after 200 ms if nothing follows",
		.cite	= { "P-24" },
		.scenario = corked,
		.arg	= &(const struct writes) { .option = MORE, .len = { 1 } },
		.expect	= { FINDS(NUM("bytes-at-once", 0), IS("by-time", "yes"),
				  NUM("bytes-by-time", 1), BETWEEN("ms", 190, 30000)) },
	},

	/* PSH */
	{
		.id	= "push.last-of-write",
		.says	= "of the segments of one write the last has PSH, without TCP_NODELAY",
		.cite	= { "P-25" },
		.scenario = write_some,
		.arg	= &(const struct writes) { .len = { 3000 } },
		.expect	= { FINDS(NUM("segments-at-once", 3), NUM("pushed-at-once", 1)) },
		.rfc	= PUSH_ON_THE_LAST(NUM("pushed-at-once", 1)),
		.claim	= { { .id = "C2-34", .want = { FINDS(NUM("pushed-at-once", 0)) } } },
	}, {
		.id	= "push.last-of-write.nodelay",
		.says	= "of the segments of one write the last has PSH, with TCP_NODELAY as well",
		.cite	= { "P-25" },
		.scenario = write_some,
		.arg	= &(const struct writes) { .option = NODELAY, .len = { 3000 } },
		.expect	= { FINDS(NUM("segments-at-once", 3), NUM("pushed-at-once", 1)) },
		.rfc	= PUSH_ON_THE_LAST(NUM("pushed-at-once", 1)),
	},
};
/* clang-format on */
TW_CASE_TABLE(nagle);
