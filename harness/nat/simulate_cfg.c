/* Which configurations make sense, and can be played on a usual machine: 2^25 tuples take 800 MB, if all are used. */
#include "nat/simulate_impl.h"

#include <errno.h>
#include <math.h>

enum {
	HOSTS_MAX = 1 << 24,
	PORTS_MAX = 65536 - 1024,
	TUPLES_MAX = 1 << 25,
	TIME_MAX = 1000000000, /* s: no number of milliseconds overflows */
};

#define CONNECTIONS_MAX 4e9 /* 32 bits, and some left for chance */

static int check_times(const struct tw_sim_cfg *cfg, struct tw_err *err)
{
	const struct {
		const char *name;
		double s;
	} times[] = {
		{ "warm-up", cfg->warmup_s },    { "duration", cfg->duration_s },
		{ "lifetime", cfg->lifetime_s }, { "hold of the NAT", cfg->hold_s },
		{ "TIME_WAIT", cfg->tw_s },      { "spread of uptimes", cfg->uptime_spread_s },
		{ "retry", cfg->retry_ms },
	};

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (!(times[i].s >= 0 && times[i].s <= TIME_MAX))
			return tw_err_set(err, EINVAL, "%s: %g, but it must be 0 to %g",
					  times[i].name, times[i].s, (double)TIME_MAX);
	if (!(cfg->rate > 0 && isfinite(cfg->rate)))
		return tw_err_set(err, EINVAL,
				  "rate: %g connections a second, but there must be some",
				  cfg->rate);
	if (!(cfg->rate * cfg->duration_s <= CONNECTIONS_MAX))
		return tw_err_set(err, EINVAL,
				  "rate and duration: %g connections, but %g at most can be "
				  "simulated; take a shorter time",
				  cfg->rate * cfg->duration_s, (double)CONNECTIONS_MAX);
	return 0;
}

int sim_cfg_check(const struct tw_sim_cfg *cfg, struct tw_err *err)
{
	if (cfg->hosts < 1 || cfg->hosts > HOSTS_MAX)
		return tw_err_set(err, EINVAL, "hosts: %u, but 1 to %u can be simulated",
				  cfg->hosts, HOSTS_MAX);
	if (cfg->ports < 1 || cfg->ports > PORTS_MAX)
		return tw_err_set(err, EINVAL, "ports: %u, but a public address has 1 to %u",
				  cfg->ports, PORTS_MAX);
	if (cfg->public_addresses < 1 || cfg->public_addresses > TUPLES_MAX / cfg->ports)
		return tw_err_set(err, EINVAL,
				  "public addresses: %u, but with %u ports each 1 to %u can be "
				  "simulated",
				  cfg->public_addresses, cfg->ports, TUPLES_MAX / cfg->ports);
	if (cfg->clock > TW_SIM_CLOCK_NONE || cfg->recycle_rule > TW_RECYCLE_H12)
		return tw_err_set(err, EINVAL, "clock %d or rule %d: there is no such", cfg->clock,
				  cfg->recycle_rule);
	return check_times(cfg, err);
}
