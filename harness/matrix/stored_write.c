#include "matrix/stored.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "evidence/json_fields.h"
#include "report/report.h"
#include "text/report_told.h"

static FILE *create(const char *path, struct tw_err *err)
{
	FILE *out = fopen(path, "we");

	if (!out)
		tw_err_set(err, errno, "%s cannot be written: %s", path, strerror(errno));
	return out;
}

static int finish(FILE *out, const char *path, int ret, struct tw_err *err)
{
	bool bad = ferror(out);

	if (fclose(out) != 0 || bad)
		return ret < 0 ? ret
			       : tw_err_set(err, EIO, "%s could not be written completely", path);
	return ret;
}

static json_t *cell_json(const struct tw_plan_item *item, const struct tw_cell *cell)
{
	return json_pack("{s:o, s:s, s:s, s:s, s:s, s:o, s:o}", "id", tw_json_text(item->row->id),
			 "family", tw_family_name(item->family), "outcome",
			 tw_outcome_name(cell->outcome), "rfc", tw_conformance_name(cell->rfc),
			 "also", tw_conformance_name(cell->also), "shape",
			 tw_json_text(cell->shape), "because", tw_json_text(cell->because));
}

/* A line per row, in the order of the tables. */
int tw_stored_write_verdicts(const struct tw_matrix *m, const struct tw_column *col,
			     const char *path, struct tw_err *err)
{
	FILE *out = create(path, err);
	json_t *line;
	int ret = 0;

	if (!out)
		return -EIO;
	fprintf(out, "{\"twprobe-verdicts\": 1, \"kernel\": ");
	line = tw_json_text(col->release);
	json_dumpf(line, out, JSON_ENCODE_ANY);
	json_decref(line);
	fprintf(out, "}\n");
	for (unsigned i = 0; i < m->n && ret == 0; i++) {
		if (!col->cell[i].played)
			continue;
		line = cell_json(&m->row[i], &col->cell[i]);
		if (!line || json_dumpf(line, out, JSON_COMPACT) < 0 || fputc('\n', out) == EOF)
			ret = tw_err_set(err, EIO, "%s cannot be written", path);
		json_decref(line);
	}
	return finish(out, path, ret, err);
}

static int write_evidence(const struct tw_matrix *m, const struct tw_column *col, const char *path,
			  const char *command, unsigned long long seed, struct tw_err *err)
{
	const struct tw_run_info info = { .version = TWPROBE_VERSION,
					  .command = command,
					  .seed = seed,
					  .jobs = 1,
					  .planned = m->n,
					  .facts = &col->facts };
	struct tw_totals totals = { .wall_s = 0 }; /* the same bytes each time */
	FILE *out = create(path, err);
	struct tw_sink *sink = out ? tw_sink_json(out) : NULL;
	int ret = sink ? sink->ops->begin(sink, &info, err) : -EIO, last;

	for (unsigned i = 0; i < m->n && ret >= 0; i++) {
		if (!col->res[i].row)
			continue;
		totals.outcome[col->res[i].verdict.outcome]++;
		totals.rfc[col->res[i].verdict.rfc]++;
		ret = sink->ops->result(sink, &col->res[i], err);
	}
	last = sink ? sink->ops->end(sink, &totals, ret < 0 ? NULL : err) : 0;
	ret = ret < 0 ? ret : last;
	return out ? finish(out, path, ret, err) : ret;
}

static int write_console(const struct tw_column *col, const char *path, struct tw_err *err)
{
	FILE *out = create(path, err);

	if (!out)
		return -EIO;
	fputs(col->console ? col->console : "", out);
	return finish(out, path, 0, err);
}

int tw_stored_write(const struct tw_matrix *m, const struct tw_column *col, const char *dir,
		    const char *command, unsigned long long seed, struct tw_err *err)
{
	char path[PATH_MAX];
	int ret;

	if (mkdir(dir, 0777) < 0 && errno != EEXIST)
		return tw_err_set(err, errno, "%s cannot be made: %s", dir, strerror(errno));
	snprintf(path, sizeof(path), "%s/%s.console", dir, col->label);
	ret = write_console(col, path, err);
	snprintf(path, sizeof(path), "%s/%s.verdicts", dir, col->label);
	if (ret == 0)
		ret = tw_stored_write_verdicts(m, col, path, err);
	snprintf(path, sizeof(path), "%s/%s.json", dir, col->label);
	if (ret == 0 && col->planned)
		ret = write_evidence(m, col, path, command, seed, err);
	else if (ret == 0)
		remove(path); /* of an earlier run */
	return ret;
}
