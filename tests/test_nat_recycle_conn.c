/*
 * From segments to what a kernel with tcp_tw_recycle learns of a host, and when; and the SYNs that a connection or its TIME_WAIT
 * takes before the host is asked for (rule book H-02, H-03).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nat_play.h"

/* Each a life of one connection after which nothing is known of the host. */
static void lives_that_teach_nothing(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H12, 4, 16);
	struct play p = play(recycle, 1, 2000);

	(void)state;
	/* The client closes first. */
	handshake(&p, S, 1000);
	client(&p, S, ACK | FIN, 1001, 0);
	server(&p, ACK, 0);
	server(&p, ACK | FIN, 0);
	client(&p, S, ACK, 1002, 0);
	assert_no_stamp(&p);
	/* It does, and the server's FIN is its ACK. */
	p = play(recycle, 1, 2001);
	handshake(&p, S, 1000);
	client(&p, S, ACK | FIN, 1001, 20);
	server(&p, ACK | FIN, 30);
	client(&p, S, ACK, 1002, 0);
	assert_no_stamp(&p);
	/* The client has no timestamps. */
	p = play(recycle, 1, 2002);
	whole(&p, S, NO_TS);
	assert_no_stamp(&p);
	/* The server has none. */
	p = play(recycle, 1, 2003);
	p.server_ts = false;
	whole(&p, S, 1000);
	assert_no_stamp(&p);
	/* Either resets. */
	p = play(recycle, 1, 2004);
	handshake(&p, S, 1000);
	server(&p, RST | ACK, 0);
	client(&p, S, ACK, 1001, 0);
	assert_no_stamp(&p);
	p = play(recycle, 1, 2005);
	handshake(&p, S, 1000);
	server(&p, FIN | ACK, 0);
	client(&p, S, RST, NO_TS, 0);
	client(&p, S, ACK, 1001, 0);
	assert_no_stamp(&p);
	/* Its beginning was not seen. */
	p = play(recycle, 1, 2006);
	client(&p, S, ACK, 1000, 10);
	server(&p, FIN | ACK, 0);
	client(&p, S, FIN | ACK, 1001, 0);
	server(&p, ACK, 0);
	assert_no_stamp(&p);
	assert_int_equal(tw_recycle_overflows(recycle), 0);
	tw_recycle_free(recycle);
}

/* FIN_WAIT_2 teaches, and the FIN again. */
static void moments(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 16);
	struct play p = play(recycle, 1, 2000);

	(void)state;
	handshake(&p, 10 * S, 1000);
	client(&p, 11 * S, ACK, 1001, 100);
	server(&p, ACK, 0);
	server(&p, ACK | FIN, 50);
	assert_no_stamp(&p);
	client(&p, 12 * S, ACK, 1002, 0);
	assert_stamp(&p, 1002, 0);
	assert_int_equal(syn(recycle, 13 * S, 1, 2001, 1000), TW_RECYCLE_DROP_OLD);
	client(&p, 20 * S, ACK | FIN, 9002, 0);
	assert_stamp(&p, 9002, 0);
	server(&p, ACK, 0);
	assert_int_equal(syn(recycle, 21 * S, 1, 2001, 9000), TW_RECYCLE_DROP_OLD);
	assert_int_equal(syn(recycle, 21 * S, 1, 2001, 9001), TW_RECYCLE_PASS);
	tw_recycle_free(recycle);
}

static void close_in_one_segment(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 16);
	struct play p = play(recycle, 1, 2000), neighbour = play(recycle, 1, 2001);

	(void)state;
	handshake(&p, S, 1000);
	server(&p, ACK | FIN, 0);
	client(&p, 2 * S, ACK | FIN, 1001, 0);
	assert_stamp(&p, 1001, 0);
	server(&p, ACK, 0);
	whole(&neighbour, 2 * S, 500000);
	/* This was TIME_WAIT, not FIN_WAIT_2. */
	assert_int_equal(client(&p, 2 * S + 700 * MS, SYN, 2000, 0), TW_RECYCLE_DROP_OLD);
	tw_recycle_free(recycle);
}

/* What FIN_WAIT_2 refuses leaves it as it is: a FIN behind data, and one that PAWS rejects. */
static void fin_wait_2_refuses(void **state)
{
	(void)state;
	for (int old = 0; old < 2; old++) {
		struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 16);
		struct play p = play(recycle, 1, 2000), neighbour = play(recycle, 1, 2001);

		handshake(&p, S, 1000);
		server(&p, ACK | FIN, 0);
		client(&p, 2 * S, ACK, 1001, 0);
		client_at(&p, 2 * S, ACK | FIN, old ? 900 : 5000, p.c, old ? 0 : 10);
		assert_stamp(&p, 1001, 0);
		whole(&neighbour, 2 * S, 500000);
		whole(&neighbour, 61 * S, 600000);
		assert_int_equal(client_at(&p, 62 * S - 1, SYN, 2000, p.c - 500, 0),
				 TW_RECYCLE_PASS);
		assert_int_equal(client_at(&p, 62 * S, SYN, 2000, p.c - 500, 0),
				 TW_RECYCLE_DROP_OLD);
		tw_recycle_free(recycle);
	}
}

/* A pure ACK of the server's FIN that lies at the end of the server's window still counts; one that lies behind it does not. */
static void window_end(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 16);
	struct play p = play(recycle, 1, 2000);

	(void)state;
	handshake(&p, S, 1000);
	server(&p, ACK | FIN, 0);
	client_at(&p, 2 * S, ACK, 1001, p.c + 500 * 128 + 1, 0);
	assert_no_stamp(&p);
	client_at(&p, 3 * S, ACK, 1001, p.c + 500 * 128, 0);
	assert_stamp(&p, 1000, 2);
	tw_recycle_free(recycle);
}

/* SYN-ACKs: of another SYN, and repeated ones. */
static void syn_acks(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 16);
	struct play p = play(recycle, 1, 2000);

	(void)state;
	client(&p, S, SYN, 1000, 0);
	p.c += 5;
	server(&p, SYN | ACK, 0);
	client(&p, S, ACK, 1001, 0);
	server(&p, ACK | FIN, 0);
	client(&p, S, ACK, 1002, 0);
	assert_no_stamp(&p);
	p = play(recycle, 1, 2001);
	handshake(&p, S, 1000);
	p.s--;
	server(&p, SYN | ACK, 0);
	/* An open connection does not end by itself. */
	p.at = 200 * S;
	server(&p, ACK | FIN, 0);
	client(&p, 200 * S, ACK, 1002, 0);
	assert_stamp(&p, 1002, 0);
	tw_recycle_free(recycle);
}

/* A server that lost its connection without a word answers the next SYN as if there had been none, and is believed. */
static void server_forgets(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 16);
	struct play p = play(recycle, 1, 2000);

	(void)state;
	handshake(&p, S, 1000);
	p.s += 70000;
	p.c += 70000;
	handshake(&p, 5 * S, 2000);
	server(&p, ACK | FIN, 0);
	client(&p, 6 * S, ACK, 2001, 0);
	assert_stamp(&p, 2001, 0);
	tw_recycle_free(recycle);
}

/* TIME_WAIT lets a SYN in: the new connection is followed from its beginning. */
static void reopened(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 16);
	struct play p = play(recycle, 1, 2000), neighbour = play(recycle, 1, 2001);

	(void)state;
	handshake(&p, S, 900);
	server(&p, ACK | FIN, 0);
	client(&p, S, ACK | FIN, 1000, 0);
	server(&p, ACK, 0);
	p.c--; /* Its first number is the old FIN's. */
	p.s += 65537;
	handshake(&p, S, 1001);
	server(&p, ACK | FIN, 0);
	client(&p, 2 * S, ACK, 1500, 0);
	assert_stamp(&p, 1500, 0);
	/* One that the server did not answer (its queue was full) is a request like any other when it comes again. */
	client(&p, 2 * S, ACK | FIN, 1501, 0);
	server(&p, ACK, 0);
	whole(&neighbour, 2 * S, 500000);
	assert_int_equal(client_at(&p, 2 * S, SYN, 1502, p.c + 9, 0), TW_RECYCLE_PASS);
	assert_int_equal(client_at(&p, 2 * S, SYN, 1503, p.c + 9, 0), TW_RECYCLE_DROP_OLD);
	tw_recycle_free(recycle);
}

/* An ACK that TIME_WAIT takes brings T forward, and then a SYN with a TSval between is refused by it, as often as it comes. */
static void time_wait_takes_ts(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 16);
	struct play p = play(recycle, 1, 2000), neighbour = play(recycle, 1, 2001);

	(void)state;
	whole(&p, S, 1000);
	whole(&neighbour, S, 500000);
	client(&p, S, ACK, 2000, 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(client_at(&p, 2 * S, SYN, 1500, p.c + 9, 0), TW_RECYCLE_PASS);
	tw_recycle_free(recycle);
}

/* Both send a FIN before they have the other's: CLOSING, and the ACK teaches. */
static void close_at_once(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 16);
	struct play p = play(recycle, 1, 2000);
	uint32_t c;

	(void)state;
	for (int server_first = 0; server_first < 2; server_first++) {
		p = play(recycle, (uint8_t)(1 + server_first), 2000);
		handshake(&p, S, 1000);
		c = p.c;
		if (server_first) {
			server_acks(&p, ACK | FIN, c, 0);
			p.s--;
			client(&p, 2 * S, ACK | FIN, 1001, 0);
			p.s++;
		} else {
			client(&p, 2 * S, ACK | FIN, 1001, 0);
			server_acks(&p, ACK | FIN, c, 0);
		}
		assert_no_stamp(&p);
		server(&p, ACK, 0);
		assert_no_stamp(&p);
		client(&p, 3 * S, ACK, 1002, 0);
		assert_stamp(&p, 1002, 0);
	}
	tw_recycle_free(recycle);
}

/* What TS.Recent is, by RFC 7323 section 4.3; told by the stamp after the server closed without another timestamp of the client. */
static void ts_recent(void **state)
{
	enum {
		DELAYED, /* the second segment arrives before the first is acknowledged */
		ACKED,   /* afterwards */
		HOLE,    /* it arrives before the first */
		OLD,     /* its TSval is older: PAWS */
		BELOW,   /* it is below Last.ACK.sent as a whole */
		ABOVE,   /* above the window */
		BEYOND,  /* it acknowledges what was never sent */
		WINDOW_END, /* at the end of it, and with a newer TSval that counts not, being out of order */
		KINDS
	};
	static const uint32_t wanted[KINDS] = { 1001, 1002, 1001, 1001, 1001, 1001, 1001, 1001 };

	(void)state;
	for (int kind = 0; kind < KINDS; kind++) {
		struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 16);
		struct play p = play(recycle, 1, 2000);
		uint32_t c;

		handshake(&p, S, 1000);
		c = p.c;
		if (kind == HOLE)
			client_at(&p, 2 * S, ACK, 1002, c + 100, 50);
		client_at(&p, 2 * S, ACK, 1001, c, 100);
		p.c = c + 100;
		if (kind != DELAYED)
			server(&p, ACK, 0);
		if (kind == DELAYED || kind == ACKED)
			client(&p, 2 * S, ACK, 1002, 50);
		if (kind == OLD)
			client_at(&p, 2 * S, ACK, 999, c + 100, 50);
		if (kind == BELOW)
			client_at(&p, 2 * S, ACK, 1002, c, 99);
		if (kind == ABOVE)
			client_at(&p, 2 * S, ACK, 1002, c + 100 + 500 * 128 + 1, 0);
		if (kind == WINDOW_END)
			client_at(&p, 2 * S, ACK, 1002, c + 100 + 500 * 128, 0);
		if (kind == BEYOND) {
			p.s++;
			client_at(&p, 2 * S, ACK, 1002, c + 100, 0);
			p.s--;
		}
		server(&p, ACK | FIN, 0);
		client(&p, 9 * S, ACK, NO_TS, 0);
		assert_stamp(&p, wanted[kind], 7);
		tw_recycle_free(recycle);
	}
}

/* The third segment of the handshake brings a TSval too, and the second of the first TS.Recent is its. */
static void ts_of_the_handshake(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 16);
	struct play p = play(recycle, 1, 2000);

	(void)state;
	client(&p, S, SYN, 1000, 0);
	server(&p, SYN | ACK, 0);
	client(&p, 3 * S, ACK, NO_TS, 0);
	server(&p, ACK | FIN, 0);
	client(&p, 10 * S, ACK, NO_TS, 0);
	assert_stamp(&p, 1000, 7);
	p = play(recycle, 2, 2000);
	client(&p, 10 * S, SYN, 1000, 0);
	server(&p, SYN | ACK, 0);
	client(&p, 11 * S, ACK, 1500, 0);
	server(&p, ACK | FIN, 0);
	client(&p, 20 * S, ACK, NO_TS, 0);
	assert_stamp(&p, 1500, 9);
	tw_recycle_free(recycle);
}

/*
 * The client's FIN comes before data that it sent earlier: it was the first to close all the same, which is seen once the data
 * passes, or once the server acknowledges it.
 */
static void late_pieces(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 16);
	struct play p = play(recycle, 1, 2000);
	uint32_t c;

	(void)state;
	handshake(&p, S, 1000);
	c = p.c;
	client_at(&p, S, ACK | FIN, 1000, c + 100, 0);
	client_at(&p, S, ACK, 1000, c, 100);
	p.c = c + 101;
	server(&p, ACK, 0);
	server(&p, ACK | FIN, 0);
	client(&p, S, ACK, 1001, 0);
	assert_no_stamp(&p);
	p = play(recycle, 1, 2001);
	handshake(&p, S, 1000);
	c = p.c;
	client_at(&p, S, ACK | FIN, 1000, c + 100, 0);
	p.c = c + 101;
	server(&p, ACK | FIN, 0);
	client(&p, S, ACK, 1001, 0);
	assert_no_stamp(&p);
	/* Had the server not acknowledged it, it would have been the first. */
	p = play(recycle, 1, 2002);
	handshake(&p, S, 1000);
	c = p.c;
	client_at(&p, S, ACK | FIN, 1000, c + 100, 0);
	server_acks(&p, ACK | FIN, c, 0);
	client_at(&p, S, ACK, 1001, c, 100);
	assert_stamp(&p, 1001, 0);
	tw_recycle_free(recycle);
}

/* A SYN that TIME_WAIT lets in is not asked; TIME_WAIT lasts for 700 ms only (H-03). */
static void time_wait_comes_first(void **state)
{
	static const struct {
		uint64_t after;
		int64_t tsval;
		int bare_ack, rst; /* before it */
		enum tw_recycle_says says;
	} tries[] = {
		{ 0, 1001, 0, 0, TW_RECYCLE_PASS },
		{ 699 * MS, 1001, 0, 0, TW_RECYCLE_PASS },
		{ 700 * MS, 1001, 0, 0, TW_RECYCLE_DROP_OLD },
		/* An older one, which TIME_WAIT itself refuses, in words. */
		{ 699 * MS, 900, 0, 0, TW_RECYCLE_PASS },
		/* A segment that restarts the timer makes it 60 s. */
		{ 59 * S, 1001, 1, 0, TW_RECYCLE_PASS },
		{ 60 * S, 1001, 1, 0, TW_RECYCLE_PASS },
		/* A RST frees the tuple. */
		{ 0, 1001, 0, 1, TW_RECYCLE_DROP_OLD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H12, 4, 16);
		struct play p = play(recycle, 1, 2000), neighbour = play(recycle, 1, 2001);

		whole(&p, 10 * S, 1000);
		whole(&neighbour, 10 * S, 500000);
		if (tries[i].bare_ack)
			client(&p, 10 * S, ACK, 1000, 0);
		if (tries[i].rst)
			client(&p, 10 * S, RST, NO_TS, 0);
		p.c -= 5000;
		assert_int_equal(client(&p, 10 * S + tries[i].after, SYN, tries[i].tsval, 0),
				 tries[i].says);
		tw_recycle_free(recycle);
	}
}

/* After 60 s of a prolonged TIME_WAIT the stamp is no more than that either, so a third host has to keep it fresh. */
static void prolonged_time_wait_ends(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H12, 4, 16);
	struct play p = play(recycle, 1, 2000), neighbour = play(recycle, 1, 2001);

	(void)state;
	whole(&p, 10 * S, 1000);
	client(&p, 10 * S, ACK | FIN, 1000, 0); /* again: its ACK was lost */
	whole(&neighbour, 50 * S, 500000);
	p.c -= 5000;
	assert_int_equal(client(&p, 70 * S - 1, SYN, 900, 0), TW_RECYCLE_PASS); /* and restarts */
	assert_int_equal(client(&p, 90 * S, SYN, 900, 0), TW_RECYCLE_PASS);
	whole(&neighbour, 120 * S, 600000);
	assert_int_equal(client(&p, 150 * S - 1, SYN, 900, 0), TW_RECYCLE_PASS);
	whole(&neighbour, 200 * S, 700000);
	assert_int_equal(client(&p, 210 * S - 1, SYN, 900, 0), TW_RECYCLE_DROP_OLD);
	tw_recycle_free(recycle);
}

/* Without timestamps TIME_WAIT is the usual one, though others are remembered. */
static void no_ts_no_recycling(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H12, 4, 16);
	struct play p = play(recycle, 1, 2000), neighbour = play(recycle, 1, 2001);

	(void)state;
	whole(&p, 10 * S, NO_TS);
	whole(&neighbour, 69 * S, 500000);
	p.c += 5000;
	assert_int_equal(client(&p, 70 * S - 1, SYN, 1, 0), TW_RECYCLE_PASS);
	p = play(recycle, 1, 2002);
	whole(&p, 130 * S, NO_TS);
	whole(&neighbour, 190 * S - 1, 600000);
	p.c += 5000;
	assert_int_equal(client(&p, 190 * S, SYN, NO_TS, 0), TW_RECYCLE_DROP_NO_TS);
	tw_recycle_free(recycle);
}

/* The SYN of a half-open connection is not a new request, whatever was learnt since; 63 s later it is. */
static void half_open(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H12, 4, 16);
	struct play p = play(recycle, 1, 2000), neighbour = play(recycle, 1, 2001);

	(void)state;
	assert_int_equal(client(&p, S, SYN, 1000, 0), TW_RECYCLE_PASS);
	server(&p, SYN | ACK, 0);
	whole(&neighbour, 2 * S, 500000);
	whole(&neighbour, 50 * S, 600000);
	assert_int_equal(client_at(&p, 64 * S - 1, SYN, 1000, p.c - 1, 0), TW_RECYCLE_PASS);
	assert_int_equal(client_at(&p, 64 * S, SYN, 1000, p.c - 1, 0), TW_RECYCLE_DROP_OLD);
	/* One that the server did not answer is asked again. */
	p = play(recycle, 1, 2002);
	assert_int_equal(client(&p, 70 * S, SYN, 600001, 0), TW_RECYCLE_PASS);
	whole(&neighbour, 71 * S, 700000);
	assert_int_equal(client_at(&p, 71 * S, SYN, 600002, p.c - 1, 0), TW_RECYCLE_DROP_OLD);
	tw_recycle_free(recycle);
}

/* A RST that answers a stranger's segment leaves the connection alone. */
static void stray_resets(void **state)
{
	struct tw_recycle *recycle = tw_recycle_new(TW_RECYCLE_H02, 4, 16);
	struct play p = play(recycle, 1, 2000);
	struct tw_seg rst = { .flags = RST, .wscale = -1 };

	(void)state;
	handshake(&p, S, 1000);
	client_at(&p, S, RST, NO_TS, p.c + 1, 0);
	client_at(&p, S, RST, NO_TS, p.c - 1, 0);
	rst.seq = p.s + 4711;
	tw_recycle_segment(recycle, S, &p.flow, true, &rst);
	server(&p, ACK | FIN, 0);
	client(&p, S, ACK, 1001, 0);
	assert_stamp(&p, 1001, 0);
	tw_recycle_free(recycle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lives_that_teach_nothing),
		cmocka_unit_test(moments),
		cmocka_unit_test(close_in_one_segment),
		cmocka_unit_test(fin_wait_2_refuses),
		cmocka_unit_test(window_end),
		cmocka_unit_test(syn_acks),
		cmocka_unit_test(server_forgets),
		cmocka_unit_test(reopened),
		cmocka_unit_test(time_wait_takes_ts),
		cmocka_unit_test(close_at_once),
		cmocka_unit_test(ts_recent),
		cmocka_unit_test(ts_of_the_handshake),
		cmocka_unit_test(late_pieces),
		cmocka_unit_test(time_wait_comes_first),
		cmocka_unit_test(prolonged_time_wait_ends),
		cmocka_unit_test(no_ts_no_recycling),
		cmocka_unit_test(half_open),
		cmocka_unit_test(stray_resets),
	};

	return !!cmocka_run_group_tests_name("test_nat_recycle_conn", tests, NULL, NULL);
}
