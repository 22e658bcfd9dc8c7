#include "vm/inside.h"

#include <errno.h>

#include "base/wait.h"
#include "twprobe/io.h"
#include "vm/last_words.h"

enum {
	TICK_MS = 50,
};

struct inside {
	struct tw_vm vm;
	tw_inside_fn *fn;
	void *arg;
	off_t at; /* so much of what was said has been taken */
	bool heard, ended;
	int exit;
	struct tw_relay said;
};

static int take_line(void *arg, const char *line, size_t len, struct tw_err *err)
{
	struct inside *in = arg;
	int ret = tw_relay_read(line, len, &in->said, err);

	in->heard = true;
	if (ret < 0)
		return ret;
	if (in->said.kind == TW_RELAY_UNFIT)
		return tw_err_set(err, EIO, "nothing can be run there: %.400s", in->said.text);
	if (in->said.kind != TW_RELAY_EXIT)
		return in->fn(in->arg, &in->said, err);
	in->ended = true;
	in->exit = in->said.exit;
	return 0;
}

static int look_after(struct inside *in, struct tw_err *err)
{
	enum tw_ending ending;
	int ret;

	do {
		ending = tw_vm_poll(&in->vm);
		ret = tw_vm_lines(in->vm.results, &in->at, take_line, in, err);
		if (ret == 0 && ending == TW_VM_RUNS)
			tw_wait_until(tw_clock_real()->now(tw_clock_real()) + TICK_MS * 1000000ull);
	} while (ret == 0 && ending == TW_VM_RUNS);
	return ret;
}

static int complain(const struct inside *in, const char *console, struct tw_err *err)
{
	char why[80], words[200];

	tw_vm_why(&in->vm, in->heard, why, sizeof(why));
	tw_vm_last_words(console ? console : "", words, sizeof(words));
	return tw_err_set(err, EIO, "%s before the command had ended%s%s", why,
			  words[0] ? ": " : "", words);
}

int tw_inside(const struct tw_kernel *kernel, const struct tw_vm_cfg *cfg, tw_inside_fn *fn,
	      void *arg, int *ret_exit, char **ret_console, struct tw_err *err)
{
	struct inside in = { .fn = fn, .arg = arg };
	size_t len;
	int ret = tw_vm_start(&in.vm, kernel, cfg, err);

	*ret_console = NULL;
	if (ret < 0)
		return ret;
	ret = look_after(&in, err);
	*ret_console = tw_vm_text(in.vm.console, 0, &len);
	if (ret == 0 && !in.ended)
		ret = complain(&in, *ret_console, err);
	*ret_exit = in.exit;
	tw_vm_close(&in.vm);
	return ret;
}
