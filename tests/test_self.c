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

#include "base/process.h"
#include "cmd/cmd.h"
#include "evidence/evidence_json.h"
#include "obedient.h"
#include "opposites.h"
#include "run/plan.h"
#include "run/pool.h"
#include "self_help.h"
#include "twprobe/words.h"

enum {
	RESULTS_MAX = 4096,
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
	unsigned n;
	struct opposites opposites;
	unsigned held_up; /* results: a busy machine, and nobody's fault */
	struct tw_verdict verdict[RESULTS_MAX];
	char *doc; /* its evidence file */
	size_t doc_len;
} run;

/* ---- the run ---- */

static int on_result(void *arg, struct tw_result *res, struct tw_err *err)
{
	struct tw_sink *sink = arg;

	if (run.n == RESULTS_MAX)
		return tw_err_set(err, E2BIG, "more rows than this test has room for");
	run.verdict[run.n++] = res->verdict;
	if (res->verdict.outcome == TW_PASS) {
		turn_over(&run.opposites, res);
	} else if (res->verdict.held_up) {
		run.held_up++;
	} else if (res->verdict.outcome != TW_SKIP && run.opposites.wrong++ < OPPOSITES_SHOWN) {
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
	run.opposites.facts = &run.facts;
	assert_ok(tw_plan_make(&all, &plan, &err), &err);
	out = open_memstream(&run.doc, &run.doc_len);
	assert_non_null(out);
	assert_ok(play_all(&plan, tw_sink_json(out), &err), &err);
	fclose(out);
	assert_int_equal(run.n, plan.n);
	run.played = true;
	print_message("# %u results, %u opposites\n", run.n, run.opposites.n);
	assert_int_equal(run.opposites.wrong, 0);
	assert_true(run.opposites.n > 5 * run.n);
	assert_true(run.held_up <= run.n / 50);
	tw_plan_free(&plan);
}

static void need_run(void)
{
	need_namespaces();
	if (!run.played)
		fail_msg("the run before was not played to its end");
}

/*
 * Rows that wait, or that this kernel cannot play, are not played here: a DUT that obeys them is made up, and their claims are turned
 * over on that.
 */
static void every_slow_claim_turned_over(void **state)
{
	struct opposites all = { .facts = &run.facts };
	unsigned n = 0;

	(void)state;
	need_run();
	for (size_t i = 0; i < tw_case_count(); i++) {
		struct tw_result res;
		struct tw_case row = *tw_case_at(i);
		struct scene s;

		bool lacks = row.needs && !tw_facts_has(&run.facts, row.needs);

		if (!row.slow && !row.slowest && !lacks)
			continue;
		row.needs = NULL;
		for (int family = TW_IPV4; family <= TW_IPV6; family += 2) {
			obedient_play(&s, &row, (enum tw_family)family, &run.facts, &res);
			turn_over(&all, &res);
			scene_free(&s);
			n++;
		}
	}
	print_message("# %u results, %u opposites\n", n, all.n);
	assert_int_equal(all.wrong, 0);
	assert_true(all.n > 5 * n);
}

/* ---- judged again ---- */

static bool same_verdict(const struct tw_verdict *a, const struct tw_verdict *b)
{
	return a->outcome == b->outcome && a->rfc == b->rfc && a->also == b->also &&
	       a->held_up == b->held_up && a->step == b->step &&
	       !strcmp(a->expected, b->expected) && !strcmp(a->observed, b->observed) &&
	       !strcmp(a->differs, b->differs) && !strcmp(a->why, b->why);
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
		cmocka_unit_test(every_slow_claim_turned_over),
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
