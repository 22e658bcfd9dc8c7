#include <time.h>

#include "twprobe/io.h"

static uint64_t real_now(struct tw_clock *clock)
{
	struct timespec ts;

	(void)clock;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

struct tw_clock *tw_clock_real(void)
{
	static struct tw_clock real = { .now = real_now };

	return &real;
}
