/* The application of a scene: system calls on sockets of the DUT's namespace, noted as they are made. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "netns/ns.h"
#include "scene/scene_impl.h"

union any_addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static socklen_t put_end(const struct tw_scene *sc, const struct tw_end *end, union any_addr *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (sc->family == TW_IPV4) {
		ret->in.sin_family = AF_INET;
		ret->in.sin_port = htons(end->port);
		memcpy(&ret->in.sin_addr, end->addr.b, 4);
		return sizeof(ret->in);
	}
	ret->in6.sin6_family = AF_INET6;
	ret->in6.sin6_port = htons(end->port);
	memcpy(&ret->in6.sin6_addr, end->addr.b, 16);
	return sizeof(ret->in6);
}

static const char *text_end(const struct tw_scene *sc, const struct tw_end *end, char *ret,
			    size_t size)
{
	char addr[INET6_ADDRSTRLEN] = "?";
	bool v4 = sc->family == TW_IPV4;

	inet_ntop(v4 ? AF_INET : AF_INET6, end->addr.b, addr, sizeof(addr));
	snprintf(ret, size, v4 ? "%s:%u" : "[%s]:%u", addr, end->port);
	return ret;
}

/* Notes a call and its outcome; gives back what the call returned, or the negative errno. */
#define NOTED(sc, call, ...)                                      \
	({                                                        \
		int ret_ = (call);                                \
                                                                  \
		noted(sc, ret_ < 0 ? -errno : ret_, __VA_ARGS__); \
	})

static int noted(struct tw_scene *sc, int ret, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static int noted(struct tw_scene *sc, int ret, const char *fmt, ...)
{
	char call[80];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(call, sizeof(call), fmt, ap);
	va_end(ap);
	if (ret < 0)
		tw_scene_note(sc, "%s = %s", call, strerrorname_np(-ret));
	else
		tw_scene_note(sc, "%s = %d", call, ret);
	return ret;
}

/* A call may make the DUT speak: what it says is heard before the next. */
static int spoken(struct tw_scene *sc, int ret)
{
	tw_scene_drain(sc);
	return ret;
}

static bool off(const struct tw_scene *sc, int fd)
{
	return sc->end != SCENE_GOING || fd < 0;
}

int tw_must(struct tw_scene *sc, int ret)
{
	if (ret < 0)
		tw_scene_fail(sc, "%s", sc->last_act);
	return ret;
}

struct tw_end tw_end_local(const struct tw_scene *sc, unsigned i, uint16_t port)
{
	return (struct tw_end){ tw_lane_dut_addr_nth(sc->family, i), port };
}

struct tw_end tw_end_any(uint16_t port)
{
	return (struct tw_end){ { { 0 } }, port };
}

struct tw_end tw_end_loopback(const struct tw_scene *sc, uint16_t port)
{
	struct tw_end end = { { { 0 } }, port };

	if (sc->family == TW_IPV4)
		memcpy(end.addr.b, (const uint8_t[]){ 127, 0, 0, 1 }, 4);
	else
		end.addr.b[15] = 1;
	return end;
}

struct tw_end tw_end_peer(const struct tw_scene *sc, unsigned i, uint16_t port)
{
	return (struct tw_end){ tw_lane_peer_addr(sc->family, sc->first_peer + i % SCENE_PEERS),
				port };
}

struct socket_job {
	int family, type, fd;
};

static int socket_in_dut(void *arg, struct tw_err *err)
{
	struct socket_job *job = arg;

	(void)err;
	job->fd = socket(job->family, job->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (job->fd < 0)
		job->fd = -errno;
	return 0;
}

int tw_app_socket(struct tw_scene *sc, int type)
{
	struct socket_job job = { sc->family == TW_IPV4 ? AF_INET : AF_INET6, type, -EIO };
	struct tw_err err = { "" };

	if (sc->end != SCENE_GOING)
		return -ECANCELED;
	if (tw_ns_in(sc->stand->lane.dut_ns, socket_in_dut, &job, &err) < 0)
		tw_scene_fail(sc, "%s", err.text);
	noted(sc, job.fd, "socket(%s, %s)", sc->family == TW_IPV4 ? "AF_INET" : "AF_INET6",
	      type == SOCK_STREAM  ? "SOCK_STREAM"
	      : type == SOCK_DGRAM ? "SOCK_DGRAM"
				   : "?");
	return tw_must(sc, tw_scene_keep(sc, job.fd));
}

int tw_app_set_(struct tw_scene *sc, int fd, int level, int option, const char *name, int value)
{
	if (off(sc, fd))
		return -EBADF;
	return spoken(sc, NOTED(sc, setsockopt(fd, level, option, &value, sizeof(value)),
				"setsockopt(%d, %s, %d)", fd, name, value));
}

int tw_app_set_raw_(struct tw_scene *sc, int fd, int level, int option, const char *name,
		    const void *value, socklen_t len)
{
	if (off(sc, fd))
		return -EBADF;
	return spoken(sc, NOTED(sc, setsockopt(fd, level, option, value, len),
				"setsockopt(%d, %s, ...)", fd, name));
}

int tw_app_get_(struct tw_scene *sc, int fd, int level, int option, const char *name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	if (off(sc, fd))
		return 0;
	if (getsockopt(fd, level, option, &value, &len) < 0)
		tw_scene_fail(sc, "getsockopt(%d, %s): %s", fd, name, strerror(errno));
	tw_scene_note(sc, "getsockopt(%d, %s) -> %d", fd, name, value);
	return value;
}

int tw_app_linger(struct tw_scene *sc, int fd, int seconds)
{
	const struct linger linger = { 1, seconds };

	if (off(sc, fd))
		return -EBADF;
	return tw_must(sc, NOTED(sc, setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)),
				 "setsockopt(%d, SO_LINGER, {1, %d})", fd, seconds));
}

int tw_app_blocking(struct tw_scene *sc, int fd, bool on)
{
	int flags;

	if (off(sc, fd))
		return -EBADF;
	flags = fcntl(fd, F_GETFL);
	flags = on ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
	return tw_must(sc, NOTED(sc, fcntl(fd, F_SETFL, flags), "fcntl(%d, F_SETFL, %s)", fd,
				 on ? "0" : "O_NONBLOCK"));
}

int tw_app_bind(struct tw_scene *sc, int fd, struct tw_end end)
{
	union any_addr any;
	socklen_t len = put_end(sc, &end, &any);
	char text[64];

	if (off(sc, fd))
		return -EBADF;
	return NOTED(sc, bind(fd, &any.sa, len), "bind(%d, %s)", fd,
		     text_end(sc, &end, text, sizeof(text)));
}

int tw_app_listen(struct tw_scene *sc, int fd, int backlog)
{
	if (off(sc, fd))
		return -EBADF;
	return NOTED(sc, listen(fd, backlog), "listen(%d, %d)", fd, backlog);
}

int tw_app_accept(struct tw_scene *sc, int listener)
{
	int fd;

	if (off(sc, listener))
		return -EBADF;
	fd = NOTED(sc, accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), "accept(%d)",
		   listener);
	return tw_scene_keep(sc, fd);
}

int tw_app_connect(struct tw_scene *sc, int fd, struct tw_end end)
{
	union any_addr any;
	socklen_t len = put_end(sc, &end, &any);
	char text[64];

	if (off(sc, fd))
		return -EBADF;
	return spoken(sc, NOTED(sc, connect(fd, &any.sa, len), "connect(%d, %s)", fd,
				text_end(sc, &end, text, sizeof(text))));
}

int tw_app_connected(struct tw_scene *sc, int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	int error = 0;
	socklen_t len = sizeof(error);

	if (off(sc, fd))
		return -EBADF;
	if (poll(&pfd, 1, 0) == 0)
		return -EINPROGRESS;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	tw_scene_note(sc, "getsockopt(%d, SO_ERROR) -> %s", fd,
		      error ? strerrorname_np(error) : "0");
	return -error;
}

int tw_app_send_flags(struct tw_scene *sc, int fd, unsigned len, int flags)
{
	char bytes[65536];

	if (off(sc, fd))
		return -EBADF;
	if (len > sizeof(bytes))
		return -EMSGSIZE;
	memset(bytes, 'x', len);
	return spoken(sc,
		      NOTED(sc, (int)send(fd, bytes, len, flags | MSG_NOSIGNAL),
			    "send(%d, ..., %u, %s)", fd, len, flags & MSG_MORE ? "MSG_MORE" : "0"));
}

int tw_app_send(struct tw_scene *sc, int fd, unsigned len)
{
	return tw_app_send_flags(sc, fd, len, 0);
}

int tw_app_send_to(struct tw_scene *sc, int fd, struct tw_end end, unsigned len)
{
	union any_addr any;
	socklen_t any_len = put_end(sc, &end, &any);
	char bytes[65536], text[64];

	if (off(sc, fd))
		return -EBADF;
	if (len > sizeof(bytes))
		return -EMSGSIZE;
	memset(bytes, 'x', len);
	return spoken(sc, NOTED(sc, (int)sendto(fd, bytes, len, MSG_NOSIGNAL, &any.sa, any_len),
				"sendto(%d, ..., %u, %s)", fd, len,
				text_end(sc, &end, text, sizeof(text))));
}

int tw_app_recv(struct tw_scene *sc, int fd, unsigned len)
{
	char bytes[65536];

	if (off(sc, fd))
		return -EBADF;
	if (len > sizeof(bytes))
		len = sizeof(bytes);
	return spoken(sc, NOTED(sc, (int)recv(fd, bytes, len, 0), "recv(%d, ..., %u)", fd, len));
}

int tw_app_poll(struct tw_scene *sc, int fd, int events)
{
	struct pollfd pfd = { .fd = fd, .events = (short)events };

	if (off(sc, fd))
		return 0;
	poll(&pfd, 1, 0);
	tw_scene_note(sc, "poll(%d, %#x) -> %#x", fd, (unsigned)events, (unsigned)pfd.revents);
	return pfd.revents;
}

int tw_app_shutdown(struct tw_scene *sc, int fd, int how)
{
	static const char *const name[] = { "SHUT_RD", "SHUT_WR", "SHUT_RDWR" };

	if (off(sc, fd))
		return -EBADF;
	return spoken(sc, NOTED(sc, shutdown(fd, how), "shutdown(%d, %s)", fd,
				how >= 0 && how <= 2 ? name[how] : "?"));
}

int tw_app_close(struct tw_scene *sc, int fd)
{
	if (off(sc, fd))
		return -EBADF;
	for (unsigned i = 0; i < sc->n_fds; i++)
		if (sc->fd[i] == fd)
			sc->fd[i] = -1;
	return spoken(sc, NOTED(sc, close(fd), "close(%d)", fd));
}

int tw_app_dup(struct tw_scene *sc, int fd)
{
	if (off(sc, fd))
		return -EBADF;
	return tw_must(sc,
		       tw_scene_keep(sc, NOTED(sc, fcntl(fd, F_DUPFD_CLOEXEC, 0), "dup(%d)", fd)));
}

int tw_app_owner(struct tw_scene *sc, int fd, unsigned uid)
{
	if (off(sc, fd))
		return -EBADF;
	return NOTED(sc, fchown(fd, uid, (gid_t)-1), "fchown(%d, %u, -1)", fd, uid);
}

struct tw_end tw_app_name(struct tw_scene *sc, int fd)
{
	struct tw_end end = { { { 0 } }, 0 };
	union any_addr any;
	socklen_t len = sizeof(any);

	if (off(sc, fd) || getsockname(fd, &any.sa, &len) < 0)
		return end;
	if (sc->family == TW_IPV4) {
		end.port = ntohs(any.in.sin_port);
		memcpy(end.addr.b, &any.in.sin_addr, 4);
	} else {
		end.port = ntohs(any.in6.sin6_port);
		memcpy(end.addr.b, &any.in6.sin6_addr, 16);
	}
	return end;
}

void tw_app_info(struct tw_scene *sc, int fd, struct tcp_info *ret)
{
	socklen_t len = sizeof(*ret);

	memset(ret, 0, sizeof(*ret));
	if (!off(sc, fd) && getsockopt(fd, IPPROTO_TCP, TCP_INFO, ret, &len) < 0)
		tw_scene_fail(sc, "getsockopt(%d, TCP_INFO): %s", fd, strerror(errno));
}

void tw_app_md5_key(struct tw_scene *sc, int fd, struct tw_end end, const char *key)
{
	struct tcp_md5sig sig = { .tcpm_keylen = (uint16_t)strlen(key) };
	union any_addr any;
	char text[64];
	int ret;

	if (off(sc, fd))
		return;
	put_end(sc, &end, &any);
	memcpy(&sig.tcpm_addr, &any, sizeof(any));
	memcpy(sig.tcpm_key, key, strlen(key));
	ret = NOTED(sc, setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &sig, sizeof(sig)),
		    "setsockopt(%d, TCP_MD5SIG, %s)", fd, text_end(sc, &end, text, sizeof(text)));
	if (ret == -ENOPROTOOPT)
		tw_scene_skip(sc, "this kernel has no TCP MD5 signatures (CONFIG_TCP_MD5SIG)");
	tw_must(sc, ret);
}

int tw_app_listener(struct tw_scene *sc, uint16_t port, int backlog)
{
	int fd = tw_app_socket(sc, SOCK_STREAM);

	tw_must(sc, tw_app_set(sc, fd, SOL_SOCKET, SO_REUSEADDR, 1));
	tw_must(sc, tw_app_bind(sc, fd, tw_end_local(sc, 0, port)));
	tw_must(sc, tw_app_listen(sc, fd, backlog));
	return fd;
}
