/*
 * draft-ietf-opsawg-pcapng: blocks of 32-bit words in the writer's byte order, length in front and
 * behind.
 */
#include "report/pcapng.h"

#include <string.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,

	OPT_END = 0,
	OPT_COMMENT = 1,
	SHB_OS = 3,
	SHB_USERAPPL = 4,
	IF_NAME = 2,
	IF_DESCRIPTION = 3,
	IF_TSRESOL = 9,
	EPB_FLAGS = 2,

	MAGIC = 0x1a2b3c4d,
	LINKTYPE_ETHERNET = 1,
	SNAPLEN = 0x40000,
	INBOUND = 1,
	OUTBOUND = 2,
};

static uint32_t padded(uint32_t len)
{
	return (len + 3) & ~3u;
}

static void put16(FILE *out, uint16_t v)
{
	fwrite(&v, sizeof(v), 1, out);
}

static void put32(FILE *out, uint32_t v)
{
	fwrite(&v, sizeof(v), 1, out);
}

static void put_padded(FILE *out, const void *bytes, uint32_t len)
{
	static const char zero[4];

	if (len)
		fwrite(bytes, 1, len, out);
	fwrite(zero, 1, padded(len) - len, out);
}

static uint16_t text_len(const char *text)
{
	return (uint16_t)strnlen(text, UINT16_MAX - 3);
}

/* Bytes that a text takes as an option: none if there is no text. */
static uint32_t room(const char *text)
{
	return text && *text ? 4 + padded(text_len(text)) : 0;
}

static void put_option(FILE *out, uint16_t code, const void *bytes, uint16_t len)
{
	put16(out, code);
	put16(out, len);
	put_padded(out, bytes, len);
}

static void put_text(FILE *out, uint16_t code, const char *text)
{
	if (room(text))
		put_option(out, code, text, text_len(text));
}

static void put_section(FILE *out, const struct tw_pcapng_head *head)
{
	uint32_t total = 28 + room(head->comment) + room(head->os) + room(head->application) + 4;

	put32(out, BLOCK_SECTION);
	put32(out, total);
	put32(out, MAGIC);
	put16(out, 1); /* version 1.0 */
	put16(out, 0);
	put32(out, UINT32_MAX); /* length of the section: 64 bits of "not told" */
	put32(out, UINT32_MAX);
	put_text(out, OPT_COMMENT, head->comment);
	put_text(out, SHB_OS, head->os);
	put_text(out, SHB_USERAPPL, head->application);
	put_option(out, OPT_END, NULL, 0);
	put32(out, total);
}

static void put_interface(FILE *out, const struct tw_pcapng_head *head)
{
	static const uint8_t nanoseconds = 9;
	uint32_t total = 20 + room(head->device) + room(head->description) + 8 + 4;

	put32(out, BLOCK_INTERFACE);
	put32(out, total);
	put16(out, LINKTYPE_ETHERNET);
	put16(out, 0);
	put32(out, SNAPLEN);
	put_text(out, IF_NAME, head->device);
	put_text(out, IF_DESCRIPTION, head->description);
	put_option(out, IF_TSRESOL, &nanoseconds, 1);
	put_option(out, OPT_END, NULL, 0);
	put32(out, total);
}

void tw_pcapng_begin(FILE *out, const struct tw_pcapng_head *head)
{
	put_section(out, head);
	put_interface(out, head);
}

void tw_pcapng_packet(FILE *out, uint64_t at_ns, bool inbound, const uint8_t *bytes, uint32_t len,
		      const char *comment)
{
	uint32_t total = 32 + padded(len) + room(comment) + 8 + 4;
	uint32_t flags = inbound ? INBOUND : OUTBOUND;

	put32(out, BLOCK_PACKET);
	put32(out, total);
	put32(out, 0); /* the interface */
	put32(out, (uint32_t)(at_ns >> 32));
	put32(out, (uint32_t)at_ns);
	put32(out, len);
	put32(out, len);
	put_padded(out, bytes, len);
	put_text(out, OPT_COMMENT, comment);
	put_option(out, EPB_FLAGS, &flags, sizeof(flags));
	put_option(out, OPT_END, NULL, 0);
	put32(out, total);
}
