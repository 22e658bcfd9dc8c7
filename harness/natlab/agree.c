#include "natlab/agree.h"

#include <errno.h>

#include "base/wait.h"
#include "twprobe/io.h"

#define MS_NS 1000000ull

enum {
	AGREE_MS = 1000, /* what is under way has arrived by then */
};

static void segments(const struct tw_counters *cs, uint64_t ret[2])
{
	ret[0] = tw_counters_get(cs, "TcpInSegs");
	ret[1] = tw_counters_get(cs, "TcpOutSegs");
}

void tw_agree_begin(struct tw_agree *agree, const struct tw_counters *cs)
{
	*agree = (struct tw_agree){ .captured = { 0 } };
	segments(cs, agree->begin);
}

void tw_agree_captured(struct tw_agree *agree, bool from_server)
{
	agree->captured[from_server]++;
}

int tw_agree_read(const struct tw_agree *agree, struct tw_proc_counters *proc,
		  int (*drain)(void *arg, struct tw_err *err), void *arg, struct tw_counters *ret,
		  struct tw_err *err)
{
	struct tw_clock *clock = tw_clock_real();
	uint64_t deadline = clock->now(clock) + AGREE_MS * MS_NS, now, counted[2];
	int res;

	for (;;) {
		res = drain(arg, err);
		if (res == 0)
			res = tw_proc_counters_read(proc, ret, err);
		if (res < 0)
			return res;
		segments(ret, counted);
		counted[0] -= agree->begin[0];
		counted[1] -= agree->begin[1];
		if (counted[0] == agree->captured[0] && counted[1] == agree->captured[1])
			return 0;
		now = clock->now(clock);
		if (now >= deadline)
			break;
		tw_wait_until(now + MS_NS);
	}
	return tw_err_set(
		err, EPROTO,
		"the server counted %llu segments in and %llu out (TcpInSegs, TcpOutSegs), "
		"and %llu and %llu were captured at its end",
		(unsigned long long)counted[0], (unsigned long long)counted[1],
		(unsigned long long)agree->captured[0], (unsigned long long)agree->captured[1]);
}
