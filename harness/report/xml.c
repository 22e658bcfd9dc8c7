#include "report/xml.h"

#include <stdint.h>

/*
 * Length of the UTF-8 sequence at @s if XML allows its character, else 0. Stops at the final NUL by
 * itself.
 */
static unsigned sequence(const unsigned char *s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned len = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	uint32_t c = s[0] & (0x7fu >> len);

	if (s[0] < 0xc0 || s[0] > 0xf7)
		return 0;
	for (unsigned i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	return c == 0xfffe || c == 0xffff ? 0 : len;
}

static const char *entity(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return c < ' ' || c == 0x7f ? " " : NULL;
	}
}

void tw_xml_put(FILE *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		unsigned len = *s < 0x80 ? 1 : sequence(s);
		const char *instead = len ? entity(*s) : "?";

		if (instead)
			fputs(instead, out);
		else
			fwrite(s, 1, len, out);
		s += len ? len : 1;
	}
}
