/*
 * A caller's buffer that is filled piece by piece, each piece whole or not at all; after the first
 * that did not fit nothing more is taken.
 */
#ifndef TWPROBE_TEXTBUF_H
#define TWPROBE_TEXTBUF_H

#include <stdbool.h>
#include <stddef.h>

struct tw_textbuf {
	char *s;
	size_t size, len;
	bool full;
};

struct tw_textbuf tw_textbuf_on(char *s, size_t size);
void tw_textbuf_add(struct tw_textbuf *buf, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Copies @from with control characters as blanks: what a report prints may come from anybody's
 * file.
 */
char *tw_text_clean(const char *from, char *ret, size_t size);

#endif
