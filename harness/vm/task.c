#include "vm/task.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct flag {
	const char *word;
	size_t off;
};

static const struct flag flags[] = {
	{ "ipv4", offsetof(struct tw_selection, v4) },
	{ "ipv6", offsetof(struct tw_selection, v6) },
	{ "slow", offsetof(struct tw_selection, slow) },
	{ "slowest", offsetof(struct tw_selection, slowest) },
	{ "virtual-time", offsetof(struct tw_selection, virtual_time) },
};

char *tw_task_write(const struct tw_selection *sel, unsigned long long seed)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	for (int i = 0; i < sel->n_patterns; i++)
		if (strchr(sel->pattern[i], '\n'))
			return NULL;
	out = open_memstream(&text, &len);
	if (!out)
		return NULL;
	fprintf(out, "seed %llu\n", seed);
	for (unsigned i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (*(const bool *)((const char *)sel + flags[i].off))
			fprintf(out, "%s\n", flags[i].word);
	for (int i = 0; i < sel->n_patterns; i++)
		fprintf(out, "row %s\n", sel->pattern[i]);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

char *tw_task_write_command(int argc, char **argv)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	for (int i = 0; i < argc; i++)
		if (!argv[i][0] || strchr(argv[i], '\n') || i == TW_TASK_WORDS_MAX)
			return NULL;
	out = open_memstream(&text, &len);
	for (int i = 0; out && i < argc; i++)
		fprintf(out, "word %s\n", argv[i]);
	if (out && fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static int read_word(struct tw_task *task, const char *word, struct tw_err *err)
{
	if (task->n_words == TW_TASK_WORDS_MAX)
		return tw_err_set(err, E2BIG, "more than %d words", TW_TASK_WORDS_MAX);
	task->word[task->n_words++] = word;
	return 0;
}

static int read_line(struct tw_task *task, char *line, struct tw_err *err)
{
	for (unsigned i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (!strcmp(line, flags[i].word)) {
			*(bool *)((char *)&task->sel + flags[i].off) = true;
			return 0;
		}
	if (!strncmp(line, "seed ", 5)) {
		task->seed = strtoull(line + 5, NULL, 10);
		return 0;
	}
	if (!strncmp(line, "word ", 5))
		return read_word(task, line + 5, err);
	if (strncmp(line, "row ", 4) != 0)
		return tw_err_set(err, EINVAL, "the guest was told \"%.80s\", which means nothing",
				  line);
	if (task->sel.n_patterns == TW_TASK_PATTERNS_MAX)
		return tw_err_set(err, E2BIG, "more than %d patterns", TW_TASK_PATTERNS_MAX);
	task->pattern[task->sel.n_patterns++] = line + 4;
	return 0;
}

int tw_task_read(const char *text, struct tw_task *ret, struct tw_err *err)
{
	char *at, *line;
	int code = 0;

	memset(ret, 0, sizeof(*ret));
	ret->text = strdup(text);
	if (!ret->text)
		return tw_err_set(err, ENOMEM, "out of memory");
	at = ret->text;
	while (code == 0 && (line = strsep(&at, "\n")))
		if (*line)
			code = read_line(ret, line, err);
	ret->sel.pattern = ret->pattern;
	return code;
}

void tw_task_free(struct tw_task *task)
{
	free(task->text);
	task->text = NULL;
}
