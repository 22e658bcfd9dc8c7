/*
 * Prose in lines of a given width.
 */
#ifndef TWPROBE_WRAP_H
#define TWPROBE_WRAP_H

#include <stdio.h>

enum {
	TW_WIDTH = 100 /* of a terminal, for everything that is laid out */
};

/*
 * Prints @text and a newline, broken between words so that no line is longer than @width; a word that is longer stays whole.
 * The cursor is in column @indent, and the following lines begin there.
 */
void tw_wrap(FILE *out, const char *text, int indent, int width);

#endif
