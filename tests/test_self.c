/*
 * The tool on itself: whatever a row claims, its opposite must FAIL on the same evidence; an evidence file gives the verdicts
 * of the run; workers that die leave an ERROR behind; and a run of nothing is none. On the running kernel.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "cmd.h"
#include "counters.h"
#include "evidence_json.h"
#include "plan.h"
#include "pool.h"
#include "process.h"
#include "self_help.h"
#include "twprobe/words.h"

enum {
	RESULTS_MAX = 4096,
	SHOWN_MAX = 20,
};

/* The command's, which only main.c has. */
int tw_cmd_fail(const char *name, const struct tw_err *err, enum tw_exit code)
{
	(void)name;
	(void)err;
	return code;
}

/* The run that most tests look at: all rows, but for the slow ones. */
static struct {
	struct tw_facts facts;
	bool played;
	unsigned n, opposites, wrong;
	unsigned held_up; /* results: a busy machine, and nobody's fault */
	struct tw_verdict verdict[RESULTS_MAX];
	char *doc; /* its evidence file */
	size_t doc_len;
} run;

/* ---- a row's opposites ---- */

/* A row with one of its claims turned over, to be judged on the evidence of the true one. */
struct opposite {
	const struct tw_result *res;
	struct tw_case row;
	unsigned step;
	struct tw_expect *want; /* of the step */
	struct tw_observed seen;
};

static void must_be(struct opposite *o, enum tw_outcome outcome, const char *what)
{
	struct tw_verdict v;

	tw_judge(&o->row, &o->res->ev, &run.facts, &v);
	run.opposites++;
	if (v.outcome == outcome)
		return;
	if (run.wrong++ < SHOWN_MAX)
		print_error("%s, %s, step %u, %s: %s, differs \"%s\", why \"%s\"\n", o->row.id,
			    o->res->family == TW_IPV4 ? "IPv4" : "IPv6", o->step + 1, what,
			    tw_outcome_name(v.outcome), v.differs, v.why);
}

static void override(struct tw_expect *to, const struct tw_except *x)
{
	const struct tw_expect *by = &x->expect;
	const struct {
		struct tw_val *to;
		const struct tw_val *by;
	} vals[] = { { &to->seq, &by->seq },
		     { &to->ack, &by->ack },
		     { &to->tsval, &by->tsval },
		     { &to->tsecr, &by->tsecr },
		     { &to->isn_not, &by->isn_not } };

	to->reply = by->reply ? by->reply : to->reply;
	to->tw = by->tw ? by->tw : to->tw;
	to->reason = by->reason ? by->reason : to->reason;
	to->finds = by->finds ? by->finds : to->finds;
	for (unsigned i = 0; i < sizeof(vals) / sizeof(*vals); i++)
		if (vals[i].by->base != TW_UNSET)
			*vals[i].to = *vals[i].by;
	if (by->counter[0] || x->no_counter)
		memcpy(to->counter, by->counter, sizeof(to->counter));
}

/* The row as this kernel is expected to play it, without exceptions. */
static struct tw_case flatten(const struct tw_case *row)
{
	struct tw_case flat = *row;

	for (unsigned i = 0; i < TW_EXCEPTS_MAX && row->except[i].because; i++) {
		const struct tw_except *x = &row->except[i];

		if ((x->unless && !tw_facts_has(&run.facts, x->unless)) ||
		    (x->when && tw_facts_has(&run.facts, x->when)))
			override(&flat.step[x->step ? x->step - 1 : 0].expect, x);
	}
	memset(flat.except, 0, sizeof(flat.except));
	return flat;
}

static void other_replies(struct opposite *o)
{
	static const uint16_t replies[] = { SILENCE,   ACK,       SYN | ACK, RST,
					    RST | ACK, FIN | ACK, PSH | ACK, SYN };
	const uint16_t claimed = o->want->reply;

	for (unsigned i = 0; i < sizeof(replies) / sizeof(*replies); i++) {
		o->want->reply = replies[i];
		if (replies[i] != claimed)
			must_be(o, TW_FAIL, "reply");
	}
	o->want->reply = claimed;
}

/* A claimed number; its neighbours; the option there instead of not there, and the other way round. */
static void other_number(struct opposite *o, struct tw_val *val, uint32_t seen, const char *what)
{
	const struct tw_val claimed = *val;

	if (claimed.base == TW_UNSET || !o->seen.n_replies)
		return;
	*val = (struct tw_val){ TW_NUMBER, seen + 1 };
	must_be(o, TW_FAIL, what);
	val->off = seen - 1;
	must_be(o, TW_FAIL, what);
	if (claimed.base != TW_ABSENT && claimed.base != TW_TS_CLOCK) {
		*val = claimed;
		val->off++;
		must_be(o, TW_FAIL, what);
	}
	if (val == &o->want->tsval || val == &o->want->tsecr) {
		*val = (struct tw_val){ o->seen.reply.ts ? TW_ABSENT : TW_NUMBER, 0 };
		must_be(o, TW_FAIL, what);
	}
	*val = claimed;
}

static void same_isn(struct opposite *o)
{
	const struct tw_val claimed = o->want->isn_not;

	if (!o->seen.n_replies)
		return;
	o->want->isn_not = (struct tw_val){ TW_NUMBER, o->seen.reply.seq };
	must_be(o, TW_FAIL, "isn");
	o->want->isn_not = claimed;
}

static void other_fates(struct opposite *o)
{
	const enum tw_fate claimed = o->want->tw, is = o->seen.fate;
	const bool lives = is == TW_RUNNING || is == TW_RESTARTED;

	for (int fate = TW_RUNNING; fate < TW_FATES; fate++) {
		bool met = fate == (int)is || (fate == TW_ALIVE && lives);

		o->want->tw = (enum tw_fate)fate;
		must_be(o, met ? TW_PASS : TW_FAIL, tw_fate_name(o->want->tw));
	}
	o->want->tw = claimed;
}

static bool is_watched(const char *name)
{
	for (const char *const *w = tw_counters_watched; *w; w++)
		if (!strcmp(*w, name))
			return true;
	return false;
}

static bool is_claimed(const struct tw_expect *want, const char *name)
{
	for (unsigned i = 0; i < TW_COUNTERS_MAX; i++)
		if (want->counter[i] && !strcmp(want->counter[i], name))
			return true;
	return false;
}

/*
 * What it makes of a row not to claim a counter that moved. A full queue that was not asked for is no verdict about
 * TIME_WAIT at all.
 */
static enum tw_outcome without(const struct opposite *o, const char *name)
{
	const enum tw_listener dut = o->row.given.dut;
	bool full = dut == TW_ACCEPT_QUEUE_FULL || dut == TW_SYN_QUEUE_FULL;
	bool overflow = !strcmp(name, "TcpExtListenOverflows") ||
			!strcmp(name, "TcpExtTCPReqQFullDrop") ||
			!strcmp(name, "TcpExtTCPReqQFullDoCookies");

	return overflow && !full ? TW_ERROR : TW_FAIL;
}

static void other_counters(struct opposite *o)
{
	const struct tw_expect claimed = *o->want;

	for (unsigned i = 0; i < TW_COUNTERS_MAX; i++) {
		const char *name = claimed.counter[i];

		/* one that nobody watches may move without being claimed, and one that is not there cannot */
		if (name && is_watched(name) && tw_facts_has(&run.facts, name)) {
			o->want->counter[i] = NULL;
			must_be(o, without(o, name), name);
		}
		if (name) {
			*o->want = claimed;
			continue;
		}
		for (const char *const *w = tw_counters_watched; *w; w++) {
			o->want->counter[i] = *w;
			if (!is_claimed(&claimed, *w) && tw_facts_has(&run.facts, *w))
				must_be(o, TW_FAIL, *w);
		}
		*o->want = claimed;
		break;
	}
}

static void other_reason(struct opposite *o)
{
	const char *claimed = o->want->reason;

	if (!o->res->ev.step[o->step].reasons_read)
		return;
	o->want->reason = "NO_SUCH_REASON";
	must_be(o, TW_FAIL, "reason");
	o->want->reason = claimed;
}

/* What a scenario found is another word, or just outside of the range. */
static void other_finds(struct opposite *o)
{
	const struct tw_find *claimed = o->want->finds;
	struct tw_find list[TW_FINDS_MAX + 1];
	unsigned six = o->res->family == TW_IPV6;

	for (unsigned i = 0; claimed[i].kind != TW_FIND_NONE; i++) {
		const int64_t least = claimed[i].least[six], most = claimed[i].most[six];

		if (claimed[i].kind == TW_FIND_MOVED && !tw_facts_has(&run.facts, claimed[i].what))
			continue;
		memset(list, 0, sizeof(list));
		for (unsigned k = 0; claimed[k].kind != TW_FIND_NONE; k++)
			list[k] = claimed[k];
		o->want->finds = list;
		if (claimed[i].kind == TW_FIND_TEXT) {
			list[i].is = "another word";
			must_be(o, TW_FAIL, list[i].what);
			continue;
		}
		list[i].least[six] = list[i].most[six] = most + 1;
		must_be(o, TW_FAIL, list[i].what);
		list[i].least[six] = list[i].most[six] = least - 1;
		must_be(o, TW_FAIL, list[i].what);
	}
	o->want->finds = claimed;
}

static void turn_over(const struct tw_result *res)
{
	struct opposite o = { .res = res, .row = flatten(res->row) };

	must_be(&o, TW_PASS, "as it is");
	for (unsigned i = 0; i < tw_case_steps(res->row); i++) {
		const struct tw_seg *reply = &o.seen.reply;

		o.step = i;
		o.want = &o.row.step[i].expect;
		if (o.want->finds) {
			other_finds(&o);
			continue;
		}
		tw_observe(&res->ev, i, &o.seen);
		other_replies(&o);
		other_number(&o, &o.want->seq, reply->seq, "seq");
		other_number(&o, &o.want->ack, reply->ack, "ack");
		other_number(&o, &o.want->tsval, reply->tsval, "tsval");
		other_number(&o, &o.want->tsecr, reply->tsecr, "tsecr");
		same_isn(&o);
		other_fates(&o);
		other_counters(&o);
		other_reason(&o);
	}
}

/* ---- the run ---- */

static int on_result(void *arg, struct tw_result *res, struct tw_err *err)
{
	struct tw_sink *sink = arg;

	if (run.n == RESULTS_MAX)
		return tw_err_set(err, E2BIG, "more rows than this test has room for");
	run.verdict[run.n++] = res->verdict;
	if (res->verdict.outcome == TW_PASS) {
		turn_over(res);
	} else if (res->verdict.held_up) {
		run.held_up++;
	} else if (res->verdict.outcome != TW_SKIP && run.wrong++ < SHOWN_MAX) {
		print_error("%s, IPv%d: %s, differs \"%s\", why \"%s\"\n", res->row->id,
			    (int)res->family, tw_outcome_name(res->verdict.outcome),
			    res->verdict.differs, res->verdict.why);
	}
	return sink->ops->result(sink, res, err);
}

static void on_progress(void *arg, unsigned done, const char *id)
{
	(void)arg;
	(void)done;
	(void)id;
}

static int play_all(struct tw_plan *plan, struct tw_sink *sink, struct tw_err *err)
{
	const struct tw_pool_cfg cfg = { .jobs = tw_process_cpus() < 4 ? tw_process_cpus() : 4,
					 .seed = 7,
					 .facts = &run.facts };
	const struct tw_run_info info = {
		.version = "0", .command = "test_self", .jobs = cfg.jobs, .facts = &run.facts
	};
	struct tw_totals totals = { .wall_s = 0 };
	int ret = sink->ops->begin(sink, &info, err);

	if (ret >= 0)
		ret = tw_pool_run(plan, &cfg, on_result, on_progress, sink, err);
	sink->ops->end(sink, &totals, ret < 0 ? NULL : err);
	return ret;
}

static void every_claim_turned_over(void **state)
{
	const struct tw_selection all = { .n_patterns = 0 };
	struct tw_err err = { "" };
	struct tw_plan plan;
	FILE *out;

	(void)state;
	run.facts = self_facts();
	assert_ok(tw_plan_make(&all, &plan, &err), &err);
	out = open_memstream(&run.doc, &run.doc_len);
	assert_non_null(out);
	assert_ok(play_all(&plan, tw_sink_json(out), &err), &err);
	fclose(out);
	assert_int_equal(run.n, plan.n);
	run.played = true;
	print_message("# %u results, %u opposites\n", run.n, run.opposites);
	assert_int_equal(run.wrong, 0);
	assert_true(run.opposites > 5 * run.n);
	assert_true(run.held_up <= run.n / 50);
	tw_plan_free(&plan);
}

static void need_run(void)
{
	need_namespaces();
	if (!run.played)
		fail_msg("the run before was not played to its end");
}

/* ---- judged again ---- */

static bool same_verdict(const struct tw_verdict *a, const struct tw_verdict *b)
{
	return a->outcome == b->outcome && a->rfc == b->rfc && a->held_up == b->held_up &&
	       a->step == b->step && !strcmp(a->expected, b->expected) &&
	       !strcmp(a->observed, b->observed) && !strcmp(a->differs, b->differs) &&
	       !strcmp(a->why, b->why);
}

static void evidence_file_gives_the_same_verdicts(void **state)
{
	json_t *doc, *rows, *row;
	struct tw_err err = { "" };
	struct tw_facts facts;
	size_t i;

	(void)state;
	need_run();
	assert_ok(tw_evidence_parse(run.doc, run.doc_len, "the run", &doc, &rows, &err), &err);
	assert_ok(tw_facts_from_json(doc, &facts, &err), &err);
	assert_int_equal(json_array_size(rows), run.n);
	json_array_foreach(rows, i, row)
	{
		struct tw_verdict v;
		struct tw_result res;

		assert_ok(tw_result_from_json(row, &res, &err), &err);
		assert_non_null(res.row);
		tw_judge(res.row, &res.ev, &facts, &v);
		if (!same_verdict(&v, &run.verdict[i]))
			fail_msg("%s: %s, %s; \"%s\" \"%s\"", res.row->id,
				 tw_outcome_name(v.outcome), tw_conformance_name(v.rfc), v.differs,
				 v.why);
		tw_evidence_free(&res.ev);
	}
	tw_facts_free(&facts);
	json_decref(doc);
}

static int judge_quietly(void *arg)
{
	char *argv[] = { "judge", arg, NULL };

	return freopen("/dev/null", "w", stdout) ? tw_cmd_judge(2, argv) : 99;
}

/* Exit code of "twprobe judge" on a file with this text. */
static int judge_text(const char *text, size_t len)
{
	int fd = memfd_create("evidence", 0), status = 0;
	struct tw_err err = { "" };
	char path[32];
	pid_t pid;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	pid = tw_process_start(judge_quietly, path, &err);
	assert_ok(pid, &err);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void command_judge_agrees(void **state)
{
	(void)state;
	need_run();
	assert_int_equal(judge_text(run.doc, run.doc_len),
			 run.held_up ? TW_EXIT_ERROR : TW_EXIT_OK);
}

/* ---- nothing ---- */

static void run_of_nothing(void **state)
{
	char *pattern[] = { "no.such.row" };
	const struct tw_selection none = { .pattern = pattern, .n_patterns = 1 };
	struct tw_err err = { "" };
	struct tw_plan plan;

	(void)state;
	assert_int_equal(tw_plan_make(&none, &plan, &err), -ENOENT);
	assert_non_null(strstr(err.text, "no.such.row"));
}

static void evidence_of_nothing(void **state)
{
	static const char empty[] =
		"{ \"twprobe\": \"0\", \"format\": 1, \"jobs\": 1, \"seed\": \"1\","
		"\"kernel\": { \"release\": \"6\", \"machine\": \"m\" },"
		"\"facts\": { \"names\": [], \"drop_reasons\": false },"
		"\"command\": \"\", \"rows\": [] }";

	(void)state;
	assert_int_equal(judge_text(empty, sizeof(empty) - 1), TW_EXIT_ERROR);
	assert_int_equal(judge_text("", 0), TW_EXIT_ERROR);
	assert_int_equal(judge_text("{}", 2), TW_EXIT_ERROR);
}

/* ---- workers that die ---- */

struct murder {
	unsigned most, killed; /* workers */
	unsigned n, passed, errors, others;
};

static pid_t parent_of(const char *pid)
{
	char path[300], line[512] = "";
	int parent = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	f = fopen(path, "re");
	if (f && fgets(line, sizeof(line), f) && strrchr(line, ')'))
		sscanf(strrchr(line, ')') + 1, " %*c %d", &parent);
	if (f)
		fclose(f);
	return parent;
}

/* Kills children of this process, which are the pool's workers. */
static void kill_some(void *arg, unsigned done, const char *id)
{
	struct murder *m = arg;
	DIR *proc = m->most ? opendir("/proc") : NULL;
	struct dirent *entry;

	(void)done;
	(void)id;
	while (proc && m->killed < m->most && (entry = readdir(proc)) != NULL)
		if (parent_of(entry->d_name) == getpid() &&
		    kill((pid_t)atoi(entry->d_name), SIGKILL) == 0)
			m->killed++;
	if (proc)
		closedir(proc);
	m->most = 0; /* once */
}

static int count_result(void *arg, struct tw_result *res, struct tw_err *err)
{
	struct murder *m = arg;
	bool told =
		strstr(res->verdict.why, "signal 9") || strstr(res->verdict.why, "never played");

	(void)err;
	m->n++;
	m->passed += res->verdict.outcome == TW_PASS;
	m->errors += res->verdict.outcome == TW_ERROR && told;
	m->others += res->verdict.outcome == TW_FAIL || (res->verdict.outcome == TW_ERROR && !told);
	return 0;
}

static void play_and_kill(struct murder *m, char *what, unsigned *ret_n)
{
	char *pattern[] = { what };
	const struct tw_selection sel = { .pattern = pattern, .n_patterns = 1 };
	const struct tw_pool_cfg cfg = { .jobs = 1, .seed = 7, .facts = &run.facts };
	struct tw_err err = { "" };
	struct tw_plan plan;

	assert_ok(tw_plan_make(&sel, &plan, &err), &err);
	assert_ok(tw_pool_run(&plan, &cfg, count_result, kill_some, m, &err), &err);
	*ret_n = plan.n;
	tw_plan_free(&plan);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left */
}

/* At the first result four of them die in the middle of something; the others play the rest. */
static void some_workers_die(void **state)
{
	struct murder m = { .most = 4 };
	unsigned n;

	(void)state;
	need_run();
	play_and_kill(&m, "syn", &n);
	assert_int_equal(m.killed, 4);
	assert_int_equal(m.n, n);
	assert_in_range(m.errors, 1, 4);
	assert_int_equal(m.others, 0);
	assert_true(m.passed >= n / 2);
}

static void all_workers_die(void **state)
{
	struct murder m = { .most = 1000 };
	unsigned n;

	(void)state;
	need_run();
	play_and_kill(&m, "*", &n);
	assert_int_equal(m.n, n);
	assert_true(m.errors > n / 2);
	assert_int_equal(m.others, 0);
}

static int forget_run(void **state)
{
	(void)state;
	tw_facts_free(&run.facts);
	free(run.doc);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_claim_turned_over),
		cmocka_unit_test(evidence_file_gives_the_same_verdicts),
		cmocka_unit_test(command_judge_agrees),
		cmocka_unit_test(run_of_nothing),
		cmocka_unit_test(evidence_of_nothing),
		cmocka_unit_test(some_workers_die),
		cmocka_unit_test(all_workers_die),
	};

	prepare();
	return !!cmocka_run_group_tests_name("test_self", tests, NULL, forget_run);
}
