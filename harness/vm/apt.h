/*
 * apt with a root of its own: lists of suites that the machine is not configured for, and packages from them, without changing
 * anything outside of one directory. Needs no privilege.
 */
#ifndef TWPROBE_VM_APT_H
#define TWPROBE_VM_APT_H

#include <stdbool.h>
#include <stddef.h>

#include "twprobe/err.h"

struct tw_apt {
	char root[512]; /* everything of it is below this directory */
	char gaps
		[1024]; /* what a suite that did not answer left behind: apt's own words, one line each */
};

/*
 * Makes the root in @dir (the part of it that is there from before is thrown away) and gets the lists: those of the Debian suites that
 * the machine is configured for, and with !@configured of the releases before and after as well, from the same mirror. A
 * suite that does not answer is in ret->gaps. The caller frees with tw_apt_close(). 0 or negative errno (-ENOENT: no apt
 * here).
 */
int tw_apt_open(const char *dir, bool configured, struct tw_apt *ret, struct tw_err *err);

/* Takes the root away. */
void tw_apt_close(struct tw_apt *apt);

/* What the lists offer of packages whose names match the regular expression: madison's lines, from malloc(). */
int tw_apt_offers(const struct tw_apt *apt, const char *names, char **ret, struct tw_err *err);

/* Gets "name=version" and writes the path of the .deb, which is within the root, to @ret. */
int tw_apt_download(const struct tw_apt *apt, const char *package, char *ret, size_t size,
		    struct tw_err *err);

#endif
