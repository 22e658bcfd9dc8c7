/*
 * Which upstream release a kernel was made from, as far as its names tell. A distribution's own count of ABIs
 * ("6.1.0-13-amd64") is no patch level. Values only.
 */
#ifndef TWPROBE_FACTS_RELEASE_H
#define TWPROBE_FACTS_RELEASE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	TW_PATCH_UNKNOWN = -1
};

struct tw_release {
	int major, minor;
	int patch;   /* or TW_PATCH_UNKNOWN */
	bool vendor; /* an enterprise kernel: it has more than its number says */
};

/*
 * From uname -r, uname -v (Debian's tells the release) and /proc/version_signature (Ubuntu's does); the last two may
 * be "". Pure, for any input. False if @release does not begin with two numbers.
 */
bool tw_release_parse(const char *release, const char *version, const char *signature,
		      struct tw_release *ret);

/* "linux:6.1.55"; "linux:5.15" without a patch level; "linux:4.18+" of a vendor: the fact that tells it. */
void tw_release_name(const struct tw_release *release, char *ret, size_t size);
bool tw_release_from_name(const char *name, struct tw_release *ret);

#endif
