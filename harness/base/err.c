/* Error texts: written once where something fails, given a context on the way up. */
#include "twprobe/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int tw_err_set(struct tw_err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
	}
	return -code;
}

int tw_err_in(struct tw_err *err, int ret, const char *fmt, ...)
{
	char old[sizeof(err->text)];
	va_list ap;
	size_t len;
	int n;

	if (!err)
		return ret;
	memcpy(old, err->text, sizeof(old));
	va_start(ap, fmt);
	n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	if (n < 0)
		err->text[0] = '\0';
	/* The end of a long message is what gets lost: its beginning names the object. */
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, "%s%.*s", len ? ": " : "",
		 (int)sizeof(old) - 1, old);
	return ret;
}
