/* Other processes of the application: what blocks in close(), and what is killed. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"
#include "scene_impl.h"

struct errand {
	struct tw_scene *sc;
	int fd, out;
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

static int run_errand(void *arg)
{
	struct errand *errand = arg;
	struct report report = { 0, 0 };
	uint64_t began;
	char ready = 1;

	let_go(errand->sc, errand->fd);
	if (write(errand->out, &ready, 1) != 1)
		return 1;
	if (errand->what == TW_AWAY_CLOSE) {
		began = tw_scene_now(errand->sc);
		report.ret = close(errand->fd) < 0 ? -errno : 0;
		report.ms = (unsigned)((tw_scene_now(errand->sc) - began) / MS_NS);
		return write(errand->out, &report, sizeof(report)) != sizeof(report);
	}
	for (;;)
		pause();
}

/* It has a copy of the socket, and nothing else of the scene, when this returns. */
static void wait_ready(struct tw_scene *sc, const struct away *away)
{
	struct pollfd pfd = { .fd = away->pipe, .events = POLLIN };
	char ready = 0;

	if (poll(&pfd, 1, 5000) != 1 || read(away->pipe, &ready, 1) != 1)
		tw_scene_fail(sc, "another process of the application did not start");
}

int tw_app_away(struct tw_scene *sc, int fd, bool move, enum tw_away what)
{
	struct errand errand = { sc, fd, -1, what };
	struct away *away = &sc->away[sc->n_aways];
	struct tw_err err = { "" };
	int pipes[2];

	if (sc->end != SCENE_GOING || fd < 0)
		return -1;
	if (sc->n_aways == SCENE_AWAYS || pipe2(pipes, O_CLOEXEC) < 0) {
		tw_scene_fail(sc, "no further process of the application");
		return -1;
	}
	errand.out = pipes[1];
	*away = (struct away){ .pipe = pipes[0] };
	away->pid = tw_process_start(run_errand, &errand, &err);
	close(pipes[1]);
	tw_scene_note(sc, "fork() = %d", (int)away->pid);
	if (away->pid < 0) {
		close(pipes[0]);
		tw_scene_fail(sc, "%s", err.text);
		return -1;
	}
	sc->n_aways++;
	if (move && what == TW_AWAY_HOLD)
		wait_ready(sc, away);
	if (move)
		tw_app_close(sc, fd);
	if (!(move && what == TW_AWAY_HOLD))
		wait_ready(sc, away);
	tw_scene_drain(sc);
	return (int)sc->n_aways - 1;
}

bool tw_app_away_done(struct tw_scene *sc, int process, int *ret_ret, unsigned *ret_ms)
{
	struct away *away = &sc->away[process < 0 ? 0 : process];
	struct pollfd pfd = { .fd = away->pipe, .events = POLLIN };
	struct report report;

	if (process < 0 || sc->end != SCENE_GOING)
		return false;
	tw_scene_drain(sc);
	if (!away->told && poll(&pfd, 1, 0) == 1 &&
	    read(away->pipe, &report, sizeof(report)) == sizeof(report)) {
		away->told = true;
		away->ret = report.ret;
		away->ms = report.ms;
		tw_scene_note(sc, "close() in process %d returned %d after %u ms", (int)away->pid,
			      away->ret, away->ms);
	}
	*ret_ret = away->ret;
	*ret_ms = away->ms;
	return away->told;
}

static void end_away(struct away *away)
{
	if (away->pid <= 0)
		return;
	kill(away->pid, SIGKILL);
	while (waitpid(away->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(away->pipe);
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
