/*
 * What the application is told of the end of a connection: by recv(), by send(), by poll().
 */
#include <poll.h>
#include <stdio.h>

#include "cases.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

enum {
	PEER_PORT = 7000,
};

static void find_events(struct tw_scene *sc, const char *what, int fd)
{
	static const struct {
		int event;
		const char *name;
	} names[] = { { POLLIN, "IN" },
		      { POLLOUT, "OUT" },
		      { POLLERR, "ERR" },
		      { POLLHUP, "HUP" },
		      { POLLRDHUP, "RDHUP" } };
	int events = tw_app_poll(sc, fd, POLLIN | POLLOUT | POLLRDHUP);
	char text[40] = "";
	size_t len = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (events & names[i].event)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
						len ? "|" : "", names[i].name);
	tw_find_text(sc, what, "%s", len ? text : "nothing");
}

struct ending {
	unsigned data; /* that the peer sent before, and nobody read */
	bool fin, rst; /* in this order */
	bool send_first;
};

static void find_two(struct tw_scene *sc, int fd, bool send)
{
	static const char *const name[2][2] = { { "recv", "recv-again" },
						{ "send", "send-again" } };

	for (unsigned i = 0; i < 2; i++)
		tw_find_result(sc, name[send][i],
			       send ? tw_app_send(sc, fd, 1) : tw_app_recv(sc, fd, 100));
}

static void told(struct tw_scene *sc, const void *args)
{
	const struct ending *arg = args;
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn);

	find_events(sc, "poll-before", fd);
	if (arg->data) {
		SAY(sc, conn, .flags = TW_PSH | TW_ACK, .len = (uint16_t)arg->data);
		tw_peer_acked(sc, conn);
	}
	if (arg->fin) {
		SAY(sc, conn, .flags = TW_FIN | TW_ACK);
		tw_peer_acked(sc, conn);
	}
	tw_scene_count_from_here(sc);
	if (arg->rst)
		SAY(sc, conn, .flags = TW_RST);
	tw_find_reply(sc, "answer", conn);
	find_events(sc, "poll", fd);
	tw_find_state(sc, "left", conn);
	if (arg->data)
		tw_find_number(sc, "bytes", tw_app_recv(sc, fd, 100));
	find_two(sc, fd, arg->send_first);
	find_two(sc, fd, !arg->send_first);
}

/* A reader that sleeps in recv() when the end comes. */
static void reader_woken(struct tw_scene *sc, const void *args)
{
	const struct ending *arg = args;
	struct tw_conn *conn;
	int fd = tw_scene_served(sc, &conn), process, ret;
	unsigned ms;

	tw_app_blocking(sc, fd, true);
	process = tw_app_away(sc, fd, true, TW_AWAY_RECV);
	tw_find_text(sc, "waits", "%s", tw_app_away_sleeps(sc, process) ? "yes" : "no");
	if (arg->fin)
		SAY(sc, conn, .flags = TW_FIN | TW_ACK);
	if (arg->rst)
		SAY(sc, conn, .flags = TW_RST);
	tw_find_text(sc, "woken", "%s",
		     tw_app_away_ends(sc, process, 30000, &ret, &ms) ? "yes" : "no");
	tw_find_result(sc, "recv", ret);
}

static void told_in_syn_sent(struct tw_scene *sc, const void *arg)
{
	struct tw_end end = tw_end_peer(sc, 0, PEER_PORT);
	struct tw_conn *conn = tw_peer_at(sc, end);
	int fd = tw_app_socket(sc, SOCK_STREAM);
	uint64_t since = tw_scene_now(sc);

	(void)arg;
	tw_find_result(sc, "connect", tw_app_connect(sc, fd, end));
	tw_peer_hears(sc, conn, 1, 5000);
	tw_peer_forget(conn);
	SAY(sc, conn, .flags = TW_RST | TW_ACK);
	tw_find_reply(sc, "answer", conn);
	/* before the SYN could have been sent again */
	tw_scene_in_time(sc, since, 900);
	find_events(sc, "poll", fd);
	tw_find_result(sc, "error", tw_app_connected(sc, fd));
	tw_find_state(sc, "left", conn);
}

/* clang-format off */

#define FIN_VERSUS_RST(...) \
	{ .clause = "RFC 9293 3.6", \
	  .says = "the application is told whether the peer closed or reset (MUST-12)", \
	  .want = { { FINDS(__VA_ARGS__) } } }
#define ALL_EVENTS "IN|OUT|ERR|HUP|RDHUP"

static const struct tw_case rows[] = {
	{
		.id	= "told.fin",
		.says	= "after the peer's FIN recv() returns 0, again and again, and send() succeeds",
		.cite	= { "N-88" },
		.scenario = told,
		.arg	= &(const struct ending) { .fin = true },
		.expect	= { FINDS(IS("poll-before", "OUT"), IS("poll", "IN|OUT|RDHUP"),
				  IS("recv", "OK"), IS("recv-again", "OK"), IS("send", "OK"),
				  IS("send-again", "OK"), IS("left", "close-wait")) },
		.rfc	= FIN_VERSUS_RST(IS("recv", "OK")),
	}, {
		.id	= "told.rst",
		.says	= "after the peer's RST recv() fails with ECONNRESET, once, and send() with "
			  "EPIPE",
		.cite	= { "N-88" },
		.scenario = told,
		.arg	= &(const struct ending) { .rst = true },
		.expect	= { FINDS(IS("answer", "silence"), IS("poll", ALL_EVENTS),
				  IS("recv", "ECONNRESET"), IS("recv-again", "OK"),
				  IS("send", "EPIPE"), IS("send-again", "EPIPE"),
				  IS("left", "gone"), MOVES("TcpEstabResets", 1)) },
		.rfc	= FIN_VERSUS_RST(IS("recv", "ECONNRESET")),
		.claim	= { { .id = "C2-33", .as_expected = true },
			    { .id = "C3-21", .want = { FINDS(IS("recv", "ECONNRESET")) } } },
	}, {
		.id	= "told.rst.send-first",
		.says	= "after the peer's RST it is the first call that fails with ECONNRESET, even "
			  "send()",
		.cite	= { "N-88" },
		.scenario = told,
		.arg	= &(const struct ending) { .rst = true, .send_first = true },
		.expect	= { FINDS(IS("poll", ALL_EVENTS), IS("send", "ECONNRESET"),
				  IS("send-again", "EPIPE"), IS("recv", "OK"),
				  IS("recv-again", "OK"), IS("left", "gone")) },
		.rfc	= FIN_VERSUS_RST(IS("send", "ECONNRESET")),
		.claim	= { { .id = "C3-21", .want = { FINDS(IS("send", "ECONNRESET")) } } },
	}, {
		.id	= "told.rst.unread",
		.says	= "data that came before the RST can still be read; then comes ECONNRESET",
		.cite	= { "N-88" },
		.scenario = told,
		.arg	= &(const struct ending) { .data = 5, .rst = true },
		.expect	= { FINDS(IS("poll", ALL_EVENTS), NUM("bytes", 5),
				  IS("recv", "ECONNRESET"), IS("send", "EPIPE"),
				  IS("left", "gone")) },
		.rfc	= FIN_VERSUS_RST(IS("recv", "ECONNRESET")),
		.claim	= { { .id = "C3-21", .want = { FINDS(IS("recv", "ECONNRESET")) } } },
	}, {
		.id	= "told.rst.close-wait",
		.says	= "if the RST comes after the FIN recv() returns 0 all the same, and send() "
			  "fails with EPIPE",
		.cite	= { "N-88" },
		.scenario = told,
		.arg	= &(const struct ending) { .fin = true, .rst = true },
		.expect	= { FINDS(IS("poll", ALL_EVENTS), IS("recv", "OK"), IS("recv-again", "OK"),
				  IS("send", "EPIPE"), IS("send-again", "EPIPE"),
				  IS("left", "gone"), MOVES("TcpEstabResets", 1)) },
		.rfc	= FIN_VERSUS_RST(IS("poll", ALL_EVENTS), IS("send", "EPIPE")),
	}, {
		.id	= "told.refused",
		.says	= "a RST that acks the SYN makes connect() fail with ECONNREFUSED",
		.cite	= { "N-88", "N-53" },
		.scenario = told_in_syn_sent,
		.expect	= { FINDS(IS("connect", "EINPROGRESS"), IS("answer", "silence"),
				  IS("poll", ALL_EVENTS), IS("error", "ECONNREFUSED"),
				  IS("left", "gone"), MOVES("TcpAttemptFails", 1)) },
		.rfc	= FIN_VERSUS_RST(IS("error", "ECONNREFUSED")),
	},

	/* a reader that sleeps */
	{
		.id	= "told.reader.fin",
		.says	= "a FIN wakes a reader that sleeps in recv(), and it gets 0",
		.cite	= { "N-88" },
		.scenario = reader_woken,
		.arg	= &(const struct ending) { .fin = true },
		.expect	= { FINDS(IS("waits", "yes"), IS("woken", "yes"), IS("recv", "OK")) },
		.rfc	= FIN_VERSUS_RST(IS("recv", "OK")),
	}, {
		.id	= "told.reader.rst",
		.says	= "a RST wakes a reader that sleeps in recv(), and it gets ECONNRESET",
		.cite	= { "N-88" },
		.scenario = reader_woken,
		.arg	= &(const struct ending) { .rst = true },
		.expect	= { FINDS(IS("waits", "yes"), IS("woken", "yes"),
				  IS("recv", "ECONNRESET")) },
		.rfc	= FIN_VERSUS_RST(IS("recv", "ECONNRESET")),
		.claim	= { { .id = "C2-33", .as_expected = true },
			    { .id = "C3-21", .want = { FINDS(IS("recv", "ECONNRESET")) } } },
	},
};
/* clang-format on */
TW_CASE_TABLE(told);
