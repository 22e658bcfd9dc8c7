#include "cmd/probe_args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/given_args.h"
#include "cmd/opts.h"

/* What one segment's words fill in. */
struct segment {
	struct tw_step step;
	unsigned repeat;
	unsigned pause;
	unsigned len, ttl, win, urg;
};

struct parse {
	struct tw_probe_args *args;
	struct segment seg;
	bool v4, v6;
};

static int take_flags(void *to, const char *text, struct tw_err *err)
{
	return tw_probe_flags(text, to, err);
}

static int take_seq(void *to, const char *text, struct tw_err *err)
{
	int ret = tw_probe_val(text, TW_RCV_NXT, to, err);

	if (ret >= 0 && ((struct tw_val *)to)->base == TW_ABSENT)
		return tw_err_set(err, EINVAL, "every segment has this number");
	return ret;
}

static int take_ack(void *to, const char *text, struct tw_err *err)
{
	int ret = tw_probe_val(text, TW_SND_NXT, to, err);

	if (ret >= 0 && ((struct tw_val *)to)->base == TW_ABSENT)
		*(struct tw_val *)to = (struct tw_val){ TW_NUMBER, 0 };
	return ret;
}

static int take_ts(void *to, const char *text, struct tw_err *err)
{
	return tw_probe_val(text, TW_TS_RECENT, to, err);
}

static int take_tsecr(void *to, const char *text, struct tw_err *err)
{
	return tw_probe_val(text, TW_NUMBER, to, err);
}

static int take_absolute(void *to, const char *text, struct tw_err *err)
{
	int ret = tw_probe_val(text, TW_NUMBER, to, err);

	if (ret >= 0 && ((struct tw_val *)to)->base != TW_NUMBER)
		return tw_err_set(err, EINVAL,
				  "\"%s\": this is a number itself, not one from R, S or T", text);
	return ret;
}

/* In a row 0 is "as usual" for these: it cannot be sent, and is not to be taken for what it is not. */
static int take_positive(void *to, const char *text, struct tw_err *err)
{
	int ret = tw_opts_uint(to, text, err);

	return ret < 0 || *(unsigned *)to ? ret : tw_err_set(err, EINVAL, "at least 1");
}

/* getopt_long() takes "--the" for it, which does not begin another segment. */
static int take_then(void *to, const char *text, struct tw_err *err)
{
	(void)to;
	(void)text;
	return tw_err_set(err, EINVAL, "write it in full");
}

static int take_ecn(void *to, const char *text, struct tw_err *err)
{
	static const struct tw_word words[] = { { "not-ect", 0 }, { "ect1", 1 }, { "ect0", 2 },
						{ "ce", 3 },      { "0", 0 },    { "1", 1 },
						{ "2", 2 },       { "3", 3 },    { NULL, 0 } };
	int v, ret = tw_take_word(words, text, &v, err);

	if (ret >= 0)
		*(uint8_t *)to = (uint8_t)v;
	return ret;
}

static int take_from(void *to, const char *text, struct tw_err *err)
{
	static const struct tw_word words[] = { { "same", TW_SAME },
						{ "other", TW_OTHER },
						{ NULL, 0 } };
	int v, ret = tw_take_word(words, text, &v, err);

	if (ret >= 0)
		*(enum tw_from *)to = (enum tw_from)v;
	return ret;
}

static int take_early(void *to, const char *text, struct tw_err *err)
{
	struct tw_probe_args *args = to;
	struct tw_given *given = &args->row.given;

	return tw_take_sysctl(&args->names, given->sysctl,
			      sizeof(given->sysctl) / sizeof(*given->sysctl), text, err);
}

static int take_late(void *to, const char *text, struct tw_err *err)
{
	struct tw_probe_args *args = to;
	struct tw_given *given = &args->row.given;

	return tw_take_sysctl(&args->names, given->late, sizeof(given->late) / sizeof(*given->late),
			      text, err);
}

static int take_seed(void *to, const char *text, struct tw_err *err)
{
	struct tw_probe_args *args = to;

	args->seeded = true;
	return tw_opts_u64(&args->seed, text, err);
}

enum {
	SEGMENT_OPTS = 15,
	ALL_OPTS = 32
};

static void segment_table(struct parse *p, struct tw_opt *o)
{
	struct tw_send *s = &p->seg.step.send;
	const struct tw_opt table[SEGMENT_OPTS] = {
		{ "flags", 'f', "FLAGS",
		  "flags of the segment: S F R P A (or .) U E C, or none (default S)", NULL, NULL,
		  take_flags, &s->flags },
		{ "seq", 's', "NUM",
		  "sequence number, relative to R = RCV.NXT (default 0: R itself)", NULL, NULL,
		  take_seq, &s->seq },
		{ "ack", 'a', "NUM",
		  "acknowledgment number, relative to S = SND.NXT (default S if ACK is set)", NULL,
		  NULL, take_ack, &s->ack },
		{ "tsval", 't', "NUM|none",
		  "TSval, relative to T = TS.Recent (default T, where timestamps are in use)", NULL,
		  NULL, take_ts, &s->tsval },
		{ "tsecr", 0, "NUM", "TSecr, as it is (default: the DUT's last TSval, 0 in a SYN)",
		  NULL, NULL, take_tsecr, &s->tsecr },
		{ "payload", 'p', "BYTES", "length of the payload (default 0)", NULL, NULL,
		  tw_opts_uint, &p->seg.len },
		{ "win", 0, "NUM", "window (default 65535)", NULL, NULL, take_positive,
		  &p->seg.win },
		{ "urg", 0, "NUM", "urgent pointer", NULL, NULL, tw_opts_uint, &p->seg.urg },
		{ "ttl", 0, "NUM", "TTL or hop limit (default 64)", NULL, NULL, take_positive,
		  &p->seg.ttl },
		{ "ecn", 0, "BITS", "not-ect, ect0, ect1 or ce", NULL, NULL, take_ecn, &s->ecn },
		{ "bad-checksum", 0, NULL, "spoil the TCP checksum", &s->bad_csum, NULL, NULL,
		  NULL },
		{ "from", 0, "same|other", "the tuple under test, or another port of the same peer",
		  NULL, NULL, take_from, &s->from },
		{ "pause", 0, "MS",
		  "wait before sending (at least 24 ms pass, so that the timer can be read)", NULL,
		  NULL, tw_opts_uint, &p->seg.pause },
		{ "repeat", 'n', "N", "send this segment N times, one after the other", NULL, NULL,
		  tw_opts_uint, &p->seg.repeat },
		{ "then", 0, NULL, "what follows describes the next segment", NULL, NULL, take_then,
		  NULL },
	};

	memcpy(o, table, sizeof(table));
}

static void probe_table(struct parse *p, struct tw_opt o[ALL_OPTS])
{
	struct tw_probe_args *args = p->args;
	struct tw_given *g = &args->row.given;
	const struct tw_opt table[] = {
		{ "enter", 'e', "PATH",
		  "fin-wait-2 (default), fin-ack, closing; stay-in-fin-wait-2", NULL, NULL,
		  tw_take_enter, &g->enter },
		{ "role", 0, "ROLE", "the DUT accepted (default) or connected", NULL, NULL,
		  tw_take_role, &g->role },
		{ "ts", 0, "on|off", "timestamps on the old connection (default on)", NULL, NULL,
		  tw_take_ts_use, &g->ts },
		{ "listener", 'l', "STATE",
		  "open (default), closed, accept-queue-full, syn-queue-full, min-ttl, filtered, "
		  "md5",
		  NULL, NULL, tw_take_listener, &g->dut },
		{ "rcv-nxt", 0, "NUM", "choose the peer's ISN so that R is this", NULL, NULL,
		  take_absolute, &g->rcv_nxt },
		{ "ts-recent", 0, "NUM", "choose the peer's TSval so that T is this", NULL, NULL,
		  take_absolute, &g->ts_recent },
		{ "sysctl", 'S', "NAME=VALUE", "in the DUT, before the connection (up to 3)", NULL,
		  NULL, take_early, args },
		{ "late", 0, "NAME=VALUE", "in the DUT, once the state is entered (up to 2)", NULL,
		  NULL, take_late, args },
		{ "ipv4", '4', NULL, "over IPv4 (default)", &p->v4, NULL, NULL, NULL },
		{ "ipv6", '6', NULL, "over IPv6", &p->v6, NULL, NULL, NULL },
		{ "json", 'j', NULL, "print JSON", &args->json, NULL, NULL, NULL },
		{ "pcap", 0, "DIR", "write a capture into the directory", NULL, &args->pcap_dir,
		  NULL, NULL },
		{ "seed", 0, "N", "of the peer's ISN and TSval", NULL, NULL, take_seed, args },
		{ "help", 'h', NULL, "this text", &args->help, NULL, NULL, NULL },
		{ .name = NULL },
	};

	segment_table(p, o);
	memcpy(o + SEGMENT_OPTS, table, sizeof(table));
}

static int in_range(unsigned v, unsigned most, const char *what, struct tw_err *err)
{
	return v <= most ? 0 : tw_err_set(err, EINVAL, "--%s: %u is more than %u", what, v, most);
}

/* Checks the segment that was described and puts it behind those before it, as often as asked for. */
static int end_segment(struct parse *p, struct tw_err *err)
{
	struct tw_case *row = &p->args->row;
	struct segment *seg = &p->seg;
	int ret = in_range(seg->len, 1400, "payload", err);

	if (ret >= 0)
		ret = in_range(seg->ttl, 255, "ttl", err);
	if (ret >= 0)
		ret = in_range(seg->win, 65535, "win", err);
	if (ret >= 0)
		ret = in_range(seg->urg, 65535, "urg", err);
	if (ret >= 0)
		ret = in_range(seg->pause, 60000, "pause", err);
	if (ret < 0)
		return ret;
	if (!seg->repeat || seg->repeat > TW_STEPS_MAX - row->n_steps)
		return tw_err_set(err, EINVAL,
				  "one call sends 1 to %d segments, repetitions counted",
				  TW_STEPS_MAX);
	seg->step.send.len = (uint16_t)seg->len;
	seg->step.send.ttl = (uint8_t)seg->ttl;
	seg->step.send.win = (uint16_t)seg->win;
	seg->step.send.urg = (uint16_t)seg->urg;
	seg->step.pause_ms = (uint16_t)seg->pause;
	while (seg->repeat--)
		row->step[row->n_steps++] = seg->step;
	return 0;
}

static void begin_segment(struct parse *p)
{
	memset(&p->seg, 0, sizeof(p->seg));
	p->seg.repeat = 1;
	p->seg.step.send.flags = TW_SYN;
}

static int parse_segment(struct parse *p, int argc, char **argv, struct tw_err *err)
{
	struct tw_opt opts[ALL_OPTS];
	int at;

	begin_segment(p);
	probe_table(p, opts);
	at = tw_opts_parse(opts, argc, argv, err);
	if (at < 0)
		return at;
	if (at < argc)
		return tw_err_set(err, EINVAL, "what is \"%s\"? probe takes options only",
				  argv[at]);
	return end_segment(p, err);
}

int tw_probe_args_parse(int argc, char **argv, struct tw_probe_args *ret, struct tw_err *err)
{
	struct parse p = { .args = ret };
	int begin = 0, fail = 0;

	memset(ret, 0, sizeof(*ret));
	ret->row.id = "probe";
	ret->row.says = "a hand-made probe";
	for (int i = 1; i <= argc && fail >= 0; i++) {
		if (i < argc && strcmp(argv[i], "--then") != 0)
			continue;
		/* argv[begin] is the command's name, or the --then before */
		fail = parse_segment(&p, i - begin, argv + begin, err);
		begin = i;
	}
	if (fail < 0)
		return fail;
	if (p.v4 && p.v6)
		return tw_err_set(err, EINVAL,
				  "-4 and -6 exclude each other: one probe has one family");
	ret->family = p.v6 ? TW_IPV6 : TW_IPV4;
	return 0;
}

void tw_probe_args_help(FILE *out)
{
	static struct tw_probe_args nothing;
	struct parse p = { .args = &nothing };
	struct tw_opt opts[ALL_OPTS], first[SEGMENT_OPTS + 1] = { { 0 } };

	probe_table(&p, opts);
	memcpy(first, opts, SEGMENT_OPTS * sizeof(*first));
	fputs("usage: twprobe probe [--flags S] [--seq +1] [--tsval -1] ... [--then ...]\n\n"
	      "Puts one connection of the running kernel into TIME_WAIT, sends it what you say, "
	      "and shows what happened.\n"
	      "NUM is an offset (+1, -1, 0, +2^31) or, with '=', the number itself.\n\n"
	      "The segment:\n",
	      out);
	tw_opts_help(first, out);
	fputs("The connection and the rest:\n", out);
	tw_opts_help(opts + SEGMENT_OPTS, out);
}
