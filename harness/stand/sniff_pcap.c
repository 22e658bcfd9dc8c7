#include "stand/sniff.h"

#include <errno.h>
#include <pcap.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct tw_sniff {
	pcap_t *pcap;
	tw_frame_fn *fn;
	void *arg;
	uint64_t ahead; /* the wall clock, which frames are stamped with, of CLOCK_MONOTONIC */
	uint64_t drops;
	uint32_t last_drops; /* libpcap counts in 32 bits */
};

/*
 * Immediate mode is TPACKET_V2: a frame is readable when the kernel has put it there. Without it blocks of frames retire
 * by a timer, and an answer is late by up to that timer.
 */
static int activate(pcap_t *pcap, unsigned ring, struct tw_err *err)
{
	int ret;

	pcap_set_snaplen(pcap, TW_SNAPLEN);
	pcap_set_immediate_mode(pcap, 1);
	pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
	pcap_set_promisc(pcap, 0);
	pcap_set_timeout(pcap, 1);
	pcap_set_buffer_size(pcap, (int)ring);
	ret = pcap_activate(pcap);
	if (ret < 0)
		return tw_err_set(err, EIO, "libpcap cannot open the sniffer: %s (%s)",
				  pcap_geterr(pcap), pcap_statustostr(ret));
	return 0;
}

static int set_filter(pcap_t *pcap, const char *filter, struct tw_err *err)
{
	struct bpf_program prog;
	int ret;

	if (pcap_compile(pcap, &prog, filter, 1, PCAP_NETMASK_UNKNOWN) < 0)
		return tw_err_set(err, EINVAL, "capture filter \"%s\": %s", filter,
				  pcap_geterr(pcap));
	ret = pcap_setfilter(pcap, &prog);
	pcap_freecode(&prog);
	if (ret < 0)
		return tw_err_set(err, EIO, "capture filter \"%s\": %s", filter, pcap_geterr(pcap));
	return 0;
}

struct tw_sniff *tw_sniff_open(const char *dev, const char *filter, unsigned ring,
			       struct tw_err *err)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	struct tw_sniff *sniff = calloc(1, sizeof(*sniff));

	if (!sniff) {
		tw_err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	sniff->pcap = pcap_create(dev, why);
	if (!sniff->pcap) {
		tw_err_set(err, EIO, "%s: libpcap: %s", dev, why);
		goto fail;
	}
	if (activate(sniff->pcap, ring, err) < 0 || set_filter(sniff->pcap, filter, err) < 0)
		goto fail;
	if (pcap_setnonblock(sniff->pcap, 1, why) < 0) {
		tw_err_set(err, EIO, "%s: libpcap: %s", dev, why);
		goto fail;
	}
	return sniff;
fail:
	tw_sniff_close(sniff);
	return NULL;
}

void tw_sniff_close(struct tw_sniff *sniff)
{
	if (!sniff)
		return;
	if (sniff->pcap)
		pcap_close(sniff->pcap);
	free(sniff);
}

static void hand_over(u_char *user, const struct pcap_pkthdr *head, const u_char *bytes)
{
	struct tw_sniff *sniff = (struct tw_sniff *)user;

	uint64_t at = (uint64_t)head->ts.tv_sec * 1000000000u + (uint64_t)head->ts.tv_usec;

	sniff->fn(sniff->arg, at - sniff->ahead, bytes, head->caplen);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* The wall clock's lead. Two clocks cannot be read at once: what lies between is small, unless this process is stopped there. */
static uint64_t wall_ahead(void)
{
	const uint64_t close = 20000;
	uint64_t before, wall, between, least = UINT64_MAX, ahead = 0;

	for (unsigned i = 0; i < 16 && least > close; i++) {
		before = clock_ns(CLOCK_MONOTONIC);
		wall = clock_ns(CLOCK_REALTIME);
		between = clock_ns(CLOCK_MONOTONIC) - before;
		if (between >= least)
			continue;
		least = between;
		ahead = wall - before - between / 2;
	}
	return ahead;
}

static int wait_any(struct pollfd *pfd, nfds_t n, uint64_t deadline, struct tw_err *err)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC), left = deadline > now ? deadline - now : 0;
	const struct timespec limit = { (time_t)(left / 1000000000u), (long)(left % 1000000000u) };

	if (ppoll(pfd, n, &limit, NULL) < 0 && errno != EINTR)
		return tw_err_set(err, errno, "the sniffer cannot be waited for: %s",
				  strerror(errno));
	return 0;
}

int tw_sniff_wait(struct tw_sniff *sniff, uint64_t deadline, struct tw_err *err)
{
	struct pollfd pfd = { .fd = pcap_get_selectable_fd(sniff->pcap), .events = POLLIN };

	return wait_any(&pfd, 1, deadline, err);
}

int tw_sniff_wait_either(struct tw_sniff *a, struct tw_sniff *b, uint64_t deadline,
			 struct tw_err *err)
{
	struct pollfd pfd[] = { { .fd = pcap_get_selectable_fd(a->pcap), .events = POLLIN },
				{ .fd = pcap_get_selectable_fd(b->pcap), .events = POLLIN } };

	return wait_any(pfd, 2, deadline, err);
}

int tw_sniff_drain(struct tw_sniff *sniff, tw_frame_fn *fn, void *arg, struct tw_err *err)
{
	int ret, all = 0;

	sniff->fn = fn;
	sniff->arg = arg;
	sniff->ahead = wall_ahead();
	do {
		ret = pcap_dispatch(sniff->pcap, -1, hand_over, (u_char *)sniff);
		if (ret < 0)
			return tw_err_set(err, EIO, "libpcap cannot read: %s",
					  pcap_geterr(sniff->pcap));
		all += ret;
	} while (ret > 0);
	return all;
}

int tw_sniff_drops(struct tw_sniff *sniff, uint64_t *ret_drops, struct tw_err *err)
{
	struct pcap_stat stat;

	if (pcap_stats(sniff->pcap, &stat) < 0)
		return tw_err_set(err, EIO, "libpcap tells no statistics: %s",
				  pcap_geterr(sniff->pcap));
	sniff->drops += stat.ps_drop - sniff->last_drops;
	sniff->last_drops = stat.ps_drop;
	*ret_drops = sniff->drops;
	return 0;
}
