/*
 * Writes pcapng (one section, one Ethernet interface, nanoseconds, a comment per packet), which
 * libpcap cannot. The caller owns the stream; ferror() tells whether writing went well.
 */
#ifndef TWPROBE_PCAPNG_H
#define TWPROBE_PCAPNG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct tw_pcapng_head {
	const char *application; /* "twprobe 0.1.0" */
	const char *os;          /* kernel release */
	const char *comment;     /* of the whole file */
	const char *device;      /* where the packets were seen */
	const char *description; /* of the device */
};

/* Section header and interface. Members may be NULL. */
void tw_pcapng_begin(FILE *out, const struct tw_pcapng_head *head);

/* @inbound as seen by the interface. @comment may be NULL. Texts are cut at 64 kB. */
void tw_pcapng_packet(FILE *out, uint64_t at_ns, bool inbound, const uint8_t *bytes, uint32_t len,
		      const char *comment);

#endif
