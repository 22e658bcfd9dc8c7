#include <time.h>

#include "twprobe/io.h"

static uint64_t ns(const struct timespec *ts)
{
	return (uint64_t)ts->tv_sec * 1000000000u + (uint64_t)ts->tv_nsec;
}

static uint64_t real_now(struct tw_clock *clock)
{
	struct timespec ts;

	(void)clock;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ns(&ts);
}

/* The coarse clock is set forward where jiffies are (do_timer() and update_wall_time()), and its resolution is a jiffy. */
static uint64_t real_ticked(struct tw_clock *clock)
{
	struct timespec coarse, jiffy;
	uint64_t least, now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &coarse);
	clock_getres(CLOCK_MONOTONIC_COARSE, &jiffy);
	least = ns(&coarse) + ns(&jiffy);
	now = real_now(clock);
	return least < now ? least : now;
}

struct tw_clock *tw_clock_real(void)
{
	static struct tw_clock real = { .now = real_now, .ticked = real_ticked };

	return &real;
}
