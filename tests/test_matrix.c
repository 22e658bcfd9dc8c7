/*
 * Kernels compared: what is a difference, what explains it, what a guest's words come to, and that stored verdicts come back as they
 * were. No kernel is booted.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "matrix/changes.h"
#include "matrix/collect.h"
#include "matrix/compare.h"
#include "matrix/matrix_html.h"
#include "matrix/matrix_json.h"
#include "matrix/stored.h"

/* A cell in a word: P PASS, F FAIL, S SKIP, E ERROR, '-' not played; then its shape, and behind a '/' its reason. */
static void put_cell(struct tw_cell *cell, const char *word)
{
	static const char letters[TW_OUTCOMES + 1] = "PFSE";
	const char *slash = strchr(word, '/');

	if (*word == '-')
		return;
	*cell = (struct tw_cell){ .played = true,
				  .outcome = (enum tw_outcome)(strchr(letters, *word) - letters),
				  .rfc = TW_RFC_NONE,
				  .also = TW_RFC_NONE,
				  .shape = strndup(word + 1,
						   slash ? (size_t)(slash - word - 1) : 99),
				  .saw = strdup("saw"),
				  .because = strdup(slash ? slash + 1 : "") };
}

enum {
	KERNELS = 3
};

static void make_matrix(struct tw_matrix *m, const char *const (*cells)[KERNELS], unsigned n)
{
	struct tw_plan_item item[16];

	for (unsigned i = 0; i < n; i++)
		item[i] = (struct tw_plan_item){ tw_case_at(i), TW_IPV4 };
	assert_int_equal(tw_matrix_init(m, item, n, KERNELS, NULL), 0);
	for (unsigned c = 0; c < KERNELS; c++) {
		snprintf(m->col[c].label, sizeof(m->col[c].label), "k%u", c);
		for (unsigned i = 0; i < n; i++)
			put_cell(&m->col[c].cell[i], cells[i][c]);
	}
}

static void test_compare(void **state)
{
	static const char *const cells[][KERNELS] = {
		{ "Px", "Px", "Px" },             /* alike */
		{ "Px", "Px/old", "Px" },         /* alike, whatever the reasons */
		{ "Px", "Py/old", "Py/old" },     /* explained */
		{ "Px", "Py", "Px" },             /* two ordinary sides */
		{ "Px/old", "Py/old", "Px/old" }, /* one reason does not make two */
		{ "Px", "Snone/lacks it", "Px" }, /* explained */
		{ "Px", "Fx", "Px" }, /* a failure is no difference that can be explained */
		{ "Px", "E/why", "Px" },
		{ "Px", "-", "Px" },
		{ "Px", "Py/old", "Pz/older" }, /* explained */
		{ "Fx", "Fx", "Fx" },           /* alike, and bad */
		{ "-", "-", "-" },
	};
	static const int explained[] = { -1, -1, 1, 0, 0, 1, 0, 0, 0, 1, -1, -1 };
	struct tw_differences d;
	struct tw_matrix m;
	unsigned next = 0;

	(void)state;
	make_matrix(&m, cells, 12);
	assert_int_equal(tw_compare(&m, &d, NULL), 0);
	for (unsigned i = 0; i < 12; i++) {
		if (explained[i] < 0)
			continue;
		assert_true(next < d.n);
		assert_int_equal(d.diff[next].row, i);
		assert_int_equal(d.diff[next].explained, explained[i]);
		next++;
	}
	assert_int_equal(next, d.n);
	assert_int_equal(d.unexplained, 5);
	assert_string_equal(d.diff[0].because, "old");
	/* without an explanation first */
	assert_false(d.kind[0].first->explained);
	assert_true(d.kind[d.n_kinds - 1].first->explained);
	tw_differences_free(&d);
	tw_matrix_free(&m);
}

static void test_kinds(void **state)
{
	static const char *const cells[][KERNELS] = {
		{ "Px", "Py/old", "Px" },
		{ "Pa", "Pb/old", "Pa" },
		{ "Px", "Px", "Py/old" },
		{ "Px", "Py/other", "Px" },
	};
	struct tw_differences d;
	struct tw_matrix m;

	(void)state;
	make_matrix(&m, cells, 4);
	assert_int_equal(tw_compare(&m, &d, NULL), 0);
	assert_int_equal(d.n_kinds, 3);
	assert_int_equal(d.kind[0].n, 2);
	assert_int_equal(d.unexplained, 0);
	tw_differences_free(&d);
	tw_matrix_free(&m);
}

static void test_stored(void **state)
{
	static const char *const cells[][KERNELS] = {
		{ "Px", "Py/old", "Px" },
		{ "Fx \"quoted\" \\", "E/why", "-" },
		{ "S/lacks it", "Px", "Px" },
	};
	char dir[] = "/tmp/twprobe-test-XXXXXX", path[64];
	struct tw_matrix m, back;
	struct tw_changes changes;

	(void)state;
	assert_non_null(mkdtemp(dir));
	make_matrix(&m, cells, 3);
	for (unsigned c = 0; c < KERNELS; c++) {
		snprintf(path, sizeof(path), "%s/k%u.verdicts", dir, c);
		assert_int_equal(tw_stored_write_verdicts(&m, &m.col[c], path, NULL), 0);
	}
	assert_int_equal(tw_stored_read_baseline(&m, dir, &back, NULL), 0);
	assert_int_equal(tw_changes_find(&back, &m, &changes, NULL), 0);
	assert_int_equal(changes.n, 0);
	for (unsigned c = 0; c < KERNELS; c++)
		for (unsigned i = 0; i < 3; i++)
			if (m.col[c].cell[i].played)
				assert_string_equal(back.col[c].cell[i].because,
						    m.col[c].cell[i].because);
	tw_changes_free(&changes);
	free(m.col[1].cell[2].shape);
	m.col[1].cell[2].shape = strdup("another");
	tw_cell_free(&m.col[2].cell[0]);
	assert_int_equal(tw_changes_find(&back, &m, &changes, NULL), 0);
	assert_int_equal(changes.n, 2);
	tw_changes_free(&changes);
	tw_matrix_free(&back);
	for (unsigned c = 0; c < KERNELS; c++) {
		snprintf(path, sizeof(path), "%s/k%u.verdicts", dir, c);
		unlink(path);
	}
	assert_int_equal(tw_stored_read_baseline(&m, dir, &back, NULL), -ENOENT);
	tw_matrix_free(&m);
	rmdir(dir);
}

/* Two files of one name, one of them with a row of another build. */
static void test_stored_runs(void **state)
{
	static const char *const cells[][KERNELS] = { { "Px", "Px", "Px" } };
	char dir[] = "/tmp/twprobe-test-XXXXXX", first[64], second[64];
	char *paths[] = { first, second };
	struct tw_matrix m, back;
	unsigned unknown;
	FILE *out;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(first, sizeof(first), "%s/k.verdicts", dir);
	snprintf(second, sizeof(second), "%s/k.json", dir);
	make_matrix(&m, cells, 1);
	assert_int_equal(tw_stored_write_verdicts(&m, &m.col[0], first, NULL), 0);
	assert_int_equal(tw_stored_write_verdicts(&m, &m.col[1], second, NULL), 0);
	out = fopen(second, "a");
	assert_non_null(out);
	fputs("{\"id\": \"of.tomorrow\", \"family\": \"ipv4\", \"outcome\": \"FAIL\"}\n", out);
	fclose(out);
	assert_int_equal(tw_stored_read(paths, 2, &back, &unknown, NULL), 0);
	assert_int_equal(back.n, 1);
	assert_int_equal(unknown, 1);
	assert_string_equal(back.col[0].label, "k");
	assert_string_equal(back.col[1].label, "k-2");
	tw_matrix_free(&back);
	tw_matrix_free(&m);
	unlink(first);
	unlink(second);
	assert_int_equal(rmdir(dir), 0);
}

/* What a guest said, and how its machine ended. */
static void collect(const char *said, const char *console, enum tw_ending ending,
		    struct tw_matrix *ret)
{
	struct tw_plan_item item[] = { { tw_case_at(0), TW_IPV4 }, { tw_case_at(0), TW_IPV6 } };
	struct tw_vm vm = { .pid = -1, .ending = ending };
	struct tw_collect c;
	size_t half = strlen(said) / 2;

	assert_int_equal(tw_matrix_init(ret, item, 2, 1, NULL), 0);
	c = (struct tw_collect){ .m = ret, .col = ret->col };
	vm.results = memfd_create("results", 0);
	vm.console = memfd_create("console", 0);
	assert_true(write(vm.console, console, strlen(console)) >= 0);
	assert_true(write(vm.results, said, half) >= 0);
	tw_collect_take(&c, vm.results, NULL); /* in the middle of a line, perhaps */
	assert_true(write(vm.results, said + half, strlen(said) - half) >= 0);
	assert_int_equal(tw_collect_end(&c, &vm, NULL), 0);
	close(vm.results);
	close(vm.console);
}

#define HELLO                                                                                \
	"{\"guest\": 1, \"kernel\": {\"release\": \"9.9\", \"machine\": \"x\"}, \"facts\": " \
	"{\"names\": "                                                                       \
	"[], \"drop_reasons\": false}, \"planned\": 2}\n"

static void test_endings(void **state)
{
	static const struct {
		const char *said, *console;
		enum tw_ending ending;
		const char *trouble; /* a part of it */
	} cases[] = {
		{ HELLO "[0]\n[1]\n{\"end\": 2}\n", "", TW_VM_DONE,
		  "without a word on 2 of the rows, the first of them %s ipv4" },
		{ HELLO HELLO, "", TW_VM_DONE, "switched itself off" },
		{ HELLO "[0]\n", "x\n[ 1.0] Kernel panic - not syncing: boo\ny", TW_VM_CRASHED,
		  "the kernel crashed in %s ipv4: [ 1.0] Kernel panic - not syncing: boo" },
		{ HELLO "[1]\n[1", "", TW_VM_HUNG,
		  "the guest hung: nothing was heard of it in %s ipv6" },
		{ "", "qemu-system-x86_64: no\n", TW_VM_BROKEN,
		  "before the suite began: qemu-system-x86_64: no" },
		{ HELLO, "", TW_VM_DONE, "the guest switched itself off between two rows" },
		{ HELLO "{\"unfit\": \"no veth\"}\n", "", TW_VM_DONE, "no veth" },
		{ HELLO "[7]\n", "", TW_VM_DONE, "switched itself off" },
		{ HELLO "junk\n", "", TW_VM_DONE, "switched itself off" },
		{ "[0]\n", "", TW_VM_DONE, "switched itself off before the suite began" },
	};
	const char *percent;
	char want[200];

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tw_matrix m;

		collect(cases[i].said, cases[i].console, cases[i].ending, &m);
		assert_int_equal(m.col[0].ending, cases[i].ending);
		assert_string_equal(m.col[0].console, cases[i].console);
		percent = strstr(cases[i].trouble, "%s");
		snprintf(want, sizeof(want), "%.*s%s%s",
			 percent ? (int)(percent - cases[i].trouble)
				 : (int)strlen(cases[i].trouble),
			 cases[i].trouble, percent ? tw_case_at(0)->id : "",
			 percent ? percent + 2 : "");
		if (!strstr(m.col[0].trouble, want))
			fail_msg("%u: \"%s\" is not in \"%s\"", i, want, m.col[0].trouble);
		assert_false(tw_column_fine(&m, m.col));
		tw_matrix_free(&m);
	}
}

static void test_json(void **state)
{
	static const char *const cells[][KERNELS] = { { "Px", "Py/old", "-" } };
	struct tw_differences d;
	struct tw_matrix m;
	json_t *doc, *row;

	(void)state;
	make_matrix(&m, cells, 1);
	assert_int_equal(tw_compare(&m, &d, NULL), 0);
	doc = tw_matrix_to_json(&m, &d);
	assert_non_null(doc);
	row = json_array_get(json_object_get(doc, "rows"), 0);
	assert_true(json_is_true(json_object_get(row, "differs")));
	assert_true(json_is_false(json_object_get(row, "explained")));
	assert_true(json_is_null(json_array_get(json_object_get(row, "cells"), 2)));
	json_decref(doc);
	tw_differences_free(&d);
	tw_matrix_free(&m);
}

static void test_unplayed(void **state)
{
	static const char *const cells[][KERNELS] = { { "Px", "Px", "Px" },
						      { "-", "-", "-" },
						      { "Px", "-", "Px" } };
	struct tw_differences d;
	struct tw_matrix m;
	json_t *doc, *totals;

	(void)state;
	make_matrix(&m, cells, 3);
	assert_int_equal(tw_compare(&m, &d, NULL), 0);
	doc = tw_matrix_to_json(&m, &d);
	totals = json_object_get(doc, "totals");
	assert_int_equal(json_integer_value(json_object_get(totals, "alike")), 1);
	assert_int_equal(json_integer_value(json_object_get(totals, "not_played")), 1);
	assert_int_equal(json_integer_value(json_object_get(totals, "unexplained")), 1);
	json_decref(doc);
	tw_differences_free(&d);
	tw_matrix_free(&m);
}

/* What a kernel or a stored file says may end no script of the page, and begin no comment in it. */
static void test_page(void **state)
{
	static const char *const cells[][KERNELS] = { { "Px", "Py/<!--<script>", "P</script>" } };
	struct tw_differences d;
	struct tw_matrix m;
	char *text = NULL, *data;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	make_matrix(&m, cells, 1);
	assert_int_equal(tw_compare(&m, &d, NULL), 0);
	tw_matrix_html(&m, &d, "<command>", out);
	fclose(out);
	data = strstr(text, "id=\"data\">");
	assert_non_null(data);
	assert_non_null(strstr(data, "\\u003c!--"));
	assert_ptr_equal(strchr(data, '<'), strstr(data, "</script>"));
	free(text);
	tw_differences_free(&d);
	tw_matrix_free(&m);
}

static void test_labels(void **state)
{
	static const char *const wish[] = { "a", "a-2", "a", "../a", "..-a" };
	static const char *const label[] = { "a", "a-2", "a-3", "..-a", "..-a-2" };
	struct tw_matrix m;

	(void)state;
	assert_int_equal(tw_matrix_init(&m, NULL, 0, 5, NULL), 0);
	for (unsigned c = 0; c < 5; c++) {
		tw_matrix_label(&m, c, wish[c]);
		assert_string_equal(m.col[c].label, label[c]);
	}
	tw_matrix_free(&m);
}

/* A kernel that never began leaves no evidence, not even that of the run before. */
static void test_no_evidence(void **state)
{
	static const char *const names[] = { "k0.json", "k0.verdicts", "k0.console" };
	static const char *const cells[][KERNELS] = { { "-", "-", "-" } };
	char dir[] = "/tmp/twprobe-test-XXXXXX", path[64];
	struct tw_matrix m;
	FILE *old;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/k0.json", dir);
	old = fopen(path, "w");
	assert_non_null(old);
	fclose(old);
	make_matrix(&m, cells, 1);
	assert_int_equal(tw_stored_write(&m, m.col, dir, "", 1, NULL), 0);
	assert_int_not_equal(access(path, F_OK), 0);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(dir), 0);
	tw_matrix_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),     cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_stored),      cmocka_unit_test(test_endings),
		cmocka_unit_test(test_json),        cmocka_unit_test(test_unplayed),
		cmocka_unit_test(test_page),        cmocka_unit_test(test_labels),
		cmocka_unit_test(test_no_evidence), cmocka_unit_test(test_stored_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
