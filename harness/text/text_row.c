/* The words of a row: what it is given and what it sends. */
#include "text/text.h"

#include "text/textbuf.h"

enum {
	NUM_MAX = 32
};

static void add_val(struct tw_textbuf *buf, const char *what, const struct tw_val *val)
{
	char num[NUM_MAX];

	if (val->base != TW_UNSET)
		tw_textbuf_add(buf, "%s%s", what, tw_text_val(val, num, sizeof(num)));
}

char *tw_text_send(const struct tw_send *send, char *ret, size_t size)
{
	static const char *const ecn[] = { "", " ect1", " ect0", " ce" };
	static const char *const odd[TW_ODDS] = {
		"",
		" unknown-option",
		" unaligned-ts",
		" ts-twice",
		" end-of-options-first",
		" option-without-length",
		" option-too-long",
		" short-ts",
	};
	struct tw_textbuf buf = tw_textbuf_on(ret, size);
	char flags[NUM_MAX];

	tw_textbuf_add(&buf, "%s", tw_text_flags(send->flags, flags, sizeof(flags)));
	add_val(&buf, " ", &send->seq);
	add_val(&buf, " ack ", &send->ack);
	if (send->tsval.base == TW_ABSENT) {
		tw_textbuf_add(&buf, " noTS");
	} else {
		add_val(&buf, " TS ", &send->tsval);
		add_val(&buf, " ecr ", &send->tsecr);
	}
	if (send->len)
		tw_textbuf_add(&buf, " len %u", send->len);
	if (send->win)
		tw_textbuf_add(&buf, " win %u", send->win);
	if (send->urg)
		tw_textbuf_add(&buf, " urg %u", send->urg);
	if (send->ttl)
		tw_textbuf_add(&buf, " ttl %u", send->ttl);
	tw_textbuf_add(&buf, "%s", ecn[send->ecn & 3]);
	if (send->bad_csum)
		tw_textbuf_add(&buf, " bad-checksum");
	if (send->astray)
		tw_textbuf_add(&buf, " to another MAC address");
	if (send->cut)
		tw_textbuf_add(&buf, " short-header");
	if (send->odd < TW_ODDS)
		tw_textbuf_add(&buf, "%s", odd[send->odd]);
	if (send->icmp)
		tw_textbuf_add(&buf, " as ICMP unreachable");
	if (send->from == TW_OTHER)
		tw_textbuf_add(&buf, " from another port");
	return ret;
}

static const char *enter_text(enum tw_enter enter)
{
	static const char *const text[TW_ENTERS] = {
		[TW_BY_FIN_WAIT_2] = "TIME_WAIT via FIN_WAIT_2",
		[TW_BY_FIN_ACK] = "TIME_WAIT via FIN|ACK",
		[TW_BY_CLOSING] = "TIME_WAIT via CLOSING",
		[TW_TO_FIN_WAIT_2] = "FIN_WAIT_2",
	};

	return (unsigned)enter < TW_ENTERS ? text[enter] : "?";
}

static const char *listener_text(enum tw_listener dut)
{
	static const char *const text[TW_LISTENERS] = {
		[TW_LISTENING] = "listening",
		[TW_CLOSED] = "no listener",
		[TW_ACCEPT_QUEUE_FULL] = "accept queue full",
		[TW_SYN_QUEUE_FULL] = "SYN queue full",
		[TW_MIN_TTL] = "minimum TTL 200",
		[TW_FILTERED] = "socket filter drops all",
		[TW_MD5_KEYED] = "MD5 key for the peer",
		[TW_IPSEC_REFUSED] = "IPsec policy lets nothing in",
	};

	return (unsigned)dut < TW_LISTENERS ? text[dut] : "?";
}

static void add_sysctls(struct tw_textbuf *buf, const struct tw_given *given)
{
	for (unsigned i = 0; i < 3 && given->sysctl[i].name; i++)
		tw_textbuf_add(buf, "; %s=%s", given->sysctl[i].name, given->sysctl[i].value);
}

char *tw_text_given(const struct tw_given *given, char *ret, size_t size)
{
	struct tw_textbuf buf = tw_textbuf_on(ret, size);

	tw_textbuf_add(&buf, "%s, %s, timestamps %s, %s",
		       given->role == TW_CONNECTED ? "connected" : "accepted",
		       enter_text(given->enter), given->ts == TW_TS_OFF ? "off" : "on",
		       listener_text(given->dut));
	add_val(&buf, "; R ", &given->rcv_nxt);
	add_val(&buf, "; T ", &given->ts_recent);
	if (given->fin_tsval_step)
		tw_textbuf_add(&buf, "; FIN's TSval +%u", given->fin_tsval_step);
	add_sysctls(&buf, given);
	for (unsigned i = 0; i < 2 && given->late[i].name; i++)
		tw_textbuf_add(&buf, "; then %s=%s", given->late[i].name, given->late[i].value);
	return ret;
}

char *tw_text_row_given(const struct tw_case *row, char *ret, size_t size)
{
	struct tw_textbuf buf;

	if (!row->scenario)
		return tw_text_given(&row->given, ret, size);
	buf = tw_textbuf_on(ret, size);
	tw_textbuf_add(&buf, "a scenario%s%s",
		       row->given.path == TW_VIA_ROUTER ? ", via a router" : "",
		       row->given.loopback ? ", of the DUT with itself" : "");
	add_sysctls(&buf, &row->given);
	return ret;
}
