#include "wire/md5sig.h"

#include <errno.h>
#include <md5.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>

#include "wire/wire.h"

enum {
	DIGEST_LEN = 16,
	TCP_LEN = 20, /* without options, which are not signed */
	OFF_CSUM = 16,
	OPTION_MD5 = 19,
};

struct segment {
	struct tw_seen seen;
	unsigned l4, len; /* where the TCP header is; header, options and payload */
	unsigned head;
	unsigned digest; /* where it is; 0: nowhere */
};

/* Where the digest is among @len bytes of options; 0: nowhere (a digest cannot be at 0). */
static unsigned find_digest(const uint8_t *opt, unsigned len)
{
	for (unsigned at = 0, size; at < len && opt[at] != 0; at += size) {
		size = opt[at] == 1 ? 1 : at + 1 < len ? opt[at + 1] : 0;
		if (at + size > len || (opt[at] != 1 && size < 2))
			return 0;
		if (opt[at] == OPTION_MD5 && size == 2 + DIGEST_LEN)
			return at + 2;
	}
	return 0;
}

/* False if it is no complete segment. */
static bool take_apart(const uint8_t *frame, unsigned len, struct segment *ret)
{
	if (!tw_wire_decode(frame, len, &ret->seen))
		return false;
	ret->l4 = TW_ETH_LEN + (ret->seen.family == TW_IPV4 ? (frame[TW_ETH_LEN] & 0x0f) * 4u : 40);
	ret->head = (frame[ret->l4 + 12] >> 4) * 4u;
	ret->len = ret->head + ret->seen.seg.len;
	ret->digest = find_digest(frame + ret->l4 + TCP_LEN, ret->head - TCP_LEN);
	if (ret->digest)
		ret->digest += ret->l4 + TCP_LEN;
	return ret->l4 + ret->len <= len;
}

/* RFC 2385 2.0, RFC 8200 8.1: the length is 16 bits behind the protocol, or 32 bits before it. */
static void add_pseudo_header(MD5_CTX *md5, const struct segment *s)
{
	bool v4 = s->seen.family == TW_IPV4;
	const uint8_t high = (uint8_t)(s->len >> 8), low = (uint8_t)s->len;
	const uint8_t tail4[] = { 0, IPPROTO_TCP, high, low };
	const uint8_t tail6[] = { 0, 0, high, low, 0, 0, 0, IPPROTO_TCP };

	MD5Update(md5, s->seen.src.b, v4 ? 4 : 16);
	MD5Update(md5, s->seen.dst.b, v4 ? 4 : 16);
	MD5Update(md5, v4 ? tail4 : tail6, v4 ? sizeof(tail4) : sizeof(tail6));
}

static void digest_of(const uint8_t *frame, const struct segment *s, const char *key,
		      uint8_t ret[DIGEST_LEN])
{
	uint8_t head[TCP_LEN];
	MD5_CTX md5;

	memcpy(head, frame + s->l4, sizeof(head));
	head[OFF_CSUM] = head[OFF_CSUM + 1] = 0;
	MD5Init(&md5);
	add_pseudo_header(&md5, s);
	MD5Update(&md5, head, sizeof(head));
	MD5Update(&md5, frame + s->l4 + s->head, s->seen.seg.len);
	MD5Update(&md5, (const uint8_t *)key, strlen(key));
	MD5Final(ret, &md5);
}

enum tw_signature tw_md5_check(const uint8_t *frame, unsigned len, const char *key)
{
	uint8_t right[DIGEST_LEN];
	struct segment s;

	if (!take_apart(frame, len, &s))
		return TW_SIGNED_CUT;
	if (!s.digest)
		return TW_NOT_SIGNED;
	digest_of(frame, &s, key, right);
	return memcmp(right, frame + s.digest, sizeof(right)) ? TW_SIGNED_WRONG : TW_SIGNED;
}

/* RFC 1624: the checksum after @n bytes of zeros at an even place have become @bytes. */
static void mend_checksum(uint8_t *csum, const uint8_t *bytes, unsigned n)
{
	uint32_t sum = (uint16_t) ~(csum[0] << 8 | csum[1]);

	for (unsigned i = 0; i < n; i += 2)
		sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	csum[0] = (uint8_t)(~sum >> 8);
	csum[1] = (uint8_t)~sum;
}

int tw_md5_sign(uint8_t *frame, unsigned len, const char *key)
{
	struct segment s;

	if (!take_apart(frame, len, &s) || !s.digest || s.digest % 2 != s.l4 % 2)
		return -EINVAL;
	digest_of(frame, &s, key, frame + s.digest);
	mend_checksum(frame + s.l4 + OFF_CSUM, frame + s.digest, DIGEST_LEN);
	return 0;
}
