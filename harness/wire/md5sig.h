/*
 * TCP MD5 signatures (RFC 2385) in Ethernet frames. Pure.
 */
#ifndef TWPROBE_MD5SIG_H
#define TWPROBE_MD5SIG_H

#include <stdint.h>

enum tw_signature {
	TW_NOT_SIGNED,
	TW_SIGNED,
	TW_SIGNED_WRONG, /* or with another key */
	TW_SIGNED_CUT,   /* cannot be told: the frame is cut off, or is no segment */
};

/* Whether the segment in the frame is signed with @key. */
enum tw_signature tw_md5_check(const uint8_t *frame, unsigned len, const char *key);

/*
 * Signs a complete frame that has the option, with a digest of zeros and a right checksum (tw_forge_build() with .md5). 0, or
 * -EINVAL if it is no such frame.
 */
int tw_md5_sign(uint8_t *frame, unsigned len, const char *key);

#endif
