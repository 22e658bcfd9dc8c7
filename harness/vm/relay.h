/*
 * What a command in a guest says and writes, on its way to the host: a JSON value a line through the results' port.
 *
 *   ["out", "68690a"]            bytes of its stdout, in hex; "err": of its stderr
 *   ["file", "page.html", "3c"]  bytes of a file that it wrote into its working directory, once it has ended; in order
 *   {"exit": 0}                  last: how it ended; 256 and the signal that killed it
 *   {"unfit": "why"}             in place of all: there is no command
 */
#ifndef TWPROBE_VM_RELAY_H
#define TWPROBE_VM_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "twprobe/err.h"

enum tw_relay_kind {
	TW_RELAY_OUT,
	TW_RELAY_ERR,
	TW_RELAY_FILE,
	TW_RELAY_EXIT,
	TW_RELAY_UNFIT,
};

enum {
	TW_RELAY_PART = 4096 /* bytes in a line, at most */
};

struct tw_relay {
	enum tw_relay_kind kind;
	int exit;
	char text[512]; /* the file's name, or why there is no command */
	uint8_t part[TW_RELAY_PART];
	unsigned len;
};

/* Writes a line to @fd. 0 or negative errno. */
int tw_relay_put(int fd, const struct tw_relay *said, struct tw_err *err);

/* A line, without its end, for any input. 0, or -EPROTO if it is none of the above. */
int tw_relay_read(const char *line, size_t len, struct tw_relay *ret, struct tw_err *err);

#endif
