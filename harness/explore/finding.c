#include "explore/finding.h"

#include <errno.h>
#include <string.h>

#include "base/numbers.h"
#include "explore/drill.h"
#include "explore/shrink.h"

json_t *tw_finding_json(const struct tw_fuzz_find *f, const struct tw_facts *facts,
			unsigned long long seed, enum tw_family family)
{
	json_t *doc = tw_walk_to_json(&f->walk);
	json_t *seen = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:i, s:o}", "differs",
				 f->seen.differs, "clause", tw_clauses[f->seen.by].name, "model",
				 f->seen.expected, "kernel", f->seen.observed, "confirmed",
				 (int)f->confirmed, "of", (int)f->played, "release", facts->release,
				 "family", (int)family, "seed", json_sprintf("%llu", seed));

	if (doc && seen)
		json_object_set_new(doc, "finding", seen);
	return doc;
}

/* ---- the row ---- */

static void put_flags(unsigned flags, FILE *out)
{
	static const char *const names[] = {
		"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"
	};
	const char *sep = "";

	if (flags & TW_SILENCE) {
		fputs("SILENCE", out);
		return;
	}
	if (!flags)
		fputs("0", out);
	for (unsigned i = 0; i < 8; i++) {
		if (!(flags & 1u << i))
			continue;
		fprintf(out, "%s%s", sep, names[i]);
		sep = " | ";
	}
}

static void put_val(const char *name, const struct tw_val *val, FILE *out)
{
	static const char *const bases[TW_BASES] = { [TW_RCV_NXT] = "RCV_NXT",
						     [TW_SND_NXT] = "SND_NXT",
						     [TW_TS_RECENT] = "TS_RECENT",
						     [TW_NUMBER] = "NUMBER" };

	if (val->base == TW_ABSENT)
		fprintf(out, ", .%s = ABSENT", name);
	else if (bases[val->base])
		fprintf(out, ", .%s = AT(%s, %+d)", name, bases[val->base], (int)val->off);
}

static void put_send(const struct tw_send *s, FILE *out)
{
	const struct {
		const char *name;
		unsigned value;
	} numbers[] = { { "len", s->len },           { "win", s->win },       { "urg", s->urg },
			{ "ttl", s->ttl },           { "ecn", s->ecn },       { "odd", s->odd },
			{ "bad_csum", s->bad_csum }, { "astray", s->astray }, { "cut", s->cut },
			{ "icmp", s->icmp } };

	fputs(".send\t= { .flags = ", out);
	put_flags(s->flags, out);
	put_val("seq", &s->seq, out);
	put_val("ack", &s->ack, out);
	put_val("tsval", &s->tsval, out);
	put_val("tsecr", &s->tsecr, out);
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (numbers[i].value)
			fprintf(out, ", .%s = %u", numbers[i].name, numbers[i].value);
	fputs(" },\n", out);
}

static void put_expect(unsigned reply, enum tw_fate fate, FILE *out)
{
	static const char *const fates[TW_FATES] = { [TW_RUNNING] = "RUNNING",
						     [TW_RESTARTED] = "RESTARTED",
						     [TW_ALIVE] = "ALIVE",
						     [TW_GONE] = "GONE",
						     [TW_REOPENED] = "REOPENED" };

	fputs("\t\t\t\t.expect\t= { .reply = ", out);
	put_flags(reply, out);
	if (fates[fate])
		fprintf(out, ", .tw = %s", fates[fate]);
	fputs(" },\n", out);
}

static void put_given(const struct tw_fuzz_find *f, FILE *out)
{
	static const char *const enters[] = { "BY_FIN_WAIT_2", "BY_FIN_ACK", "BY_CLOSING",
					      "TO_FIN_WAIT_2" };
	static const char *const listeners[TW_LISTENERS] = { "LISTENING",         "CLOSED",
							     "ACCEPT_QUEUE_FULL", "SYN_QUEUE_FULL",
							     "MIN_TTL",           "FILTERED",
							     "MD5_KEYED",         "IPSEC_REFUSED" };
	const struct tw_given *g = &tw_fuzz_world_at(f->walk.world)->given;

	fprintf(out, "\t\t.given\t= { .role = %s, .enter = %s, .ts = %s, .dut = %s,\n",
		g->role == TW_CONNECTED ? "CONNECTED" : "ACCEPTED", enters[g->enter],
		g->ts == TW_TS_ON ? "TS_ON" : "TS_OFF", listeners[g->dut]);
	if (g->sysctl[0].name) {
		fputs("\t\t\t    .sysctl = {", out);
		for (unsigned i = 0; i < 3 && g->sysctl[i].name; i++)
			fprintf(out, "%s SYSCTL(\"%s\", \"%s\")", i ? "," : "",
				g->sysctl[i].name + strlen("net.ipv4."), g->sysctl[i].value);
		fputs(" },\n", out);
	}
	if (g->late[0].name)
		fprintf(out, "\t\t\t    .late = { SYSCTL(\"%s\", \"%s\") },\n",
			g->late[0].name + strlen("net.ipv4."), g->late[0].value);
	fprintf(out, "\t\t\t    .rcv_nxt = NUMBER(%uu)",
		f->walk.isn + (g->enter == TW_TO_FIN_WAIT_2 ? 1 : 2));
	if (g->ts == TW_TS_ON)
		fprintf(out, ", .ts_recent = NUMBER(%uu)", f->walk.tsval);
	fputs(" },\n", out);
}

void tw_finding_row(const struct tw_fuzz_find *f, const struct tw_model_facts *facts, unsigned no,
		    FILE *out)
{
	const struct tw_given *g = &tw_fuzz_world_at(f->walk.world)->given;
	struct tw_world world;
	struct tw_model m;
	struct tw_numbers n = { .rcv_nxt = 2, .snd_nxt = 2, .dut_last = 1 };

	tw_world_given(g, facts, &world, &n.ts);
	n.ts_recent = n.ts ? f->walk.tsval : 0;
	m = tw_model_enter(g, &n, 65536, 1000000);
	fprintf(out,
		"\t{\n\t\t.id\t= \"fuzz.finding-%u\",\n\t\t.says\t= \"the model says otherwise: "
		"%s\",\n",
		no, f->seen.differs);
	fprintf(out, "\t\t.cite\t= { \"%.4s\" },\n", tw_clauses[f->seen.by].name);
	put_given(f, out);
	fputs("\t\t.step\t= {\n", out);
	for (unsigned i = 0; i < f->walk.n; i++) {
		const struct tw_send *send = &f->walk.move[i].send;
		struct tw_seg seg = tw_send_resolve(send, TW_IPV4, &n);
		struct tw_reaction r = tw_model_step(&world, &m, &seg, send, 1000030 + i);
		bool last = i + 1 == f->walk.n && !*f->seen.counter;

		fputs("\t\t\t{\n", out);
		if (f->walk.move[i].pause_ms)
			fprintf(out, "\t\t\t\t.pause_ms = %u,\n", f->walk.move[i].pause_ms);
		fputs("\t\t\t\t", out);
		put_send(send, out);
		put_expect(last ? f->seen.reply : r.reply, last ? f->seen.fate : r.fate, out);
		fputs("\t\t\t},\n", out);
	}
	fputs("\t\t},\n\t},\n", out);
}

/* ---- files ---- */

static FILE *create(const char *dir, unsigned no, const char *ending, char *ret_path, size_t size,
		    struct tw_err *err)
{
	FILE *out;

	snprintf(ret_path, size, "%s/finding-%u.%s", dir, no, ending);
	out = fopen(ret_path, "w");
	if (!out)
		tw_err_set(err, errno, "%s: %s", ret_path, strerror(errno));
	return out;
}

static int write_script(const struct tw_fuzz_find *f, const struct tw_facts *facts, const char *dir,
			unsigned no, struct tw_err *err)
{
	struct tw_err why = { "" };
	struct tw_case row;
	char path[512];
	FILE *out = create(dir, no, "pkt", path, sizeof(path), err);
	int ret;

	if (!out)
		return -EIO;
	ret = tw_walk_row(&f->walk, &row, &why);
	if (ret >= 0)
		ret = tw_drill_write(&row, facts, out, &why);
	fclose(out);
	if (ret < 0)
		remove(path); /* packetdrill cannot say it */
	return 0;
}

int tw_finding_write(const struct tw_fuzz_find *f, const struct tw_facts *facts,
		     unsigned long long seed, enum tw_family family, const char *dir, unsigned no,
		     struct tw_err *err)
{
	struct tw_model_facts mf;
	char path[512];
	json_t *doc = tw_finding_json(f, facts, seed, family);
	FILE *out = create(dir, no, "json", path, sizeof(path), err);
	int ret = out && doc ? json_dumpf(doc, out, JSON_INDENT(1)) : -1;

	json_decref(doc);
	if (out && (fclose(out) != 0 || ret < 0))
		return tw_err_set(err, EIO, "%s could not be written", path);
	if (!out)
		return -EIO;
	out = create(dir, no, "c", path, sizeof(path), err);
	if (!out)
		return -EIO;
	tw_model_facts_of(facts, &mf);
	tw_finding_row(f, &mf, no, out);
	fclose(out);
	return write_script(f, facts, dir, no, err);
}
