#include "judge/clause.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

unsigned tw_clause_rfc(const char *clause)
{
	return strncmp(clause, "RFC ", 4) == 0 ? (unsigned)strtoul(clause + 4, NULL, 10) : 0;
}

const char *tw_clause_section(const char *clause)
{
	if (!tw_clause_rfc(clause))
		return clause;
	clause += 4;
	clause += strspn(clause, "0123456789");
	return clause + strspn(clause, " ");
}

int tw_clause_compare(const char *a, const char *b)
{
	unsigned rfc_a = tw_clause_rfc(a), rfc_b = tw_clause_rfc(b);

	if (rfc_a != rfc_b)
		return rfc_a < rfc_b ? -1 : 1;
	a = tw_clause_section(a);
	b = tw_clause_section(b);
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			char *end_a, *end_b;
			unsigned long n_a = strtoul(a, &end_a, 10), n_b = strtoul(b, &end_b, 10);

			if (n_a != n_b)
				return n_a < n_b ? -1 : 1;
			a = end_a;
			b = end_b;
		} else if (*a == *b) {
			a++;
			b++;
		} else {
			break;
		}
	}
	return (unsigned char)*a - (unsigned char)*b;
}

static bool within(const char *part, const char *whole)
{
	size_t len = strlen(whole);

	return strncmp(part, whole, len) == 0 && (part[len] == '.' || part[len] == ' ');
}

unsigned tw_clause_near(const char *a, const char *b)
{
	unsigned rfc = tw_clause_rfc(a);

	if (!rfc || rfc != tw_clause_rfc(b))
		return 0;
	if (!strcmp(a, b))
		return 3;
	return within(a, b) || within(b, a) ? 2 : 1;
}
