/*
 * Pseudo-random numbers that a seed repeats: xorshift64*. The state is the caller's.
 */
#ifndef TWPROBE_RANDOM_H
#define TWPROBE_RANDOM_H

#include <stdint.h>

/* A state that is not 0, whatever the seed; neighbouring seeds give unlike numbers. */
static inline uint64_t tw_random_seed(uint64_t seed)
{
	seed = (seed + 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
	seed ^= seed >> 29;
	return seed ? seed : 1;
}

static inline uint32_t tw_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)(*state * 0x2545f4914f6cdd1du >> 32);
}

/* Below @n, which is not 0. */
static inline uint32_t tw_random_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)((uint64_t)tw_random(state) * n >> 32);
}

#endif
