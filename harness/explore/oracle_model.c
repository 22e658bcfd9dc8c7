#include "explore/oracle_model.h"

#include <errno.h>

#include "base/numbers.h"

enum {
	BEGIN_MS = 1000000,
	AGE_MS = 30,
};

struct tw_send tw_map_send(const struct tw_map_setup *setup, const struct tw_point *point)
{
	struct tw_send send = setup->send;

	send.seq = (struct tw_val){ TW_RCV_NXT, (uint32_t)point->seq };
	/* without timestamps there is no T: what is sent is a number */
	send.tsval = point->no_ts ? (struct tw_val){ TW_ABSENT, 0 }
				  : (struct tw_val){ setup->given.ts == TW_TS_ON ? TW_TS_RECENT
										 : TW_NUMBER,
						     (uint32_t)point->ts };
	return send;
}

static int ask_model(struct tw_oracle *oracle, const struct tw_point *points, unsigned n,
		     uint32_t *ret_kinds, struct tw_err *err)
{
	struct tw_oracle_model *o = (struct tw_oracle_model *)oracle;
	const struct tw_map_setup *setup = o->setup;
	struct tw_numbers numbers = { .rcv_nxt = 0x10203040,
				      .snd_nxt = 0x50607080,
				      .dut_last = 1,
				      .ts = setup->given.ts == TW_TS_ON };
	struct tw_model entry;

	(void)err;
	if (setup->given.ts_recent.base == TW_NUMBER)
		numbers.ts_recent = setup->given.ts_recent.off;
	else if (numbers.ts)
		numbers.ts_recent = 0x01020304;
	entry = tw_model_enter(&setup->given, &numbers, o->wnd, BEGIN_MS);
	for (unsigned i = 0; i < n; i++) {
		struct tw_send send = tw_map_send(setup, &points[i]);
		struct tw_seg seg = tw_send_resolve(&send, setup->family, &numbers);
		struct tw_model m = entry;
		struct tw_reaction r = tw_model_step(&o->world, &m, &seg, &send, BEGIN_MS + AGE_MS);

		ret_kinds[i] = tw_kind_said(&numbers, &seg, &r, entry.state, &m);
	}
	return 0;
}

int tw_oracle_model(const struct tw_map_setup *setup, const struct tw_model_facts *facts,
		    enum tw_profile profile, uint32_t wnd, struct tw_oracle_model *ret,
		    struct tw_err *err)
{
	bool ts;

	*ret = (struct tw_oracle_model){ .oracle.ask = ask_model, .setup = setup, .wnd = wnd };
	if (!tw_world_given(&setup->given, facts, &ret->world, &ts))
		return tw_err_set(err, EINVAL,
				  "the model knows tcp_rfc1337, tcp_timestamps, tcp_syncookies and "
				  "tcp_invalid_ratelimit, and no other sysctl");
	ret->world.profile = profile;
	ret->world.limit_ms = 0; /* a map asks every point of a tuple that has not answered yet */
	return 0;
}
