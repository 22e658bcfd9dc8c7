/*
 * Numbers and flags as they are written on the command line.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmd/probe_args.h"

/* A decimal or hexadecimal number, or 2^N. Moves @at behind it. */
static int parse_term(const char **at, uint64_t *ret)
{
	char *end;

	if (!isdigit((unsigned char)**at))
		return -EINVAL;
	errno = 0;
	*ret = strtoull(*at, &end, !strncasecmp(*at, "0x", 2) ? 16 : 10);
	if (errno || *ret > UINT32_MAX)
		return -EINVAL;
	if (*end == '^') {
		unsigned long bits;

		if (*ret != 2 || !isdigit((unsigned char)end[1]))
			return -EINVAL;
		bits = strtoul(end + 1, &end, 10);
		if (bits > 32)
			return -EINVAL;
		*ret = 1ull << bits;
	}
	*at = end;
	return 0;
}

/* A sum of terms with signs, modulo 2^32. */
static int parse_sum(const char *at, uint32_t *ret)
{
	uint64_t term, sum = 0;
	bool first = true, minus;

	while (*at || first) {
		minus = *at == '-';
		if (*at == '+' || *at == '-')
			at++;
		else if (!first)
			return -EINVAL;
		if (parse_term(&at, &term) < 0)
			return -EINVAL;
		sum = minus ? sum - term : sum + term;
		first = false;
	}
	*ret = (uint32_t)sum;
	return 0;
}

int tw_probe_val(const char *text, enum tw_base base, struct tw_val *ret, struct tw_err *err)
{
	static const struct {
		char letter;
		enum tw_base base;
	} letters[] = {
		{ 'R', TW_RCV_NXT }, { 'S', TW_SND_NXT }, { 'T', TW_TS_RECENT }, { '=', TW_NUMBER }
	};
	const char *at = text;

	*ret = (struct tw_val){ base, 0 };
	if (!strcmp(text, "none") || !strcmp(text, "absent")) {
		ret->base = TW_ABSENT;
		return 0;
	}
	for (unsigned i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
		if (*at && toupper((unsigned char)*at) == letters[i].letter) {
			ret->base = letters[i].base;
			at++;
			break;
		}
	}
	if (at != text && *at == '\0' && ret->base != TW_NUMBER)
		return 0;
	if (parse_sum(at, &ret->off) < 0)
		return tw_err_set(
			err, EINVAL,
			"\"%s\" is no number; write +1, -1, 0, +2^31, R+1, S, T-1 or =4294967295",
			text);
	return 0;
}

int tw_probe_flags(const char *text, uint8_t *ret, struct tw_err *err)
{
	static const char letters[] = "FSRPAUEC";
	const char *at;

	*ret = 0;
	if (!strcmp(text, "none") || !strcmp(text, "-"))
		return 0;
	for (const char *p = text; *p; p++) {
		at = strchr(letters, *p == '.' ? 'A' : toupper((unsigned char)*p));
		if (!at)
			return tw_err_set(err, EINVAL,
					  "\"%s\" holds no flag '%c'; flags are S F R P A (or .) U "
					  "E C, or none",
					  text, *p);
		*ret |= (uint8_t)(1u << (at - letters));
	}
	if (!*text)
		return tw_err_set(err, EINVAL,
				  "no flags are given; say none for a segment without any");
	return 0;
}
