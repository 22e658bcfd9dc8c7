#include "cmd/alone.h"

#include <errno.h>

#include "base/process.h"
#include "base/wait.h"
#include "report/report.h"
#include "run/play.h"

int tw_alone_play(struct tw_result *res, const struct tw_facts *facts, uint64_t seed,
		  struct tw_err *err)
{
	struct tw_drops *drops = tw_drops_open(NULL);
	const struct tw_stand_cfg cfg = {
		.batch = 1, .age_ms = TW_AGE_MS, .count = true, .ring = TW_RING, .drops = drops
	};
	struct tw_stand stand;
	struct tw_play play;
	uint64_t deadline;
	int ret;

	tw_process_pin(0);
	ret = tw_stand_open(&stand, &cfg, err);
	if (ret >= 0) {
		tw_play_start(&play, &stand, facts, res, seed);
		while (!tw_play_poll(&play, &deadline))
			tw_wait_until(deadline);
		tw_stand_close(&stand);
	}
	tw_drops_close(drops);
	return ret;
}

int tw_alone_capture(const struct tw_result *res, const struct tw_facts *facts, const char *command,
		     const char *dir, struct tw_err *err)
{
	const struct tw_run_info info = {
		.version = TWPROBE_VERSION, .command = command, .planned = 1, .facts = facts
	};
	const struct tw_totals totals = { .wall_s = 0 };
	struct tw_sink *sink = tw_sink_pcap(dir, true);
	int ret, end;

	if (!sink)
		return tw_err_set(err, ENOMEM, "out of memory");
	ret = sink->ops->begin(sink, &info, err);
	if (ret >= 0)
		ret = sink->ops->result(sink, res, err);
	end = sink->ops->end(sink, &totals, ret < 0 ? NULL : err);
	return ret < 0 ? ret : end;
}
