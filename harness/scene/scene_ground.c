/* The ground of a scene: how it ends, what is noted and kept, sysctls and chance. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "netns/ns.h"
#include "netns/sysctl.h"
#include "scene/scene_impl.h"

static void end(struct tw_scene *sc, enum scene_end how, const char *fmt, va_list ap)
{
	if (sc->end != SCENE_GOING)
		return;
	sc->end = how;
	vsnprintf(sc->why, sizeof(sc->why), fmt, ap);
}

void tw_scene_fail(struct tw_scene *sc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end(sc, SCENE_FAILED, fmt, ap);
	va_end(ap);
}

void tw_scene_skip(struct tw_scene *sc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end(sc, SCENE_SKIPPED, fmt, ap);
	va_end(ap);
}

void tw_scene_held_up(struct tw_scene *sc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end(sc, SCENE_HELD_UP, fmt, ap);
	va_end(ap);
}

bool tw_scene_going(const struct tw_scene *sc)
{
	return sc->end == SCENE_GOING;
}

enum tw_family tw_scene_family(const struct tw_scene *sc)
{
	return sc->family;
}

uint64_t tw_scene_now(struct tw_scene *sc)
{
	(void)sc;
	return tw_clock_real()->now(tw_clock_real());
}

uint64_t tw_scene_ticked(struct tw_scene *sc)
{
	(void)sc;
	return tw_clock_real()->ticked(tw_clock_real());
}

void tw_scene_in_time(struct tw_scene *sc, uint64_t since, unsigned ms)
{
	uint64_t took = (tw_scene_now(sc) - since) / MS_NS;

	if (took >= ms)
		tw_scene_held_up(sc,
				 "%llu ms passed where less than %u may: a timer may have fired",
				 (unsigned long long)took, ms);
}

int tw_scene_destroy(struct tw_scene *sc, const struct tw_conn *conn)
{
	struct tw_err err = { "" };
	int ret;

	if (sc->end != SCENE_GOING)
		return -ECANCELED;
	ret = sc->stand->dut->ops->destroy(sc->stand->dut, &conn->flow, 1, &err);
	tw_scene_note(sc, "SOCK_DESTROY = %s", ret < 0 ? strerrorname_np(-ret) : "0");
	if (ret == -EINVAL)
		tw_scene_skip(sc, "this kernel has no SOCK_DESTROY (Linux 4.5)");
	tw_scene_drain(sc);
	return ret;
}

uint32_t tw_scene_random(struct tw_scene *sc)
{
	return (uint32_t)tw_random_next(&sc->random);
}

void tw_scene_note(struct tw_scene *sc, const char *fmt, ...)
{
	va_list ap;
	struct tw_err err;

	va_start(ap, fmt);
	vsnprintf(sc->last_act, sizeof(sc->last_act), fmt, ap);
	va_end(ap);
	if (tw_evidence_act(sc->ev, tw_scene_now(sc), sc->last_act, &err) < 0)
		tw_scene_fail(sc, "%s", err.text);
}

int tw_scene_keep(struct tw_scene *sc, int fd)
{
	if (fd < 0)
		return fd;
	if (sc->n_fds == SCENE_FDS) {
		close(fd);
		tw_scene_fail(sc, "more than %d sockets in one scene", SCENE_FDS);
		return -EMFILE;
	}
	sc->fd[sc->n_fds++] = fd;
	return fd;
}

int tw_scene_try_sysctl(struct tw_scene *sc, const char *name, const char *value)
{
	struct tw_err err = { "" };
	int ret = -ECANCELED;

	if (sc->end == SCENE_GOING) {
		ret = sc->stand->dut->ops->sysctl(sc->stand->dut, name, value, &err);
		tw_scene_note(sc, "sysctl %s=%s%s%s", name, value, ret < 0 ? " = " : "",
			      ret < 0 ? strerrorname_np(-ret) : "");
	}
	return ret;
}

static void skip_without(struct tw_scene *sc, const char *name)
{
	char why[200];

	tw_facts_lack(sc->facts, name, why, sizeof(why));
	tw_scene_skip(sc, "%s", why);
}

void tw_scene_sysctl(struct tw_scene *sc, const char *name, const char *value)
{
	int ret = tw_scene_try_sysctl(sc, name, value);

	if (ret == -ENOENT)
		skip_without(sc, name);
	else if (ret < 0)
		tw_scene_fail(sc, "%s=%s: %s", name, value, strerror(-ret));
}

struct reading {
	const char *name;
	char text[64];
};

static int read_in_dut(void *arg, struct tw_err *err)
{
	struct reading *reading = arg;

	return tw_sysctl_get(reading->name, reading->text, sizeof(reading->text), err);
}

int64_t tw_scene_read_sysctl_nth(struct tw_scene *sc, const char *name, unsigned i)
{
	struct reading reading = { .name = name };
	struct tw_err err = { "" };
	char *from = reading.text, *stop = from;
	long long n = 0;
	int ret;

	if (sc->end != SCENE_GOING)
		return 0;
	ret = tw_ns_in(sc->stand->lane.dut_ns, read_in_dut, &reading, &err);
	if (ret == -ENOENT)
		skip_without(sc, name);
	else if (ret < 0)
		tw_scene_fail(sc, "%s", err.text);
	if (ret < 0)
		return 0;
	for (unsigned k = 0; k <= i; k++, from = stop) {
		n = strtoll(from, &stop, 10);
		if (stop == from) {
			tw_scene_fail(sc, "%s has no number %u: %s", name, k, reading.text);
			return 0;
		}
	}
	return n;
}

int64_t tw_scene_read_sysctl(struct tw_scene *sc, const char *name)
{
	return tw_scene_read_sysctl_nth(sc, name, 0);
}
