/*
 * Every operation of wire and DUT is made to fail, at every one of its calls: the engine says so, claims nothing, holds on to
 * nothing, and plays the next tuples as if nothing had been.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_rig.h"

enum {
	N = 4, /* tuples of a batch */
	SECOND_ROUND = 500,
};

static const struct tw_given givens[2] = {
	{ .dut = TW_ACCEPT_QUEUE_FULL,
	  .sysctl = { SYSCTL("tcp_rfc1337", "1") },
	  .late = { SYSCTL("tcp_rfc1337", "0") } },
	{ .role = TW_CONNECTED },
};

static const struct tw_step steps[2] = {
	{ .send = { .flags = ACK, .seq = AT(RCV_NXT, -1) } },
	{ .send = { .flags = RST, .seq = AT(RCV_NXT, +1) } },
};

static void make_tuples(struct rig *rig, enum tw_role role, unsigned from)
{
	for (unsigned i = 0; i < N; i++) {
		rig_tuple(rig, i, &givens[role], steps, 2);
		rig->tuple[i].flow.peer_port += (uint16_t)from;
		rig->tuple[i].filler.peer_port += (uint16_t)from;
	}
}

/* On the same engine, after what `run` does when a row is over. */
static void play_again(struct rig *rig, enum tw_role role, unsigned n)
{
	unsigned before = rig->fake.n_sent;

	rig->fake.fail_at = 0;
	rig->fake.dut.ops->reset(&rig->fake.dut, NULL, 0, NULL);
	tw_evidence_free(&rig->ev);
	tw_evidence_init(&rig->ev);
	make_tuples(rig, role, SECOND_ROUND);
	assert_int_equal(rig_play(rig, n), 1);
	rig_all_done(rig, n);
	for (unsigned i = before; i < rig->fake.n_sent; i++) {
		unsigned port = rig->fake.sent[i].sport;

		if (port != RIG_FENCE && (port < RIG_PORT + SECOND_ROUND))
			fail_msg("a frame of the tuples before was sent: port %u", port);
	}
	assert_int_equal(rig->fake.open_handles, 0);
	assert_int_equal(rig_health(rig).strays, 0);
}

/* False if the operation is not called that often. */
static bool fail_once(enum tw_role role, bool count, enum fake_op op, unsigned at)
{
	unsigned n = count ? 1 : N, done = 0;
	struct rig rig;
	bool reached;
	int ret;

	rig_open(&rig, count, 0);
	make_tuples(&rig, role, 0);
	rig.fake.fail_op = op;
	rig.fake.fail_at = at;
	ret = rig_play(&rig, n);
	reached = rig.fake.calls[op] >= at;
	for (unsigned i = 0; i < n; i++)
		done += rig.tuple[i].state == TW_TUPLE_DONE;
	if (!reached) {
		assert_int_equal(ret, 1);
		assert_int_equal(done, n);
	} else if (op == FAKE_CONNECT) { /* one tuple's trouble */
		assert_int_equal(ret, 1);
		assert_int_equal(done, n - 1);
		assert_int_equal(rig.tuple[at - 1].state, TW_TUPLE_FAILED);
		assert_non_null(strstr(rig.tuple[at - 1].trouble, "told to fail"));
	} else if (ret != -EIO || done) {
		fail_msg("role %d, %s, operation %d, call %u: %d, %u done", (int)role,
			 count ? "one" : "a batch", (int)op, at, ret, done);
	}
	play_again(&rig, role, n);
	rig_close(&rig);
	return reached;
}

static void fail_everywhere(enum tw_role role, bool count)
{
	unsigned never = 0;

	for (int op = 0; op < FAKE_OPS; op++) {
		unsigned at = 1;

		while (fail_once(role, count, (enum fake_op)op, at))
			at++;
		never += at == 1;
	}
	/* no more than those that this role and this way of playing have no use for */
	assert_in_range(never, 0, count ? 4 : 8);
}

static void accepted_alone(void **state)
{
	(void)state;
	fail_everywhere(TW_ACCEPTED, true);
}

static void connected_alone(void **state)
{
	(void)state;
	fail_everywhere(TW_CONNECTED, true);
}

static void accepted_batch(void **state)
{
	(void)state;
	fail_everywhere(TW_ACCEPTED, false);
}

static void connected_batch(void **state)
{
	(void)state;
	fail_everywhere(TW_CONNECTED, false);
}

/* A row that the kernel cannot play: the caller has to be able to tell it from all other failures. */
static void sysctl_that_is_not_there(void **state)
{
	static const char *const missing[] = { "net.ipv4.tcp_rfc1337", NULL };
	struct rig rig;

	(void)state;
	rig_open(&rig, true, 0);
	make_tuples(&rig, TW_ACCEPTED, 0);
	rig.fake.missing_sysctl = missing[0];
	assert_int_equal(rig_play(&rig, 1), -ENOENT);
	assert_int_not_equal(rig.tuple[0].state, TW_TUPLE_DONE);
	rig.fake.missing_sysctl = NULL;
	play_again(&rig, TW_ACCEPTED, 1);
	rig_close(&rig);
}

/* A segment that cannot be made, behind one that was: the bulk of both is forgotten. */
static void segment_that_cannot_be_made(void **state)
{
	static const struct tw_step huge = { .send = { .flags = ACK, .len = TW_PAYLOAD_MAX + 1 } };
	struct tw_err err = { "" };
	struct rig rig;

	(void)state;
	rig_open(&rig, false, 0);
	make_tuples(&rig, TW_ACCEPTED, 0);
	rig.tuple[1].step = &huge;
	rig.tuple[1].n_steps = 1;
	assert_int_equal(tw_engine_start(rig.engine, rig.tuple, 2, &err), 0);
	assert_true(tw_engine_poll(rig.engine, &rig.fake.now, &err) < 0);
	assert_non_null(strstr(err.text, "1401"));
	play_again(&rig, TW_ACCEPTED, N);
	rig_close(&rig);
}

/*
 * A start that fails leaves nothing of its tuples in the engine: what comes for one of theirs is a stranger's, whoever is
 * played then.
 */
static void start_that_failed_is_forgotten(void **state)
{
	struct tw_tuple *many = calloc(RIG_BATCH, sizeof(*many)), *one = calloc(1, sizeof(*one));
	const struct tw_flow flow = rig_flow(TW_IPV4, RIG_PORT + RIG_BATCH - 1);
	const struct tw_seg seg = { .flags = ACK, .ttl = 64, .wscale = -1 };
	uint64_t deadline;
	struct rig rig;

	(void)state;
	assert_non_null(many);
	assert_non_null(one);
	rig_open(&rig, false, 24);
	memcpy(many, rig.tuple, RIG_BATCH * sizeof(*many));
	rig.fake.fail_op = FAKE_LISTEN;
	rig.fake.fail_at = 1;
	assert_int_equal(tw_engine_start(rig.engine, many, RIG_BATCH, NULL), -EIO);
	free(many);
	*one = rig.tuple[0];
	assert_int_equal(tw_engine_start(rig.engine, one, 1, NULL), 0);
	assert_int_equal(tw_engine_poll(rig.engine, &deadline, NULL), 0);
	fake_inject(&rig.fake, &flow, &seg);
	rig.fake.now = deadline;
	assert_int_equal(tw_engine_poll(rig.engine, &deadline, NULL), 1);
	assert_int_equal(rig_health(&rig).strays, 1);
	rig_close(&rig);
	free(one);
}

static void batches_of_the_wrong_size(void **state)
{
	struct tw_err err = { "" };
	struct rig rig;

	(void)state;
	rig_open(&rig, false, 0);
	assert_int_equal(tw_engine_start(rig.engine, rig.tuple, 0, &err), -EINVAL);
	assert_int_equal(tw_engine_start(rig.engine, rig.tuple, RIG_BATCH + 1, &err), -EINVAL);
	assert_non_null(strstr(err.text, "65"));
	assert_int_equal(rig.fake.calls[FAKE_DRAIN], 0);
	rig_close(&rig);
	rig_open(&rig, true, 0);
	assert_int_equal(tw_engine_start(rig.engine, rig.tuple, 2, &err), -EINVAL);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted_alone),
		cmocka_unit_test(connected_alone),
		cmocka_unit_test(accepted_batch),
		cmocka_unit_test(connected_batch),
		cmocka_unit_test(sysctl_that_is_not_there),
		cmocka_unit_test(segment_that_cannot_be_made),
		cmocka_unit_test(start_that_failed_is_forgotten),
		cmocka_unit_test(batches_of_the_wrong_size),
	};

	return !!cmocka_run_group_tests_name("test_engine_failure", tests, NULL, NULL);
}
