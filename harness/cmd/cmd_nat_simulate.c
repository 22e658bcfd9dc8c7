/* twprobe nat --simulate */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wait.h"
#include "cmd/cmd_nat.h"
#include "cmd/opts.h"
#include "evidence/json_fields.h"
#include "nat/simulate.h"
#include "twprobe/io.h"

struct sim_args {
	struct tw_sim_cfg cfg;
	unsigned hosts, addresses, ports;
	unsigned long long seed;
	const char *clock, *rule;
	bool json, help;
};

static const char *const clocks[] = {
	[TW_SIM_CLOCK_UPTIME] = "uptime",
	[TW_SIM_CLOCK_PER_HOST] = "host",
	[TW_SIM_CLOCK_PER_TUPLE] = "tuple",
	[TW_SIM_CLOCK_NONE] = "none",
};

/* For tw_opt.take: a number that is not negative. */
static int take_double(void *to, const char *text, struct tw_err *err)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !isfinite(value) || value < 0)
		return tw_err_set(err, EINVAL, "\"%s\" is no number that is 0 or more", text);
	*(double *)to = value;
	return 0;
}

static int settle(struct sim_args *args, struct tw_err *err)
{
	struct tw_sim_cfg *cfg = &args->cfg;
	unsigned i = 0;

	while (args->clock && i < 4 && strcmp(args->clock, clocks[i]))
		i++;
	if (i == 4)
		return tw_err_set(err, EINVAL,
				  "--clock: \"%s\" is none of: tuple, host, uptime, none",
				  args->clock);
	cfg->clock = args->clock ? i : TW_SIM_CLOCK_PER_TUPLE;
	cfg->recycle = args->rule != NULL;
	if (args->rule && strcmp(args->rule, "H-02") && strcmp(args->rule, "H-12"))
		return tw_err_set(err, EINVAL,
				  "--recycle: H-02 (up to 3.16) or H-12 (3.17 to 4.11)");
	cfg->recycle_rule =
		args->rule && !strcmp(args->rule, "H-02") ? TW_RECYCLE_H02 : TW_RECYCLE_H12;
	cfg->hosts = args->hosts;
	cfg->public_addresses = args->addresses;
	cfg->ports = args->ports;
	cfg->seed = args->seed;
	return 0;
}

static void put_delays(const struct tw_sim_result *r)
{
	printf("delay of the rejected ones that got through, ms:\n ");
	for (unsigned i = 0; i < TW_SIM_PERCENTILES; i++)
		printf(" %g %%: %.*f%s", tw_sim_percentile[i], r->delay_ms[i] < 100 ? 1 : 0,
		       r->delay_ms[i], i + 1 < TW_SIM_PERCENTILES ? "," : "\n");
}

static void print_text(const struct sim_args *args, const struct tw_sim_result *r, double wall_s)
{
	const struct tw_sim_cfg *cfg = &args->cfg;

	printf("twprobe %s nat --simulate: no packets, the same rules; seed %llu\n"
	       "%u hosts behind %u public addresses with %u ports each; %g connections a second "
	       "for "
	       "%g s; the NAT holds\na closed one for %g s, the server keeps TIME_WAIT for %g s; "
	       "clocks: %s%s\n\n",
	       TWPROBE_VERSION, args->seed, cfg->hosts, cfg->public_addresses, cfg->ports,
	       cfg->rate, cfg->duration_s, cfg->hold_s, cfg->tw_s, clocks[cfg->clock],
	       cfg->recycle ? "; the server has tcp_tw_recycle" : "");
	printf("connections              %12" PRIu64 "\n", r->connections);
	printf("  without a port         %12" PRIu64 "\n", r->no_port);
	printf("  on a tuple in TIME_WAIT%12" PRIu64 "\n", r->reused);
	printf("  first SYN rejected     %12" PRIu64 "   %.3g %% (95 %%: %.3g to %.3g %%)\n",
	       r->rejected, r->loss.of ? 100.0 * r->loss.n / r->loss.of : 0, 100 * r->loss.low,
	       100 * r->loss.high);
	printf("  never connected        %12" PRIu64 "\n", r->never);
	printf("rejected SYNs            %12" PRIu64 "\n", r->rejected_syns);
	if (r->rejected > r->never)
		put_delays(r);
	printf("simulated %.0f s, %" PRIu64 " events in %.2f s\n", r->simulated_s, r->events,
	       wall_s);
}

static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static void print_json(const struct sim_args *args, const struct tw_sim_result *r, double wall_s)
{
	json_t *delays = json_object();
	json_t *doc;
	char name[16];

	for (unsigned i = 0; i < TW_SIM_PERCENTILES; i++) {
		snprintf(name, sizeof(name), "%g", tw_sim_percentile[i]);
		json_object_set_new(delays, name, number(r->delay_ms[i]));
	}
	doc = json_pack(
		"{s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:o, s:f, s:I, s:f, s:o}",
		"connections", (json_int_t)r->connections, "no_port", (json_int_t)r->no_port,
		"reused", (json_int_t)r->reused, "rejected", (json_int_t)r->rejected, "never",
		(json_int_t)r->never, "rejected_syns", (json_int_t)r->rejected_syns, "loss",
		r->loss.of ? (double)r->loss.n / r->loss.of : 0.0, "loss_low", r->loss.low,
		"loss_high", r->loss.high, "delay_ms", delays, "simulated_s", r->simulated_s,
		"events", (json_int_t)r->events, "wall_s", wall_s, "seed", tw_json_u64(args->seed));
	json_dumpf(doc, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(doc);
}

static int simulate(struct sim_args *args, struct tw_err *err)
{
	struct tw_clock *clock = tw_clock_real();
	uint64_t began = clock->now(clock);
	struct tw_sim_result result;
	double wall_s;
	int res = tw_simulate(&args->cfg, &result, err);

	if (res < 0)
		return res;
	wall_s = (double)(clock->now(clock) - began) / 1e9;
	if (args->json)
		print_json(args, &result, wall_s);
	else
		print_text(args, &result, wall_s);
	return 0;
}

static void help(const struct tw_opt *opts)
{
	puts("usage: twprobe nat --simulate [OPTION...]\n\n"
	     "A NAT and a server in numbers: the rules of the kernel without its packets, at the "
	     "size of a "
	     "carrier. Connections\n"
	     "come at random instants, the server closes them first, and the NAT hands their ports "
	     "on. The "
	     "defaults are a\n"
	     "million hosts behind 16 addresses, and a NAT that holds a closed connection for 30 "
	     "s.\n");
	tw_opts_help(opts, stdout);
}

static struct sim_args defaults(void)
{
	return (struct sim_args){
		.cfg = { .rate = 10000,
			 .warmup_s = 60,
			 .duration_s = 180,
			 .lifetime_s = 1,
			 .hold_s = 30,
			 .tw_s = 60,
			 .retry_ms = 8,
			 .uptime_spread_s = 30 * 86400.0 },
		.hosts = 1000000,
		.addresses = 16,
		.ports = 64512,
		.seed = tw_seed_new(),
	};
}

enum {
	OPTS = 20,
};

static void options(struct sim_args *args, struct tw_opt ret_opts[OPTS])
{
	struct tw_sim_cfg *cfg = &args->cfg;
	const struct tw_opt opts[OPTS] = {
		{ "hosts", 'n', "N", "behind the NAT (default 1000000)", NULL, NULL, tw_opts_uint,
		  &args->hosts },
		{ "addresses", 0, "N", "public addresses (default 16)", NULL, NULL, tw_opts_uint,
		  &args->addresses },
		{ "ports", 0, "N", "of each address, towards the server's port (default 64512)",
		  NULL, NULL, tw_opts_uint, &args->ports },
		{ "rate", 0, "N", "connections a second, all hosts together (default 10000)", NULL,
		  NULL, take_double, &cfg->rate },
		{ "duration", 0, "S",
		  "seconds of simulated time (default 180, 60 of them to warm up)", NULL, NULL,
		  take_double, &cfg->duration_s },
		{ "warm-up", 0, "S", "seconds at the beginning that are not counted (default 60)",
		  NULL, NULL, take_double, &cfg->warmup_s },
		{ "lifetime", 0, "S", "of a connection (default 1)", NULL, NULL, take_double,
		  &cfg->lifetime_s },
		{ "hold", 0, "S", "for which the NAT keeps a closed one (default 30)", NULL, NULL,
		  take_double, &cfg->hold_s },
		{ "time-wait", 0, "S", "of the server (default 60)", NULL, NULL, take_double,
		  &cfg->tw_s },
		{ "clock", 0, "WHAT",
		  "timestamps: tuple (an offset per 4-tuple, the default), host, uptime, none",
		  NULL, &args->clock, NULL, NULL },
		{ "retry", 0, "MS",
		  "until the client's next SYN (default 8: two jiffies; 1000 before 5.6)", NULL,
		  NULL, take_double, &cfg->retry_ms },
		{ "rfc1337", 0, NULL, "the server has tcp_rfc1337=1", &cfg->rfc1337, NULL, NULL,
		  NULL },
		{ "lose-acks", 0, NULL, "the path loses the server's bare ACKs", &cfg->loses_acks,
		  NULL, NULL, NULL },
		{ "lose-rsts", 0, NULL, "the path loses the clients' RSTs", &cfg->loses_rsts, NULL,
		  NULL, NULL },
		{ "keep-port", 0, NULL,
		  "the NAT keeps a client's port after its RST (Linux takes a new one)",
		  &cfg->keeps_port, NULL, NULL, NULL },
		{ "recycle", 0, "RULE",
		  "the server has tcp_tw_recycle: H-02 (2.6.37 to 3.16), H-12 (3.17 to 4.11)", NULL,
		  &args->rule, NULL, NULL },
		{ "seed", 0, "N", "of everything that is chance", NULL, NULL, tw_opts_u64,
		  &args->seed },
		{ "json", 'j', NULL, "as JSON", &args->json, NULL, NULL, NULL },
		{ "help", 'h', NULL, "this text", &args->help, NULL, NULL, NULL },
		{ .name = NULL },
	};

	memcpy(ret_opts, opts, sizeof(opts));
}

int tw_cmd_nat_simulate(int argc, char **argv)
{
	struct sim_args args = defaults();
	struct tw_opt opts[OPTS];
	struct tw_err err = { "" };
	int at;

	options(&args, opts);
	at = tw_opts_parse(opts, argc, argv, &err);
	if (at >= 0 && args.help) {
		help(opts);
		return TW_EXIT_OK;
	}
	if (at >= 0 && at < argc)
		at = tw_err_set(&err, EINVAL, "what is \"%s\"? --simulate takes options only",
				argv[at]);
	if (at >= 0)
		at = settle(&args, &err);
	if (at >= 0)
		at = simulate(&args, &err);
	if (at < 0)
		return tw_cmd_fail("nat --simulate", &err,
				   at == -EINVAL ? TW_EXIT_USAGE : TW_EXIT_ERROR);
	return TW_EXIT_OK;
}
