#include "stand/inject.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	CHUNK = 128
};

struct tw_inject {
	libnet_t *net;
	char dev[16];
	struct mmsghdr msg[CHUNK];
};

/*
 * libnet's link socket is open for every protocol and never read: it would queue a copy of each frame. Bound to a protocol
 * that nobody speaks (0 would not do: packet_bind() then keeps the old one) it only sends. Bypassing the queueing discipline
 * also keeps our own frames from the sniffer.
 */
static int only_send(int fd, const char *dev, struct tw_err *err)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
				  .sll_ifindex = (int)if_nametoindex(dev) };
	int on = 1;

	if (bind(fd, (struct sockaddr *)&ll, sizeof(ll)) < 0)
		return tw_err_set(err, errno, "%s: the injector cannot be bound: %s", dev,
				  strerror(errno));
	if (setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) < 0)
		return tw_err_set(err, errno, "%s: PACKET_QDISC_BYPASS: %s", dev, strerror(errno));
	return 0;
}

struct tw_inject *tw_inject_open(const char *dev, struct tw_err *err)
{
	char why[LIBNET_ERRBUF_SIZE] = "";
	struct tw_inject *inj = calloc(1, sizeof(*inj));

	if (!inj) {
		tw_err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	strncpy(inj->dev, dev, sizeof(inj->dev) - 1);
	inj->net = libnet_init(LIBNET_LINK_ADV, inj->dev, why);
	if (!inj->net) {
		tw_err_set(err, EIO, "%s: libnet cannot open the injector: %s", dev, why);
		free(inj);
		return NULL;
	}
	if (only_send(libnet_getfd(inj->net), dev, err) < 0) {
		tw_inject_close(inj);
		return NULL;
	}
	return inj;
}

void tw_inject_close(struct tw_inject *inj)
{
	if (!inj)
		return;
	libnet_destroy(inj->net);
	free(inj);
}

static int send_chunk(struct tw_inject *inj, const struct iovec *frames, unsigned n,
		      struct tw_err *err)
{
	unsigned done = 0;
	int ret;

	for (unsigned i = 0; i < n; i++) {
		inj->msg[i].msg_hdr.msg_iov = (struct iovec *)&frames[i];
		inj->msg[i].msg_hdr.msg_iovlen = 1;
	}
	while (done < n) {
		ret = sendmmsg(libnet_getfd(inj->net), inj->msg + done, n - done, 0);
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret <= 0)
			return tw_err_set(err, ret ? errno : EIO,
					  "%s: a frame could not be sent: %s", inj->dev,
					  strerror(ret ? errno : EIO));
		done += (unsigned)ret;
	}
	return 0;
}

int tw_inject_send(struct tw_inject *inj, const struct iovec *frames, unsigned n,
		   struct tw_err *err)
{
	int ret = 0;

	for (unsigned at = 0; at < n && ret == 0; at += CHUNK)
		ret = send_chunk(inj, frames + at, n - at < CHUNK ? n - at : CHUNK, err);
	return ret;
}
