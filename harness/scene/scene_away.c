/* Other processes of the application: what blocks in close(), and what is killed. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "scene/scene_impl.h"

struct errand {
	struct tw_scene *sc;
	int fd, line;
	enum tw_away what;
};

struct report {
	int ret;
	unsigned ms;
};

/* Every other descriptor of the scene is let go: sockets are this process's matter only as far as it holds them. */
static void let_go(const struct tw_scene *sc, int but)
{
	for (unsigned i = 0; i < sc->n_fds; i++)
		if (sc->fd[i] >= 0 && sc->fd[i] != but)
			close(sc->fd[i]);
}

static int call_of(enum tw_away what, int fd)
{
	char bytes[4096];

	if (what == TW_AWAY_RECV)
		return (int)recv(fd, bytes, sizeof(bytes), 0);
	return close(fd);
}

static int run_errand(void *arg)
{
	struct errand *errand = arg;
	struct report report = { 0, 0 };
	uint64_t began;
	char word = 1;

	let_go(errand->sc, errand->fd);
	/* the go-ahead comes when nobody else holds what is moved: else this close() would not be the last */
	if (write(errand->line, &word, 1) != 1 || read(errand->line, &word, 1) != 1)
		return 1;
	if (errand->what == TW_AWAY_SEND_CLOSE) {
		char bytes[TW_AWAY_BYTES] = "";

		if (send(errand->fd, bytes, sizeof(bytes), MSG_NOSIGNAL) != sizeof(bytes))
			return 1;
	}
	if (errand->what != TW_AWAY_HOLD) {
		began = tw_scene_now(errand->sc);
		report.ret = call_of(errand->what, errand->fd);
		if (report.ret < 0)
			report.ret = -errno;
		report.ms = (unsigned)((tw_scene_now(errand->sc) - began) / MS_NS);
		return write(errand->line, &report, sizeof(report)) != sizeof(report);
	}
	for (;;)
		pause();
}

/* It has a copy of the socket, and nothing else of the scene, when this returns. */
static void wait_ready(struct tw_scene *sc, const struct away *away)
{
	struct pollfd pfd = { .fd = away->line, .events = POLLIN };
	char ready = 0;

	if (poll(&pfd, 1, 5000) != 1 || read(away->line, &ready, 1) != 1)
		tw_scene_fail(sc, "another process of the application did not start");
}

int tw_app_away(struct tw_scene *sc, int fd, bool move, enum tw_away what)
{
	struct errand errand = { sc, fd, -1, what };
	struct away *away = &sc->away[sc->n_aways];
	struct tw_err err = { "" };
	int pair[2];
	char go = 1;

	if (sc->end != SCENE_GOING || fd < 0)
		return -1;
	if (sc->n_aways == SCENE_AWAYS ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		tw_scene_fail(sc, "no further process of the application");
		return -1;
	}
	errand.line = pair[1];
	*away = (struct away){ .line = pair[0], .what = what };
	away->pid = tw_process_start(run_errand, &errand, &err);
	close(pair[1]);
	tw_scene_note(sc, "fork() = %d", (int)away->pid);
	if (away->pid < 0) {
		close(pair[0]);
		tw_scene_fail(sc, "%s", err.text);
		return -1;
	}
	sc->n_aways++;
	wait_ready(sc, away);
	if (move)
		tw_app_close(sc, fd);
	if (tw_scene_going(sc) && write(away->line, &go, 1) != 1)
		tw_scene_fail(sc, "another process of the application has died");
	tw_scene_drain(sc);
	return (int)sc->n_aways - 1;
}

bool tw_app_away_done(struct tw_scene *sc, int process, int *ret_ret, unsigned *ret_ms)
{
	struct away *away = &sc->away[process < 0 ? 0 : process];
	struct pollfd pfd = { .fd = away->line, .events = POLLIN };
	struct report report;

	if (process < 0 || sc->end != SCENE_GOING)
		return false;
	tw_scene_drain(sc);
	if (!away->told && poll(&pfd, 1, 0) == 1 &&
	    read(away->line, &report, sizeof(report)) == sizeof(report)) {
		away->told = true;
		away->ret = report.ret;
		away->ms = report.ms;
		tw_scene_note(sc, "%s() in process %d returned %d after %u ms",
			      away->what == TW_AWAY_RECV ? "recv" : "close", (int)away->pid,
			      away->ret, away->ms);
	}
	*ret_ret = away->ret;
	*ret_ms = away->ms;
	return away->told;
}

/* The state that /proc tells: R, S, Z ... */
static char state_of(pid_t pid)
{
	char path[64], text[512] = "";
	const char *name_ends;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return '?';
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	name_ends = strrchr(text, ')');
	return name_ends && name_ends[1] ? name_ends[2] : '?';
}

bool tw_app_away_sleeps(struct tw_scene *sc, int process)
{
	uint64_t limit = tw_scene_now(sc) + 10000 * MS_NS;
	unsigned ms;
	char state;
	int ret;

	if (process < 0 || sc->end != SCENE_GOING)
		return false;
	/* the go-ahead has made it runnable: the next sleep is that of its call */
	while (sc->end == SCENE_GOING && !tw_app_away_done(sc, process, &ret, &ms)) {
		state = state_of(sc->away[process].pid);
		if (state == 'S')
			return true;
		if (tw_scene_now(sc) > limit)
			tw_scene_fail(sc, "the other process neither sleeps nor ends: it is in %c",
				      state);
		tw_scene_wait(sc, 1);
	}
	return false;
}

bool tw_app_away_ends(struct tw_scene *sc, int process, unsigned limit_ms, int *ret_ret,
		      unsigned *ret_ms)
{
	uint64_t limit = tw_scene_now(sc) + limit_ms * MS_NS;

	*ret_ret = 0;
	*ret_ms = 0;
	while (sc->end == SCENE_GOING && !tw_app_away_done(sc, process, ret_ret, ret_ms)) {
		if (tw_scene_now(sc) > limit)
			return false;
		tw_scene_wait(sc, 2);
	}
	return sc->end == SCENE_GOING;
}

static void end_away(struct away *away)
{
	if (away->pid <= 0)
		return;
	kill(away->pid, SIGKILL);
	while (waitpid(away->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(away->line);
	away->pid = 0;
}

void tw_app_away_kill(struct tw_scene *sc, int process)
{
	if (process < 0 || sc->end != SCENE_GOING)
		return;
	tw_scene_note(sc, "kill(%d, SIGKILL)", (int)sc->away[process].pid);
	end_away(&sc->away[process]);
	tw_scene_drain(sc);
}

void tw_scene_end_aways(struct tw_scene *sc)
{
	for (unsigned i = 0; i < sc->n_aways; i++)
		end_away(&sc->away[i]);
}
