/*
 * The bump in the wire for real, what becomes of everything when a process is killed, and kernels that lack what a NAT needs. Needs the
 * right to make namespaces; where there is none, every test is skipped and says why.
 */
#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/wait.h"
#include "nat/starving.h"
#include "nat_lab_help.h"
#include "natlab/lab.h"
#include "natlab/load_run.h"
#include "natlab/nat_rules.h"
#include "natlab/raw_lab.h"
#include "natlab/starve.h"

/* ---- a kernel without nftables, or without a part of it: what the libraries see is our doing ---- */

static bool no_tables;
static const char *lacking; /* a word in a rule that is then refused */

int socket(int domain, int type, int protocol)
{
	if (no_tables && domain == AF_NETLINK && protocol == 12 /* NETLINK_NETFILTER */) {
		errno = EPROTONOSUPPORT;
		return -1;
	}
	return (int)syscall(SYS_socket, domain, type, protocol);
}

struct nft_ctx;
int nft_run_cmd_from_buffer(struct nft_ctx *nft, const char *buffer);

int nft_run_cmd_from_buffer(struct nft_ctx *nft, const char *buffer)
{
	int (*real)(struct nft_ctx * nft, const char *buffer);

	if (lacking && strstr(buffer, lacking))
		return -1;
	*(void **)&real = dlsym(RTLD_NEXT, __func__);
	return real(nft, buffer);
}

/* ---- the bump in the wire ---- */

/* The plot with the shortest play; the bump has one rule, and it is held against the other, or the same. */
static struct tw_nat_starving *play_bare(enum tw_recycle_rule bump, enum tw_recycle_rule model)
{
	struct tw_nat_starving *s = calloc(1, sizeof(*s));
	struct tw_door_stage stage;
	struct tw_door_end end;
	struct tw_err err = { "" };
	int res;

	assert_non_null(s);
	need_namespaces();
	s->plot = TW_NAT_BARE;
	s->rule = model;
	s->emulated = true;
	res = tw_door_open(&stage, TW_DOOR_BUMP, bump, TW_NAT_PORTS_MAX, &err);
	need_nat(res, err.text);
	assert_ok(res, &err);
	assert_ok(tw_nat_starve_raw(&stage, 1, s, &err), &err);
	assert_ok(tw_door_finish(&stage, &end, &err), &err);
	s->dropped_by_bump = end.dropped_by_bump;
	s->pcap_drops = end.pcap_drops;
	assert_int_equal(tw_nat_doors_read(stage.frames, s), 0);
	tw_door_close(&stage);
	s->done = true;
	tw_nat_starving_judge(s);
	return s;
}

static void right_rules(void **state)
{
	unsigned files = count_files();

	(void)state;
	for (enum tw_recycle_rule rule = TW_RECYCLE_H02; rule <= TW_RECYCLE_H12; rule++) {
		struct tw_nat_starving *s = play_bare(rule, rule);

		if (s->verdict != TW_NAT_PASS)
			fail_msg("rule %d: verdict %d, \"%s\"", rule, s->verdict, s->why);
		assert_int_equal(s->disagreements, 0);
		assert_true((s->dropped_by_bump > 0) == (rule == TW_RECYCLE_H12));
		free(s);
	}
	assert_int_equal(count_files(), files);
}

static void wrong_rules(void **state)
{
	(void)state;
	for (enum tw_recycle_rule rule = TW_RECYCLE_H02; rule <= TW_RECYCLE_H12; rule++) {
		enum tw_recycle_rule other =
			rule == TW_RECYCLE_H02 ? TW_RECYCLE_H12 : TW_RECYCLE_H02;
		struct tw_nat_starving *s = play_bare(rule, other);

		if (s->verdict != TW_NAT_FAIL || !strstr(s->why, "otherwise than the model says"))
			fail_msg("rule %d: verdict %d, \"%s\"", rule, s->verdict, s->why);
		assert_true(s->disagreements > 0);
		free(s);
	}
}

/* A child of @parent, or 0. */
static pid_t child_of(pid_t parent)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	pid_t ret = 0;

	assert_non_null(dir);
	while (!ret && (entry = readdir(dir))) {
		char path[300], state;
		int pid, ppid;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		f = atoi(entry->d_name) > 0 ? fopen(path, "re") : NULL;
		if (!f)
			continue;
		if (fscanf(f, "%d (%*[^)]) %c %d", &pid, &state, &ppid) == 3 && ppid == parent &&
		    state != 'Z')
			ret = pid;
		fclose(f);
	}
	closedir(dir);
	return ret;
}

/* Its death is an error that is told, and nothing hangs. */
static void a_bump_that_is_killed(void **state)
{
	struct tw_nat_starving *s = calloc(1, sizeof(*s));
	struct tw_door_stage stage;
	struct tw_door_end end;
	struct tw_err err = { "" };
	pid_t bump;
	int res;

	(void)state;
	assert_non_null(s);
	need_namespaces();
	res = tw_door_open(&stage, TW_DOOR_BUMP, TW_RECYCLE_H12, 100, &err);
	need_nat(res, err.text);
	assert_ok(res, &err);
	bump = child_of(getpid());
	assert_true(bump > 0);
	kill(bump, SIGKILL);
	assert_int_equal(tw_door_finish(&stage, &end, &err), -EIO);
	assert_non_null(strstr(err.text, "the bump in the wire stopped: it was killed"));
	tw_door_close(&stage);
	free(s);
}

static bool gone_soon(pid_t pid)
{
	uint64_t deadline = in_s(PATIENCE_S);
	struct tw_clock *clock = tw_clock_real();

	while (kill(pid, 0) == 0 && clock->now(clock) < deadline)
		tw_wait_until(clock->now(clock) + 1000000);
	return kill(pid, 0) < 0 && errno == ESRCH;
}

/* Whoever plays is killed while the bump is there. */
static void a_player_that_is_killed(void **state)
{
	struct tw_clock *clock = tw_clock_real();
	char before[256], after[256];
	uint64_t deadline = in_s(PATIENCE_S);
	pid_t player, bump = 0;

	(void)state;
	need_namespaces();
	links(before, sizeof(before));
	player = fork();
	if (player == 0) {
		struct tw_nat_starving *s = calloc(1, sizeof(*s));

		tw_nat_starve_run(TW_NAT_BARE, TW_RECYCLE_H12, 1, s);
		_exit(s->verdict == TW_NAT_SKIP ? 4 : 0);
	}
	assert_true(player > 0);
	while (!bump && clock->now(clock) < deadline && kill(player, 0) == 0)
		bump = child_of(player);
	kill(player, SIGKILL);
	assert_int_equal(waitpid(player, NULL, 0), player);
	if (!bump)
		need_nat(-EOPNOTSUPP, "no bump in the wire here");
	assert_true(gone_soon(bump));
	links(after, sizeof(after));
	assert_string_equal(after, before);
}

/* ---- kernels that lack something ---- */

static void assert_skipped(enum tw_nat_verdict verdict, const char *why, const char *names)
{
	if (verdict != TW_NAT_SKIP || !strstr(why, names))
		fail_msg("verdict %d, \"%s\" instead of a SKIP for %s", verdict, why, names);
}

static void check_lacks(const char *names)
{
	unsigned files = count_files();
	struct tw_nat_result *res = result_new(FEW);
	struct tw_nat_starving *s = calloc(1, sizeof(*s));
	struct tw_nat_clocks clocks = { .n = 0 };
	struct tw_nat_plane *plane = calloc(1, sizeof(*plane));
	struct tw_nat_steps *steps = calloc(1, sizeof(*steps));
	struct tw_nat_load load = { .planned = 0 };

	assert_true(s && plane && steps);
	tw_nat_lab_run(&scenario("two-hosts/strip")->set, 1, res);
	judge("two-hosts/strip", res);
	assert_skipped(res->verdict, res->why, names);
	if (!strstr(names, "reset tcp option")) {
		tw_nat_starve_run(TW_NAT_BARE, TW_RECYCLE_H12, 1, s);
		tw_nat_starving_judge(s);
		assert_skipped(s->verdict, s->why, names);
		tw_nat_load_run(0, 1, &load);
		tw_nat_load_judge(&load);
		assert_skipped(load.verdict, load.why, names);
		tw_nat_clocks_run(&clocks);
		assert_true(clocks.skipped && !clocks.done && strstr(clocks.trouble, names));
		tw_nat_plane_run(1, plane);
		assert_true(plane->skipped && !plane->done && strstr(plane->trouble, names));
		tw_nat_steps_run(1, steps);
		assert_true(steps->skipped && !steps->done && strstr(steps->trouble, names));
	}
	free(res);
	free(s);
	free(plane);
	free(steps);
	assert_int_equal(count_files(), files);
}

static void without_nftables(void **state)
{
	(void)state;
	need_namespaces();
	no_tables = true;
	check_lacks("CONFIG_NF_TABLES");
}

static void without_a_part(void **state)
{
	static const struct {
		const char *word, *names;
	} parts[] = {
		{ "hook forward", "CONFIG_NF_TABLES_IPV4" },
		{ "ct state", "CONFIG_NFT_CT" },
		{ "snat", "CONFIG_NFT_NAT" },
		{ "reset tcp option", "reset tcp option" },
	};
	const struct tw_nat_setting set = { .ports = 1, .hold_s = 1, .strips_ts = true };
	struct tw_err err = { "" };
	struct tw_topo_nat topo;
	int res;

	(void)state;
	/* is there all of it otherwise? */
	need_namespaces();
	assert_ok(tw_topo_nat_open(false, &topo, &err), &err);
	res = tw_nat_rules_load(&topo, &set, &err);
	tw_topo_nat_close(&topo);
	need_nat(res, err.text);
	assert_ok(res, &err);
	for (unsigned i = 0; i < 4; i++) {
		lacking = parts[i].word;
		check_lacks(parts[i].names);
	}
}

static int have_all(void **state)
{
	(void)state;
	no_tables = false;
	lacking = NULL;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_rules),
		cmocka_unit_test(wrong_rules),
		cmocka_unit_test(a_bump_that_is_killed),
		cmocka_unit_test(a_player_that_is_killed),
		cmocka_unit_test_teardown(without_nftables, have_all),
		cmocka_unit_test_teardown(without_a_part, have_all),
	};

	return !!cmocka_run_group_tests_name("test_nat_bump", tests, look, forget);
}
