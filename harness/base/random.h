/*
 * The random numbers of everything that must be the same for the same seed: splitmix64. No secrets. The state is the caller's.
 */
#ifndef TWPROBE_RANDOM_H
#define TWPROBE_RANDOM_H

#include <stdint.h>

/* The next of the sequence that begins with the seed in *@state. */
static inline uint64_t tw_random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline uint32_t tw_random(uint64_t *state)
{
	return (uint32_t)(tw_random_next(state) >> 32);
}

/* Below @n, which is not 0. */
static inline uint32_t tw_random_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)((uint64_t)tw_random(state) * n >> 32);
}

#endif
