/*
 * The rule book's history (H-..) as facts: which of its changes are in effect in a kernel. Decided by what was probed; by the
 * release only where nothing could be, and then with the stable lines into which the change was brought as well.
 */
#ifndef TWPROBE_FACTS_PROFILE_H
#define TWPROBE_FACTS_PROFILE_H

#include "twprobe/facts.h"

enum {
	TW_STABLE_MAX = 6,
	TW_PATCH_NOT_READ = 100000, /* the stable line may have got it later than .after */
};

/* A stable line that got the change between two of its patch levels. */
struct tw_stable {
	int major, minor;
	int after; /* the last that was seen without it */
	int by;    /* the first that was seen with it */
};

/* A moment in the history of the kernel. */
struct tw_moment {
	const char *probe; /* a fact that comes with it; "!..." one that goes; NULL: none does */
	int major, minor;  /* the first release with it; 0: it has not come */
	int after_major,
		after_minor; /* the last one seen without it, if those in between were not read */
	struct tw_stable stable[TW_STABLE_MAX];
};

struct tw_change {
	const char *id;        /* "H-26" */
	const char *says;      /* what a kernel does in which it is in effect */
	struct tw_moment come; /* in effect from here */
	struct tw_moment over; /* up to here */
};

/* The @i-th change, in the order of the rule book; NULL past the last one. */
const struct tw_change *tw_change_at(size_t i);

/* NULL if there is none of that id. */
const struct tw_change *tw_change_find(const char *id);

/* Whether @change is in effect. *@ret_by_release: nothing that could be probed tells (may be NULL). */
enum tw_answer tw_change_tell(const struct tw_facts *facts, const struct tw_change *change,
			      bool *ret_by_release);

#endif
