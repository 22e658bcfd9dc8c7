#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/process.h"
#include "base/wait.h"
#include "cmd/cmd.h"
#include "cmd/given_args.h"
#include "cmd/opts.h"
#include "cmd/probe_args.h"
#include "explore/map_json.h"
#include "explore/map_text.h"
#include "explore/oracle_kernel.h"
#include "explore/oracle_model.h"
#include "netns/home.h"
#include "stand/facts_probe.h"
#include "text/text.h"
#include "twprobe/io.h"

enum {
	CELLS = 320,
	LANES_PER_CPU = 2, /* one waits for its entries to age while the other works */
};

struct map_args {
	struct tw_map_setup setup;
	struct tw_sysctl_names names;
	unsigned jobs, cells, len;
	unsigned long long seed;
	bool v4, v6, help, json, diffs;
	const char *json_file, *svg, *diff, *from;
};

/* A map, whose it is, and what was asked. */
struct side {
	struct tw_map map;
	char name[160], given[256], segment[128];
	int family;
	bool ts;
};

struct drawn {
	struct side a, b;
	struct tw_map whole; /* a's, with the numbers that SYN-ACKs begin with */
	struct tw_facts facts;
	uint64_t tuples;
	double wall_s, cpu_s;
};

static double wall_now(void)
{
	struct tw_clock *clock = tw_clock_real();

	return (double)clock->now(clock) / 1e9;
}

/* Of the lanes, which have ended. */
static double cpu_of_children(void)
{
	struct rusage ru;

	getrusage(RUSAGE_CHILDREN, &ru);
	return (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) +
	       (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e6;
}

static void put_question(const struct map_args *args, struct side *ret)
{
	tw_text_given(&args->setup.given, ret->given, sizeof(ret->given));
	tw_text_send(&args->setup.send, ret->segment, sizeof(ret->segment));
	ret->family = (int)args->setup.family;
	ret->ts = args->setup.given.ts == TW_TS_ON;
}

static bool same_question(const struct side *a, const struct side *b)
{
	return !strcmp(a->given, b->given) && !strcmp(a->segment, b->segment) &&
	       a->family == b->family;
}

static int draw_kernel(const struct map_args *args, struct drawn *d, struct tw_err *err)
{
	struct tw_oracle_kernel *kernel;
	unsigned wanted = (args->jobs ? args->jobs : tw_process_cpus()) * LANES_PER_CPU;
	unsigned lanes = tw_home_room(wanted);
	double began = wall_now();
	int ret = tw_facts_look(&d->facts, err);

	if (ret < 0)
		return ret;
	kernel = tw_oracle_kernel_open(&args->setup, lanes, args->seed, err);
	if (!kernel)
		return -EIO;
	ret = tw_map_draw(tw_oracle_kernel(kernel), args->cells, &d->a.map, err);
	d->a.map.wnd = tw_oracle_kernel_wnd(kernel);
	d->tuples = tw_oracle_kernel_tuples(kernel);
	d->wall_s = wall_now() - began;
	tw_oracle_kernel_close(kernel);
	d->cpu_s = cpu_of_children();
	snprintf(d->a.name, sizeof(d->a.name), "kernel %s", d->facts.release);
	put_question(args, &d->a);
	return ret;
}

static int draw_model(const struct map_args *args, struct drawn *d, enum tw_profile profile,
		      struct tw_err *err)
{
	struct tw_model_facts facts = tw_model_facts_new;
	struct tw_oracle_model model;
	int ret;

	put_question(args, &d->b);
	if (!same_question(&d->a, &d->b))
		return tw_err_set(
			err, EINVAL,
			"%s is a map of %s, IPv%d, %s, and not of %s, IPv%d, %s: give the "
			"options with which it was drawn",
			args->from, d->a.segment, d->a.family, d->a.given, d->b.segment,
			d->b.family, d->b.given);
	if (d->facts.n_names)
		tw_model_facts_of(&d->facts, &facts);
	ret = tw_oracle_model(&args->setup, &facts, profile, d->a.map.wnd, &model, err);
	if (ret < 0)
		return ret;
	snprintf(d->b.name, sizeof(d->b.name), "%s",
		 profile == TW_BY_RFC ? "the RFCs"
		 : d->facts.n_names   ? "the model of Linux"
				      : "the model of Linux as the newest kernel is");
	return tw_map_draw(&model.oracle, args->cells, &d->b.map, err);
}

static int read_map(const char *path, struct side *ret, struct tw_err *err)
{
	json_error_t why;
	json_t *doc = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	const char *name = json_string_value(json_object_get(doc, "of"));
	const char *given = json_string_value(json_object_get(doc, "given"));
	const char *segment = json_string_value(json_object_get(doc, "segment"));
	int code;

	if (!doc)
		return tw_err_set(err, EINVAL, "%s, line %d: %s", path, why.line, why.text);
	snprintf(ret->name, sizeof(ret->name), "%s", name ? name : path);
	snprintf(ret->given, sizeof(ret->given), "%s", given ? given : "?");
	snprintf(ret->segment, sizeof(ret->segment), "%s", segment ? segment : "?");
	ret->family = (int)json_integer_value(json_object_get(doc, "family"));
	ret->ts = !json_is_false(json_object_get(doc, "timestamps"));
	code = tw_map_from_json(json_object_get(doc, "map"), &ret->map, err);
	json_decref(doc);
	return code < 0 ? tw_err_in(err, code, "%s", path) : 0;
}

static int draw_both(const struct map_args *args, struct drawn *d, struct tw_err *err)
{
	const char *diff = args->diff ? args->diff : "model";
	int ret = args->from ? read_map(args->from, &d->a, err) : draw_kernel(args, d, err);

	if (ret < 0)
		return ret;
	if (!strcmp(diff, "model"))
		return draw_model(args, d, TW_BY_LINUX, err);
	if (!strcmp(diff, "rfc"))
		return draw_model(args, d, TW_BY_RFC, err);
	return read_map(diff, &d->b, err);
}

static void print_title(const struct side *side)
{
	printf("%s, IPv%d, %s; segment %s", side->name, side->family, side->given, side->segment);
}

static void print_text(const struct map_args *args, const struct drawn *d, unsigned differ)
{
	print_title(&d->a);
	if (!args->from)
		printf("\n%llu points asked on %llu tuples in %.2f s (%.2f s of CPU), a grid of "
		       "%u x %u first; "
		       "%llu times a boundary was proved by its two neighbours; seed %llu",
		       (unsigned long long)d->a.map.probes, (unsigned long long)d->tuples,
		       d->wall_s, d->cpu_s, d->a.map.grid[0], d->a.map.grid[1],
		       (unsigned long long)d->a.map.proofs, args->seed);
	if (!same_question(&d->a, &d->b)) {
		fputs("\nagainst ", stdout);
		print_title(&d->b);
	}
	fputs("\n\n", stdout);
	tw_map_text(&d->a.map, args->diff && differ ? &d->b.map : NULL, d->a.ts, stdout);
	if (differ)
		printf("\n%u regions differ from %s%s\n", differ, d->b.name,
		       args->diff ? " (A/B above: here A, there B)" : "; --diff model shows them");
	else
		printf("\nequal to %s: every region and every boundary\n", d->b.name);
}

static json_t *to_json(const struct map_args *args, const struct drawn *d, unsigned differ)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:b, s:o, s:I, s:f, s:f, s:o, s:s, s:i}", "of",
			 d->a.name, "given", d->a.given, "segment", d->a.segment, "family",
			 d->a.family, "timestamps", d->a.ts, "seed",
			 json_sprintf("%llu", args->seed), "tuples", (json_int_t)d->tuples,
			 "wall_s", d->wall_s, "cpu_s", d->cpu_s, "map", tw_map_to_json(&d->whole),
			 "against", d->b.name, "differ", (int)differ);
}

static int write_json(const struct map_args *args, const struct drawn *d, unsigned differ,
		      struct tw_err *err)
{
	json_t *doc = to_json(args, d, differ);
	const size_t flags = JSON_INDENT(1) | JSON_REAL_PRECISION(6);
	int ret = !doc              ? -1
		  : args->json_file ? json_dump_file(doc, args->json_file, flags)
				    : json_dumpf(doc, stdout, flags);

	if (!args->json_file)
		putchar('\n');
	json_decref(doc);
	return ret < 0 ? tw_err_set(err, EIO, "%s: the map could not be written",
				    args->json_file ? args->json_file : "stdout")
		       : 0;
}

static int write_svg(const struct map_args *args, const struct drawn *d, struct tw_err *err)
{
	FILE *out = fopen(args->svg, "w");
	char text[256];
	const struct tw_map_picture picture = {
		.map = &d->a.map,
		.name = d->a.name,
		.other = args->diff ? &d->b.map : NULL,
		.other_name = d->b.name,
		.title = text,
		.given = d->a.given,
	};

	snprintf(text, sizeof(text), "What becomes of a segment with flags %s, IPv%d", d->a.segment,
		 d->a.family);
	if (!out)
		return tw_err_set(err, errno, "%s: %s", args->svg, strerror(errno));
	tw_map_svg(&picture, out);
	if (fclose(out) != 0)
		return tw_err_set(err, errno, "%s: %s", args->svg, strerror(errno));
	return 0;
}

static int map(const struct map_args *args, enum tw_exit *ret_exit, struct tw_err *err)
{
	struct drawn d = { .tuples = 0 };
	unsigned differ = 0;
	int ret = draw_both(args, &d, err);

	d.whole = d.a.map;
	if (ret >= 0 && args->diff && !strcmp(args->diff, "rfc")) {
		tw_map_any_isn(&d.a.map);
		tw_map_any_isn(&d.b.map);
	}
	if (ret >= 0)
		differ = tw_map_differ(&d.a.map, &d.b.map);
	if (ret >= 0 && (!args->json || args->json_file))
		print_text(args, &d, differ);
	if (ret >= 0 && args->json)
		ret = write_json(args, &d, differ, err);
	if (ret >= 0 && args->svg)
		ret = write_svg(args, &d, err);
	tw_facts_free(&d.facts);
	*ret_exit = differ ? TW_EXIT_FAIL : TW_EXIT_OK;
	return ret;
}

static int take_flags(void *to, const char *text, struct tw_err *err)
{
	return tw_probe_flags(text, to, err);
}

/* The first sysctl is the map's own: no answer may be missing because another was given. */
static int take_sysctl(void *to, const char *text, struct tw_err *err)
{
	struct map_args *args = to;

	return tw_take_sysctl(&args->names, args->setup.given.sysctl, 3, text, err);
}

static int take_late(void *to, const char *text, struct tw_err *err)
{
	struct map_args *args = to;

	return tw_take_sysctl(&args->names, args->setup.given.late, 2, text, err);
}

static int parse(struct map_args *args, int argc, char **argv, struct tw_err *err)
{
	struct tw_given *g = &args->setup.given;
	const struct tw_opt opts[] = {
		{ "flags", 'f', "FLAGS",
		  "flags of the segment: S F R P A (or .) U E C, or none (default S)", NULL, NULL,
		  take_flags, &args->setup.send.flags },
		{ "payload", 'p', "BYTES", "length of its payload (default 0)", NULL, NULL,
		  tw_opts_uint, &args->len },
		{ "enter", 'e', "PATH",
		  "fin-wait-2, fin-ack (default), closing; stay-in-fin-wait-2", NULL, NULL,
		  tw_take_enter, &g->enter },
		{ "role", 0, "ROLE", "the DUT accepted (default) or connected", NULL, NULL,
		  tw_take_role, &g->role },
		{ "ts", 0, "on|off", "timestamps on the old connection (default on)", NULL, NULL,
		  tw_take_ts_use, &g->ts },
		{ "listener", 'l', "STATE",
		  "open (default), closed, accept-queue-full, min-ttl, filtered, md5", NULL, NULL,
		  tw_take_listener, &g->dut },
		{ "sysctl", 'S', "NAME=VALUE", "in the DUT, before the connection (up to 2)", NULL,
		  NULL, take_sysctl, args },
		{ "late", 0, "NAME=VALUE", "in the DUT, once the state is entered (up to 2)", NULL,
		  NULL, take_late, args },
		{ "cells", 0, "N", "points of the coarse grid, a side (default 320)", NULL, NULL,
		  tw_opts_uint, &args->cells },
		{ "diff", 'd', "WHAT",
		  "show the map against: model (the default, untold if equal), rfc, or a file of "
		  "--json=FILE",
		  NULL, &args->diff, NULL, NULL },
		{ "from", 0, "FILE", "take the map from a file, and ask no kernel", NULL,
		  &args->from, NULL, NULL },
		{ "svg", 0, "FILE", "write a picture", NULL, &args->svg, NULL, NULL },
		{ "json", 'j', "[=FILE]", "as JSON", &args->json, &args->json_file, NULL, NULL },
		{ "ipv4", '4', NULL, "over IPv4 (default)", &args->v4, NULL, NULL, NULL },
		{ "ipv6", '6', NULL, "over IPv6", &args->v6, NULL, NULL, NULL },
		{ "jobs", 'J', "N", "CPUs to use (default: all)", NULL, NULL, tw_opts_uint,
		  &args->jobs },
		{ "seed", 0, "N", "of the peer's ISNs and TSvals", NULL, NULL, tw_opts_u64,
		  &args->seed },
		{ "help", 'h', NULL, "this text", &args->help, NULL, NULL, NULL },
		{ .name = NULL },
	};
	int at = tw_opts_parse(opts, argc, argv, err);

	if (at >= 0 && args->help) {
		puts("usage: twprobe map [OPTION...]\n\n"
		     "What becomes of a segment at every sequence number and TSval: a coarse grid, "
		     "then every boundary to the unit.\n");
		tw_opts_help(opts, stdout);
		return 0;
	}
	if (at >= 0 && at < argc)
		return tw_err_set(err, EINVAL, "what is \"%s\"? map takes options only", argv[at]);
	return at < 0 ? at : 0;
}

static int check_args(struct map_args *args, struct tw_err *err)
{
	if (args->v4 && args->v6)
		return tw_err_set(err, EINVAL, "-4 and -6 exclude each other here");
	if (args->len > 1400)
		return tw_err_set(err, EINVAL, "--payload: at most 1400");
	if (args->cells < 2 || args->cells > 1000)
		return tw_err_set(err, EINVAL, "--cells: 2 to 1000");
	if (args->jobs > 8)
		return tw_err_set(err, EINVAL, "--jobs: at most 8");
	if (args->setup.given.dut == TW_SYN_QUEUE_FULL || args->setup.given.dut == TW_IPSEC_REFUSED)
		return tw_err_set(err, EINVAL,
				  "--listener: that is arranged for one tuple; a map needs many");
	args->setup.send.len = (uint16_t)args->len;
	args->setup.family = args->v6 ? TW_IPV6 : TW_IPV4;
	return 0;
}

int tw_cmd_map(int argc, char **argv)
{
	struct map_args args = {
		.setup = { .given = { .enter = TW_BY_FIN_ACK,
				      .sysctl = { { "net.ipv4.tcp_invalid_ratelimit", "0" } } },
			   .send.flags = TW_SYN },
		.cells = CELLS,
		.seed = tw_seed_new(),
	};
	struct tw_err err = { "" };
	enum tw_exit code = TW_EXIT_ERROR;

	if (parse(&args, argc, argv, &err) < 0 || (!args.help && check_args(&args, &err) < 0))
		return tw_cmd_fail("map", &err, TW_EXIT_USAGE);
	if (args.help)
		return TW_EXIT_OK;
	if (map(&args, &code, &err) < 0)
		return tw_cmd_fail("map", &err, TW_EXIT_ERROR);
	return code;
}
