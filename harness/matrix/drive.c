#include "matrix/drive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/wait.h"
#include "matrix/collect.h"
#include "twprobe/io.h"

enum {
	TICK_MS = 50,
};

struct seat {
	struct tw_vm vm;
	struct tw_collect collect;
	enum tw_drive_state state;
	uint64_t began;
};

static uint64_t now(void)
{
	return tw_clock_real()->now(tw_clock_real());
}

static int start(struct tw_matrix *m, unsigned c, const struct tw_kernel *kernel,
		 const struct tw_drive_cfg *cfg, struct seat *seat, struct tw_err *err)
{
	seat->collect = (struct tw_collect){ .m = m, .col = &m->col[c] };
	seat->state = TW_DRIVE_RUNS;
	seat->began = now();
	return tw_vm_start(&seat->vm, kernel, &cfg->vm, err);
}

static int finish(struct tw_column *col, struct seat *seat, struct tw_err *err)
{
	int ret = tw_collect_end(&seat->collect, &seat->vm, err);

	col->wall_s = (double)(now() - seat->began) / 1e9;
	col->cpu_s = seat->vm.cpu_s;
	tw_vm_close(&seat->vm);
	seat->state = TW_DRIVE_OVER;
	return ret;
}

/* What a guest says that cannot be understood ends it: nothing better is to come. */
static int look_after(struct tw_column *col, struct seat *seat, struct tw_err *err)
{
	enum tw_ending ending = tw_vm_poll(&seat->vm);
	struct tw_err said = { "" };

	if (tw_collect_take(&seat->collect, seat->vm.results, &said) < 0) {
		snprintf(col->trouble, sizeof(col->trouble), "%.500s", said.text);
		return finish(col, seat, err);
	}
	return ending == TW_VM_RUNS ? 0 : finish(col, seat, err);
}

/* One look at all of them. Number of those that are not over, or negative errno. */
static int go_round(struct tw_matrix *m, const struct tw_kernel *kernel,
		    const struct tw_drive_cfg *cfg, struct seat *seat, struct tw_err *err)
{
	unsigned busy = 0, left = 0;
	int ret = 0;

	for (unsigned c = 0; c < m->n_cols; c++)
		busy += seat[c].state == TW_DRIVE_RUNS;
	for (unsigned c = 0; c < m->n_cols && ret >= 0; c++) {
		if (seat[c].state == TW_DRIVE_WAITS && busy < cfg->jobs) {
			ret = start(m, c, &kernel[c], cfg, &seat[c], err);
			busy++;
		} else if (seat[c].state == TW_DRIVE_RUNS) {
			ret = look_after(&m->col[c], &seat[c], err);
		}
		left += seat[c].state != TW_DRIVE_OVER;
	}
	return ret < 0 ? ret : (int)left;
}

static void tell(const struct tw_matrix *m, const struct tw_drive_cfg *cfg, const struct seat *seat)
{
	enum tw_drive_state state[256];

	for (unsigned c = 0; c < m->n_cols && c < 256; c++)
		state[c] = seat[c].state;
	if (cfg->watch)
		cfg->watch(cfg->arg, m, state);
}

int tw_drive(struct tw_matrix *m, const struct tw_kernel *kernel, const struct tw_drive_cfg *cfg,
	     struct tw_err *err)
{
	struct seat *seat = calloc(m->n_cols + 1, sizeof(*seat));
	int ret = seat ? 1 : tw_err_set(err, ENOMEM, "out of memory");

	for (unsigned c = 0; seat && c < m->n_cols; c++)
		seat[c].vm = (struct tw_vm){ .pid = -1, .console = -1, .results = -1 };
	while (ret > 0) {
		ret = go_round(m, kernel, cfg, seat, err);
		tell(m, cfg, seat);
		if (ret > 0)
			tw_wait_until(now() + TICK_MS * 1000000ull);
	}
	for (unsigned c = 0; seat && c < m->n_cols; c++)
		tw_vm_close(&seat[c].vm);
	free(seat);
	return ret;
}
