/*
 * Text inside XML, for elements and attributes alike.
 */
#ifndef TWPROBE_XML_H
#define TWPROBE_XML_H

#include <stdio.h>

/*
 * Escapes what has a meaning in XML; control characters become blanks, bytes that are no UTF-8 "?".
 */
void tw_xml_put(FILE *out, const char *text);

#endif
