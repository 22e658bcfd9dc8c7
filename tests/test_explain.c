/*
 * Observations in sentences: what every main outcome is called, and that the reason for a silence
 * is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "text/explain.h"
#include "twprobe/words.h"

static const struct sentence {
	const char *want;
	uint8_t sent;
	uint8_t reply; /* with replies */
	unsigned replies;
	const char *moved;
	enum tw_state before, after; /* UNKNOWN: TIME_WAIT */
	enum tw_fate fate;
} sentences[] = {
	/* answers */
	{ "accepted: a new connection begins; TIME_WAIT gave way to a half-open connection", SYN,
	  SYN | ACK, 1, NULL, 0, TW_STATE_SYN_RECV, REOPENED },
	{ "accepted: a new connection begins; TIME_WAIT gave way to a half-open connection", SYN,
	  SYN | ACK | ECE, 1, NULL, 0, TW_STATE_SYN_RECV, REOPENED },
	{ "accepted, with a SYN cookie; TIME_WAIT is dead", SYN, SYN | ACK, 1,
	  "TcpExtSyncookiesSent", 0, TW_STATE_GONE, GONE },
	{ "answered by an ACK; TIME_WAIT lives, its timer runs on", SYN, ACK, 1, NULL, 0, 0,
	  RUNNING },
	{ "answered by an ACK; TIME_WAIT lives, its timer was restarted", FIN | ACK, ACK, 1, NULL,
	  0, 0, RESTARTED },
	{ "refused by PAWS and answered by an ACK; TIME_WAIT lives, its timer was restarted", SYN,
	  ACK, 1, "TcpExtPAWSTimewait", 0, 0, RESTARTED },
	{ "refused by PAWS and answered by an ACK; TIME_WAIT lives", SYN, ACK, 1, "TcpExtPAWSEstab",
	  0, 0, ALIVE }, /* before 6.16 */
	{ "reset; TIME_WAIT is dead", SYN, RST, 1, NULL, 0, TW_STATE_GONE, GONE },
	{ "reset; TIME_WAIT is dead", SYN, RST | ACK, 1, NULL, 0, TW_STATE_GONE, GONE },
	{ "answered; TIME_WAIT lives", ACK, FIN | ACK, 1, NULL, 0, 0, ALIVE },
	{ "answered; TIME_WAIT lives", ACK, 0, 1, NULL, 0, 0, ALIVE },
	/* silences, each with its reason */
	{ "silence; TIME_WAIT is dead", SYN | FIN, 0, 0, NULL, 0, TW_STATE_GONE, GONE },
	{ "silence; TIME_WAIT lives, its timer runs on", ACK, 0, 0, "TcpInSegs", 0, 0, RUNNING },
	{ "silence, as to any RST; TIME_WAIT is dead", RST, 0, 0, NULL, 0, TW_STATE_GONE, GONE },
	{ "silence, as to any RST; TIME_WAIT lives, its timer runs on", RST | ACK, 0, 0, NULL, 0, 0,
	  RUNNING },
	{ "silence: the rate limiter withheld the ACK (net.ipv4.tcp_invalid_ratelimit); "
	  "TIME_WAIT lives, its timer runs on",
	  SYN, 0, 0, "TcpExtTCPACKSkippedTimeWait", 0, 0, RUNNING },
	{ "silence: dropped for its checksum; TIME_WAIT lives, its timer runs on", SYN, 0, 0,
	  "TcpInCsumErrors", 0, 0, RUNNING },
	{ "silence: the listener's accept queue is full; TIME_WAIT is dead", SYN, 0, 0,
	  "TcpExtListenOverflows", 0, TW_STATE_GONE, GONE },
	{ "silence: below the listener's minimal TTL; TIME_WAIT is dead", SYN, 0, 0,
	  "TcpExtTCPMinTTLDrop", 0, TW_STATE_GONE, GONE },
	{ "silence: the listener wants an MD5 signature; TIME_WAIT is dead", SYN, 0, 0,
	  "TcpExtTCPMD5NotFound", 0, TW_STATE_GONE, GONE },
	{ "silence: refused by PAWS; TIME_WAIT lives, its timer was restarted", RST, 0, 0,
	  "TcpExtPAWSTimewait", 0, 0, RESTARTED },
	/* the entry's story */
	{ "reset; TIME_WAIT was gone before", SYN, RST, 1, NULL, TW_STATE_GONE, TW_STATE_GONE,
	  GONE },
	{ "answered by an ACK; TIME_WAIT had given way before", ACK, ACK, 1, NULL,
	  TW_STATE_SYN_RECV, TW_STATE_SYN_RECV, REOPENED },
	{ "silence; TIME_WAIT gave way to a connection", ACK, 0, 0, NULL, TW_STATE_SYN_RECV,
	  TW_STATE_ESTABLISHED, TW_ESTABLISHED },
	{ "answered by an ACK; TIME_WAIT is in an odd state", ACK, ACK, 1, NULL, 0,
	  TW_STATE_CLOSE_WAIT, TW_FATE_ANY },
	/* FIN_WAIT_2, where that was asked for */
	{ "answered by an ACK; FIN_WAIT_2 became TIME_WAIT", FIN | ACK, ACK, 1, NULL,
	  TW_STATE_FIN_WAIT_2, TW_STATE_TIME_WAIT, ALIVE },
	{ "silence; FIN_WAIT_2 lives, its timer runs on", ACK, 0, 0, NULL, TW_STATE_FIN_WAIT_2,
	  TW_STATE_FIN_WAIT_2, RUNNING },
	{ "silence: the rate limiter withheld the ACK (net.ipv4.tcp_invalid_ratelimit); "
	  "FIN_WAIT_2 lives, its timer runs on",
	  SYN, 0, 0, "TcpExtTCPACKSkippedFinWait2", TW_STATE_FIN_WAIT_2, TW_STATE_FIN_WAIT_2,
	  RUNNING },
	{ "reset; FIN_WAIT_2 is dead", SYN, RST, 1, NULL, TW_STATE_FIN_WAIT_2, TW_STATE_GONE,
	  GONE },
};

static void observe(const struct sentence *s, struct tw_step_evidence *se, struct tw_observed *seen)
{
	memset(se, 0, sizeof(*se));
	memset(seen, 0, sizeof(*seen));
	se->before.state = s->before ? s->before : TW_STATE_TIME_WAIT;
	se->after.state = seen->state = s->after ? s->after : TW_STATE_TIME_WAIT;
	if (s->moved) {
		snprintf(se->moved[0].name, sizeof(se->moved[0].name), "TcpInSegs");
		snprintf(se->moved[1].name, sizeof(se->moved[1].name), "%s", s->moved);
		se->n_moved = 2;
	}
	seen->n_replies = s->replies;
	seen->reply.flags = s->reply;
	seen->fate = s->fate;
	seen->more = se;
}

static void sentences_are_told(void **state)
{
	static struct tw_step_evidence se;

	(void)state;
	for (size_t i = 0; i < sizeof(sentences) / sizeof(*sentences); i++) {
		const struct sentence *s = &sentences[i];
		const struct tw_seg sent = { .flags = s->sent };
		struct tw_observed seen;
		char text[256];

		observe(s, &se, &seen);
		assert_ptr_equal(tw_explain(&seen, &sent, text, sizeof(text)), text);
		assert_string_equal(text, s->want);
	}
}

/* Where counters are not taken per step, a silence is a silence. */
static void without_counters(void **state)
{
	static struct tw_step_evidence se;
	const struct tw_seg sent = { .flags = SYN };
	struct tw_observed seen;
	char text[256];

	(void)state;
	observe(&(struct sentence){ .moved = "TcpExtTCPACKSkippedTimeWait", .fate = RUNNING }, &se,
		&seen);
	seen.more = NULL;
	assert_string_equal(tw_explain(&seen, &sent, text, sizeof(text)),
			    "silence; TIME_WAIT lives, its timer runs on");
}

/* A small buffer gives a shorter sentence, ended properly. */
static void any_size_will_do(void **state)
{
	static struct tw_step_evidence se;
	const struct tw_seg sent = { .flags = SYN };
	struct tw_observed seen;
	char text[64];

	(void)state;
	observe(&sentences[0], &se, &seen);
	for (size_t size = 1; size < sizeof(text); size++) {
		memset(text, '#', sizeof(text));
		tw_explain(&seen, &sent, text, size);
		assert_int_equal(strlen(text), size - 1);
		assert_int_equal(strncmp(text, sentences[0].want, size - 1), 0);
		assert_int_equal(text[size], '#');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences_are_told),
		cmocka_unit_test(without_counters),
		cmocka_unit_test(any_size_will_do),
	};

	return !!cmocka_run_group_tests_name("test_explain", tests, NULL, NULL);
}
