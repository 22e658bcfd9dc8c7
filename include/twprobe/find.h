/*
 * What an API scenario finds, by name: "bind" is "EADDRINUSE", "syn-acks" is 200, and what a row expects of it. Rows
 * are constant data; what was found belongs to the evidence.
 */
#ifndef TWPROBE_FIND_H
#define TWPROBE_FIND_H

#include <stdbool.h>
#include <stdint.h>

enum {
	TW_FINDS_MAX = 24, /* of one row */
};

enum tw_find_kind {
	TW_FIND_NONE,   /* ends a list */
	TW_FIND_TEXT,   /* a word: EADDRINUSE, OK, RST|ACK, silence ... */
	TW_FIND_NUMBER, /* a count, bytes, milliseconds: the name says which */
	TW_FIND_MOVED,  /* by how much a counter of the DUT moved, named as nstat names it */
};

/* What is expected. */
struct tw_find {
	const char *what; /* lower case, digits and "-"; of a counter its name */
	enum tw_find_kind kind;
	const char *is;   /* TEXT */
	int64_t least[2]; /* NUMBER, MOVED: on IPv4, on IPv6 */
	int64_t most[2];
};

/* What was found. */
struct tw_found {
	char what[32];
	enum tw_find_kind kind; /* TEXT or NUMBER; counters are in the evidence anyway */
	char is[64];
	int64_t number;
};

#endif
