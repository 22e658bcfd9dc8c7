#include "natlab/lab_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns/ns.h"
#include "twprobe/io.h"

static struct sockaddr_in name_of(const struct tw_addr *addr, uint16_t port)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(port) };

	memcpy(&name.sin_addr, addr->b, 4);
	return name;
}

struct wanted {
	struct sockaddr_in name;
	int backlog; /* negative: does not listen */
};

static int fail(int fd, const struct wanted *w, const char *what, struct tw_err *err)
{
	char text[INET_ADDRSTRLEN];
	int code = errno;

	if (fd >= 0)
		close(fd);
	return tw_err_set(err, code, "%s %s:%u: %s", what,
			  inet_ntop(AF_INET, &w->name.sin_addr, text, sizeof(text)),
			  ntohs(w->name.sin_port), strerror(code));
}

static int open_here(void *arg, struct tw_err *err)
{
	const struct wanted *w = arg;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		return fail(fd, w, "socket for", err);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (const struct sockaddr *)&w->name, sizeof(w->name)) < 0)
		return fail(fd, w, "bind to", err);
	if (w->backlog >= 0 && listen(fd, w->backlog) < 0)
		return fail(fd, w, "listen on", err);
	return fd;
}

int tw_lab_socket(int ns, const struct tw_addr *addr, uint16_t port, struct tw_err *err)
{
	struct wanted w = { .name = name_of(addr, port), .backlog = -1 };

	return tw_ns_in(ns, open_here, &w, err);
}

int tw_lab_listen(int ns, const struct tw_addr *addr, uint16_t port, int backlog,
		  struct tw_err *err)
{
	struct wanted w = { .name = name_of(addr, port), .backlog = backlog };

	return tw_ns_in(ns, open_here, &w, err);
}

int tw_lab_connect(int fd, const struct tw_addr *addr, uint16_t port)
{
	struct sockaddr_in name = name_of(addr, port);

	if (connect(fd, (const struct sockaddr *)&name, sizeof(name)) == 0)
		return 1;
	return errno == EINPROGRESS ? 0 : -errno;
}

/* True if one of @events is there, or comes before @deadline. */
static bool await(int fd, short events, uint64_t deadline)
{
	struct tw_clock *clock = tw_clock_real();
	struct pollfd pfd = { .fd = fd, .events = events };

	for (;;) {
		uint64_t now = clock->now(clock), left = deadline > now ? deadline - now : 0;
		const struct timespec limit = { (time_t)(left / 1000000000u),
						(long)(left % 1000000000u) };
		int n = ppoll(&pfd, 1, &limit, NULL);

		if (n > 0)
			return true;
		if (n == 0 || errno != EINTR)
			return false;
	}
}

bool tw_lab_connected(int fd, uint64_t deadline, int *ret_error)
{
	socklen_t size = sizeof(*ret_error);

	if (!await(fd, POLLOUT, deadline))
		return false;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, ret_error, &size) < 0)
		*ret_error = errno;
	return true;
}

int tw_lab_accept(int listener, uint64_t deadline)
{
	int fd = -1;

	if (await(listener, POLLIN, deadline))
		fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	return fd >= 0 ? fd : -EAGAIN;
}

bool tw_lab_at_end(int fd, uint64_t deadline)
{
	char byte;

	return await(fd, POLLIN, deadline) && recv(fd, &byte, 1, MSG_PEEK) == 0;
}

void tw_lab_abort(int fd)
{
	const struct linger now = { 1, 0 };

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}
