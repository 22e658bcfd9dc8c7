#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "natreport/html.h"
#include "report/xml.h"

/* "28..65 %" with a dash, and with a space that keeps number and unit on one line. */
static void put_typeset(FILE *out, char *text)
{
	char *from = text;

	if (!strcmp(text, "-")) {
		fputs("–", out);
		return;
	}
	for (char *p = text + 1; *text && p[0] && p[1]; p++) {
		bool digits = isdigit((unsigned char)p[-1]);
		bool range = digits && p[0] == '.' && p[1] == '.' && p[2];

		if (!range && !(digits && p[0] == ' ' && strchr("%ms", p[1])))
			continue;
		p[0] = '\0';
		tw_xml_put(out, from);
		fputs(range ? "–" : "\xc2\xa0", out);
		from = range ? p + 2 : p + 1;
		p = from;
	}
	tw_xml_put(out, from);
}

void tw_html_text(FILE *out, const char *fmt, ...)
{
	char text[768];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put_typeset(out, text);
}
