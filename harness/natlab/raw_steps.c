/* How long TIME_WAIT stands in the way: SYNs with an older timestamp, over 75 seconds. */
#include <errno.h>
#include <stdio.h>

#include "base/wait.h"
#include "natlab/raw_lab.h"
#include "natlab/raw_stage.h"
#include "twprobe/io.h"

#define S_NS 1000000000ull

enum {
	SPAN_MS = 75000,
	EVERY_MS = 2500, /* a tuple of its own for each of these instants */
	ALONE = SPAN_MS / EVERY_MS,
	AGAIN_MS = 5000, /* the repeated ones */
	REPEATED = 3,
	TUPLES = ALONE + REPEATED,
	OLDER = 1000000, /* ms: far more than the test lasts */
};

struct steps {
	struct tw_raw_stage stage;
	struct tw_raw_end old[TUPLES];
	uint64_t entered[TUPLES];
	struct tw_nat_steps *ret;
};

static uint64_t now(void)
{
	struct tw_clock *clock = tw_clock_real();

	return clock->now(clock);
}

static int enter_all(struct steps *s, uint64_t seed, struct tw_err *err)
{
	int res = 0;

	for (unsigned i = 0; i < TUPLES && res == 0; i++) {
		res = tw_raw_stage_enter(&s->stage, i, (uint32_t)seed + i * 1000003, 2 * OLDER + i,
					 &s->old[i], err);
		s->entered[i] = now();
	}
	return res;
}

/* TIME_WAIT ends 60 to 62 s after its (re)start; an interval in which both answers are right is nobody's exception. */
static bool is_exception(const struct tw_nat_step *step, enum tw_nat_series series)
{
	bool accepted = step->answer == TW_NAT_SYN_ACK;

	if (step->answer != TW_NAT_ACK && !accepted)
		return true;
	if (series == TW_NAT_REPEATED || step->at_s < 60)
		return accepted;
	return step->at_s > 63 && !accepted;
}

static int knock(struct steps *s, unsigned tuple, enum tw_nat_series series, struct tw_err *err)
{
	struct tw_nat_step *step = &s->ret->step[s->ret->n];
	struct tw_raw_end syn = s->old[tuple];
	int res;

	if (s->ret->n == TW_NAT_STEPS_MAX)
		return tw_err_set(err, E2BIG, "more than %d steps", TW_NAT_STEPS_MAX);
	syn.host = 1;
	syn.seq += 100000;
	syn.tsval -= OLDER;
	step->series = series;
	step->tuple = tuple;
	res = tw_raw_stage_left(&s->stage, &syn, &step->left_before_ms, err);
	step->at_s = (double)(now() - s->entered[tuple]) / 1e9;
	if (res == 0)
		res = tw_raw_knock(s->stage.hosts, &syn, &step->answer, err);
	if (res == 0)
		res = tw_raw_stage_left(&s->stage, &syn, &step->left_after_ms, err);
	if (res < 0)
		return res;
	s->ret->exceptions += is_exception(step, series);
	s->ret->n++;
	return 0;
}

static int play(struct steps *s, struct tw_err *err)
{
	uint64_t began = now();
	int res = 0;

	for (unsigned i = 0; i < ALONE && res == 0; i++) {
		unsigned at_ms = (i + 1) * EVERY_MS;

		tw_wait_until(began + at_ms * (S_NS / 1000));
		res = knock(s, i, TW_NAT_ALONE, err);
		for (unsigned k = 0; k < REPEATED && res == 0 && at_ms % AGAIN_MS == 0; k++)
			res = knock(s, ALONE + k, TW_NAT_REPEATED, err);
	}
	return res;
}

void tw_nat_steps_run(uint64_t seed, struct tw_nat_steps *ret)
{
	struct steps s = { .ret = ret };
	struct tw_err err = { "" };
	int res = tw_raw_stage_open(&s.stage, &err);

	if (res == 0) {
		res = enter_all(&s, seed, &err);
		if (res == 0)
			res = play(&s, &err);
		tw_raw_stage_close(&s.stage);
	}
	ret->done = res == 0;
	ret->skipped = res == -EOPNOTSUPP;
	if (res < 0)
		snprintf(ret->trouble, sizeof(ret->trouble), "%.230s", err.text);
}
