#include "natlab/short_conn.h"

#include <unistd.h>

#include "natlab/lab_socket.h"
#include "twprobe/io.h"

enum tw_short_step tw_short_conn_move(struct tw_short_conn *conn)
{
	struct tw_clock *clock = tw_clock_real();
	int error;

	if (!conn->connected && tw_lab_connected(conn->fd, 0, &error) && !error) {
		conn->connected = true;
		return TW_SHORT_CONNECTED;
	}
	if (conn->connected && tw_lab_at_end(conn->fd, 0)) {
		close(conn->fd);
		conn->fd = -1;
		return TW_SHORT_CLOSED;
	}
	if (!conn->connected && clock->now(clock) - conn->began > TW_SHORT_CONN_MS * 1000000ull) {
		tw_lab_abort(conn->fd);
		conn->fd = -1;
		return TW_SHORT_GIVEN_UP;
	}
	return TW_SHORT_SAME;
}

void tw_short_conn_serve(int listener)
{
	int fd;

	while ((fd = tw_lab_accept(listener, 0)) >= 0)
		close(fd);
}
