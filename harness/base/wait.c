#include "base/wait.h"

#include <poll.h>
#include <stddef.h>
#include <sys/random.h>
#include <time.h>

#include "twprobe/io.h"

void tw_wait_until(uint64_t deadline)
{
	struct tw_clock *clock = tw_clock_real();
	uint64_t now = clock->now(clock), left = deadline > now ? deadline - now : 0;
	const struct timespec ts = { (time_t)(left / 1000000000u), (long)(left % 1000000000u) };

	if (left)
		ppoll(NULL, 0, &ts, NULL);
}

uint64_t tw_seed_new(void)
{
	uint32_t seed = 1;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (uint32_t)time(NULL);
	return seed;
}
