#include "run/turn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns/ns.h"

enum {
	PLACES = 8
};

int tw_turn_new(struct tw_err *err)
{
	int fd = memfd_create("twprobe-turn", MFD_CLOEXEC);

	return fd < 0 ? tw_err_set(err, errno, "memfd_create: %s", strerror(errno)) : fd;
}

int tw_turn_open(int file, struct tw_err *err)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? tw_err_set(err, errno, "%s: %s", path, strerror(errno)) : fd;
}

bool tw_turn_alone(const struct tw_case *row, const struct tw_facts *facts)
{
	return row->alone && tw_facts_tell(facts, row->alone) != TW_NO;
}

void tw_turn_take(int turn, bool alone)
{
	while (flock(turn, alone ? LOCK_EX : LOCK_SH) < 0 && errno == EINTR)
		;
}

void tw_turn_give(int turn)
{
	flock(turn, LOCK_UN);
}

static int lock_place(int turn, unsigned no, short how)
{
	struct flock place = { .l_type = how, .l_whence = SEEK_SET, .l_start = no % PLACES };

	place.l_len = 1;
	return fcntl(turn, F_OFD_SETLKW, &place);
}

void tw_turn_build(int turn, unsigned no)
{
	while (lock_place(turn, no, F_WRLCK) < 0 && errno == EINTR)
		;
}

void tw_turn_built(int turn, unsigned no)
{
	lock_place(turn, no, F_UNLCK);
}

static int connect_here(void *arg, struct tw_err *err)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct linger none = { .l_onoff = 1 }; /* and no TIME_WAIT of its own */
	socklen_t size = sizeof(to);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)arg, (void)err;
	if (server >= 0 && client >= 0 && listen(server, 1) == 0 &&
	    getsockname(server, (struct sockaddr *)&to, &size) == 0) {
		to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		setsockopt(client, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
		connect(client, (struct sockaddr *)&to, size);
	}
	if (client >= 0)
		close(client);
	if (server >= 0)
		close(server);
	return 0;
}

void tw_turn_clean(int dut_ns)
{
	tw_ns_in(dut_ns, connect_here, NULL, NULL);
}
