/*
 * What TIME_WAIT takes over from the socket that closed: whether others may bind to its port, and its device. What its
 * answers take over is in inherit_answer.c.
 */
#include <string.h>

#include "cases.h"
#include "twprobe/scene.h"
#include "twprobe/words.h"

/* 0 or 1 of an option: on the listener, on the accepted socket as it closes, on the socket that binds later. */
struct reuse_arg {
	int listener[2], closing[2], later[2]; /* SO_REUSEADDR, SO_REUSEPORT */
	bool bystander; /* with neither, on the same port of another address */
};

static void set_reuse(struct tw_scene *sc, int fd, const int value[2])
{
	tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, SO_REUSEADDR, value[0]));
	tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, SO_REUSEPORT, value[1]));
}

/* The listener is gone before the connection is: only TIME_WAIT holds the port. */
static void bind_beside(struct tw_scene *sc, const void *arg)
{
	const struct reuse_arg *a = arg;
	int listener = tw_app_socket(sc, SOCK_STREAM), fd, later;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	set_reuse(sc, listener, a->listener);
	tw_must(sc, tw_app_bind(sc, listener, tw_end_local(sc, 0, TW_APP_PORT)));
	tw_must(sc, tw_app_listen(sc, listener, 8));
	fd = tw_scene_accepted(sc, listener, conn);
	tw_app_close(sc, listener);
	set_reuse(sc, fd, a->closing);
	tw_app_close(sc, fd);
	tw_peer_time_wait(sc, conn);
	if (a->bystander) {
		later = tw_app_socket(sc, SOCK_STREAM);
		tw_must(sc, tw_app_bind(sc, later, tw_end_loopback(sc, TW_APP_PORT)));
	}
	later = tw_app_socket(sc, SOCK_STREAM);
	set_reuse(sc, later, a->later);
	tw_find_result(sc, "bind", tw_app_bind(sc, later, tw_end_local(sc, 0, TW_APP_PORT)));
	tw_find_state(sc, "left", conn);
}

/* The connection is bound to the lane's device, or not; the later socket is bound to lo. */
static void bind_beside_device(struct tw_scene *sc, const void *arg)
{
	const char *device = arg;
	int listener = tw_app_socket(sc, SOCK_STREAM), fd, later;
	struct tw_conn *conn = tw_peer_new(sc, TW_APP_PORT);

	tw_must(sc, tw_app_bind(sc, listener, tw_end_local(sc, 0, TW_APP_PORT)));
	tw_must(sc, tw_app_listen(sc, listener, 8));
	fd = tw_scene_accepted(sc, listener, conn);
	tw_app_close(sc, listener);
	if (device)
		tw_must(sc, tw_app_set_raw(sc, fd, SOL_SOCKET, SO_BINDTODEVICE, device,
					   (socklen_t)strlen(device) + 1));
	tw_app_close(sc, fd);
	tw_peer_ack_fin(sc, conn);
	SAY(sc, conn, .flags = FIN | ACK);
	tw_peer_forget(conn);
	later = tw_app_socket(sc, SOCK_STREAM);
	tw_must(sc, tw_app_set_raw(sc, later, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	tw_find_result(sc, "bind", tw_app_bind(sc, later, tw_end_local(sc, 0, TW_APP_PORT)));
	/* sock_diag would have to be asked for the device: TIME_WAIT answers for itself */
	SAY(sc, conn, .flags = FIN | ACK, .seq = (uint32_t)-1);
	tw_find_reply(sc, "fin", conn);
}

#define NONE         \
	{            \
		0, 0 \
	}
#define ADDR         \
	{            \
		1, 0 \
	}
#define PORT         \
	{            \
		0, 1 \
	}
#define REUSE(listener_, closing_, later_, ...)                                          \
	.scenario = bind_beside, .arg = &(const struct reuse_arg)                        \
	{                                                                                \
		.listener = listener_, .closing = closing_, .later = later_, __VA_ARGS__ \
	}
#define BOUND(result_) .expect = { FINDS(IS("bind", result_), IS("left", "time-wait")) }

/* clang-format off */
static const struct tw_case rows[] = {
	{
		.id	= "inherit.reuseaddr.set-late",
		.says	= "SO_REUSEADDR that is set just before the close counts for TIME_WAIT",
		.cite	= { "D-70" },
		REUSE(NONE, ADDR, ADDR),
		BOUND("OK"),
	}, {
		.id	= "inherit.reuseaddr.never",
		.says	= "without SO_REUSEADDR on the socket that closed nobody can bind beside "
			  "TIME_WAIT",
		.cite	= { "D-70" },
		REUSE(NONE, NONE, ADDR),
		BOUND("EADDRINUSE"),
	}, {
		.id	= "inherit.reuseaddr.from-listener",
		.says	= "an accepted socket has SO_REUSEADDR from its listener, and so has its TIME_WAIT",
		.cite	= { "D-70" },
		REUSE(ADDR, ADDR, ADDR),
		BOUND("OK"),
	}, {
		.id	= "inherit.reuseaddr.cleared",
		.says	= "SO_REUSEADDR that is cleared just before the close is missing in TIME_WAIT",
		.cite	= { "D-70" },
		REUSE(ADDR, NONE, ADDR),
		BOUND("EADDRINUSE"),
	}, {
		.id	= "inherit.reuseport.set-late",
		.says	= "SO_REUSEPORT that is set just before the close counts for TIME_WAIT",
		.cite	= { "D-70" },
		REUSE(NONE, PORT, PORT),
		BOUND("OK"),
	}, {
		.id	= "inherit.reuseport.never",
		.says	= "without SO_REUSEPORT on the socket that closed SO_REUSEPORT does not help",
		.cite	= { "D-70" },
		REUSE(NONE, NONE, PORT),
		BOUND("EADDRINUSE"),
	}, {
		.id	= "inherit.reuseport.cleared",
		.says	= "SO_REUSEPORT that is cleared just before the close helps still: the port "
			  "remembers it",
		.cite	= { "D-70" },
		REUSE(PORT, NONE, PORT),
		BOUND("OK"),
	}, {
		.id	= "inherit.reuseport.cleared.bystander",
		.says	= "where the port has no such memory SO_REUSEPORT is missing in TIME_WAIT if it was "
			  "cleared before the close",
		.cite	= { "D-70" },
		REUSE(PORT, NONE, PORT, .bystander = true),
		BOUND("EADDRINUSE"),
	}, {
		.id	= "inherit.reuseport.kept.bystander",
		.says	= "where the port has no such memory SO_REUSEPORT of TIME_WAIT itself counts",
		.cite	= { "D-70" },
		REUSE(PORT, PORT, PORT, .bystander = true),
		BOUND("OK"),
	},

	{
		.id	= "inherit.device",
		.says	= "TIME_WAIT of a socket that was bound to a device is in nobody's way on another",
		.cite	= { "D-70" },
		.scenario = bind_beside_device, .arg = "tw0",
		.expect	= { FINDS(IS("bind", "OK"), IS("fin", "ACK")) },
	}, {
		.id	= "inherit.no-device",
		.says	= "TIME_WAIT of a socket without a device is in the way on every device",
		.cite	= { "D-70" },
		.scenario = bind_beside_device,
		.expect	= { FINDS(IS("bind", "EADDRINUSE"), IS("fin", "ACK")) },
	},
};
/* clang-format on */

TW_CASE_TABLE(inherit);
