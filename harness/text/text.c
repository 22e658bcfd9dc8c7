/* Flags, numbers and segments. */
#include "text/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/textbuf.h"

enum {
	NUM_MAX = 32,
	POWER_MIN = 20,       /* smaller offsets are read more easily as they are */
	POWER_NEAR = 9999,    /* this near to a power of two is "2^31-1" */
	CLOCK_NEAR = 1 << 24, /* ms: beyond that a TSval does not belong to the same clock */
};

struct tw_textbuf tw_textbuf_on(char *s, size_t size)
{
	struct tw_textbuf buf = { .s = s, .size = size, .full = !size };

	if (size)
		s[0] = '\0';
	return buf;
}

void tw_textbuf_add(struct tw_textbuf *buf, const char *fmt, ...)
{
	size_t room = buf->size - buf->len;
	va_list ap;
	int n;

	if (buf->full)
		return;
	va_start(ap, fmt);
	n = vsnprintf(buf->s + buf->len, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room) {
		buf->s[buf->len] = '\0';
		buf->full = true;
		return;
	}
	buf->len += (size_t)n;
}

char *tw_text_clean(const char *from, char *ret, size_t size)
{
	size_t i;

	if (!size)
		return ret;
	for (i = 0; from[i] && i < size - 1; i++)
		ret[i] = (unsigned char)from[i] < ' ' || from[i] == 0x7f ? ' ' : from[i];
	ret[i] = '\0';
	return ret;
}

char *tw_text_flags(unsigned flags, char *ret, size_t size)
{
	static const struct {
		unsigned flag;
		char letter;
	} letters[] = {
		{ TW_FIN, 'F' }, { TW_SYN, 'S' }, { TW_RST, 'R' }, { TW_PSH, 'P' },
		{ TW_ACK, '.' }, { TW_URG, 'U' }, { TW_ECE, 'E' }, { TW_CWR, 'W' },
	};
	struct tw_textbuf buf = tw_textbuf_on(ret, size);

	if (flags & TW_SILENCE) {
		tw_textbuf_add(&buf, "none");
		return ret;
	}
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		if (flags & letters[i].flag)
			tw_textbuf_add(&buf, "%c", letters[i].letter);
	}
	if (!(flags & 0xff))
		tw_textbuf_add(&buf, "-");
	return ret;
}

/* "+1", "-1", "-2^31", "+2^31-1", "" */
static const char *offset_text(int32_t off, char *ret, size_t size)
{
	int64_t len = llabs((long long)off), near = 0;
	char sign = off < 0 ? '-' : '+';
	int power;

	for (power = POWER_MIN; power <= 31; power++) {
		near = len - (INT64_C(1) << power);
		if (llabs(near) <= POWER_NEAR)
			break;
	}
	/*
	 * What is added to a negative power has the sign of the whole: -2^31+1 is one more than
	 * -2^31.
	 */
	if (power <= 31 && near)
		snprintf(ret, size, "%c2^%d%+lld", sign, power,
			 (long long)(off < 0 ? -near : near));
	else if (power <= 31)
		snprintf(ret, size, "%c2^%d", sign, power);
	else if (off)
		snprintf(ret, size, "%c%lld", sign, (long long)len);
	else
		ret[0] = '\0';
	return ret;
}

static bool is_near(uint32_t value, uint32_t of, int32_t most)
{
	int32_t off = tw_seq_diff(value, of);

	return off >= -most && off <= most;
}

/* A zero is a zero, unless it stands just beside the number that is meant. */
static bool is_plain_zero(uint32_t value, uint32_t of)
{
	return !value && !is_near(value, of, 1 << POWER_MIN);
}

char *tw_text_off(const char *base, uint32_t value, uint32_t of, char *ret, size_t size)
{
	struct tw_textbuf buf = tw_textbuf_on(ret, size);
	char num[NUM_MAX];

	if (is_plain_zero(value, of))
		tw_textbuf_add(&buf, "=0");
	else
		tw_textbuf_add(&buf, "%s%s", base,
			       offset_text(tw_seq_diff(value, of), num, sizeof(num)));
	return ret;
}

char *tw_text_val(const struct tw_val *val, char *ret, size_t size)
{
	static const char *const name[TW_BASES] = {
		[TW_UNSET] = "any",          [TW_NUMBER] = "=",        [TW_RCV_NXT] = "R",
		[TW_SND_NXT] = "S",          [TW_TS_RECENT] = "T",     [TW_SEG_SEQ] = "SEG.SEQ",
		[TW_SEG_ACK] = "SEG.ACK",    [TW_SEG_END] = "SEG.END", [TW_REOPEN_ISN] = "S",
		[TW_TS_CLOCK] = "D+elapsed", [TW_ABSENT] = "absent",
	};
	struct tw_textbuf buf = tw_textbuf_on(ret, size);
	uint32_t off = val->off + (val->base == TW_REOPEN_ISN ? 65537 : 0);
	char num[NUM_MAX];

	if ((unsigned)val->base >= TW_BASES)
		tw_textbuf_add(&buf, "?");
	else if (val->base == TW_UNSET || val->base == TW_ABSENT)
		tw_textbuf_add(&buf, "%s", name[val->base]);
	else if (val->base == TW_NUMBER)
		tw_textbuf_add(&buf, "=%u", off);
	else
		tw_textbuf_add(&buf, "%s%s", name[val->base],
			       offset_text((int32_t)off, num, sizeof(num)));
	return ret;
}

/* A number inside a segment: relative if it can be told so, else plain. */
static const char *seg_num(const char *base, uint32_t value, uint32_t of, char *ret, size_t size)
{
	if (is_plain_zero(value, of))
		snprintf(ret, size, "0");
	else
		tw_text_off(base, value, of, ret, size);
	return ret;
}

/*
 * The DUT's TSval is D + something if it comes from the clock that we know, and the peer's TSecr
 * echoes it.
 */
static const char *clock_num(uint32_t value, const struct tw_numbers *numbers, char *ret,
			     size_t size)
{
	if (numbers->ts && value && is_near(value, numbers->dut_tsval, CLOCK_NEAR))
		tw_text_off("D", value, numbers->dut_tsval, ret, size);
	else
		snprintf(ret, size, "%u", value);
	return ret;
}

static const char *peer_ts(uint32_t value, const struct tw_numbers *numbers, char *ret, size_t size)
{
	if (numbers->ts)
		return seg_num("T", value, numbers->ts_recent, ret, size);
	snprintf(ret, size, "%u", value);
	return ret;
}

static void add_options(struct tw_textbuf *buf, const struct tw_seg *seg, bool from_dut,
			const struct tw_numbers *numbers)
{
	const char *sep = " <";
	char val[NUM_MAX], ecr[NUM_MAX];

	if (seg->mss || seg->mss_zero) {
		tw_textbuf_add(buf, "%smss %u", sep, seg->mss);
		sep = ",";
	}
	if (seg->sackok) {
		tw_textbuf_add(buf, "%ssackOK", sep);
		sep = ",";
	}
	if (seg->ts) {
		if (from_dut) {
			clock_num(seg->tsval, numbers, val, sizeof(val));
			peer_ts(seg->tsecr, numbers, ecr, sizeof(ecr));
		} else {
			peer_ts(seg->tsval, numbers, val, sizeof(val));
			clock_num(seg->tsecr, numbers, ecr, sizeof(ecr));
		}
		tw_textbuf_add(buf, "%sTS val %s ecr %s", sep, val, ecr);
		sep = ",";
	}
	/* A segment that was zeroed has window scale 0; without SYN it means nothing. */
	if (seg->wscale >= 0 && seg->flags & TW_SYN) {
		tw_textbuf_add(buf, "%swscale %d", sep, seg->wscale);
		sep = ",";
	}
	if (seg->md5) {
		tw_textbuf_add(buf, "%smd5", sep);
		sep = ",";
	}
	if (*sep == ',')
		tw_textbuf_add(buf, ">");
}

char *tw_text_seg(const struct tw_seg *seg, bool from_dut, const struct tw_numbers *numbers,
		  char *ret, size_t size)
{
	static const char *const ecn[] = { "", "[ect1] ", "[ect0] ", "[ce] " };
	const char *ours = from_dut ? "S" : "R", *theirs = from_dut ? "R" : "S";
	uint32_t base = from_dut ? numbers->snd_nxt : numbers->rcv_nxt;
	uint32_t other = from_dut ? numbers->rcv_nxt : numbers->snd_nxt;
	struct tw_textbuf buf = tw_textbuf_on(ret, size);
	char flags[NUM_MAX], from[NUM_MAX], to[NUM_MAX], ack[NUM_MAX];

	tw_textbuf_add(&buf, "%s%s %s:%s(%u)", ecn[seg->ecn & 3],
		       tw_text_flags(seg->flags, flags, sizeof(flags)),
		       seg_num(ours, seg->seq, base, from, sizeof(from)),
		       seg_num(ours, seg->seq + seg->len, base, to, sizeof(to)), seg->len);
	if (seg->flags & TW_ACK)
		tw_textbuf_add(&buf, " ack %s", seg_num(theirs, seg->ack, other, ack, sizeof(ack)));
	tw_textbuf_add(&buf, " win %u", seg->win);
	if (seg->flags & TW_URG)
		tw_textbuf_add(&buf, " urg %u", seg->urg);
	add_options(&buf, seg, from_dut, numbers);
	if (!from_dut && seg->ttl && seg->ttl != 64)
		tw_textbuf_add(&buf, " ttl %u", seg->ttl);
	if (seg->bad_csum)
		tw_textbuf_add(&buf, " bad-checksum");
	return ret;
}
