#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "vm/guest.h"
#include "vm/initramfs.h"
#include "vm/relay.h"

#define WORKPLACE "/tmp/files"

/* The command's process and the ends of its two pipes that are read here. */
struct command {
	const struct tw_task *task;
	tw_guest_command_fn *run;
	int pipe[2][2]; /* of stdout, of stderr */
	int out;        /* to the host */
};

static int become_command(void *arg)
{
	const struct command *c = arg;
	int code;

	dup2(c->pipe[0][1], STDOUT_FILENO);
	dup2(c->pipe[1][1], STDERR_FILENO);
	for (unsigned i = 0; i < 4; i++)
		close(c->pipe[i / 2][i % 2]);
	if (mkdir(WORKPLACE, 0755) < 0 || chdir(WORKPLACE) < 0)
		fprintf(stderr, "guest: %s: %s\n", WORKPLACE, strerror(errno));
	code = c->run(c->task->n_words, (char **)c->task->word);
	fflush(NULL);
	return code;
}

/* A part of what @fd has. 1, 0 at its end, or negative errno. */
static int relay_part(int fd, int out, struct tw_relay *said, struct tw_err *err)
{
	ssize_t n = read(fd, said->part, sizeof(said->part));
	int ret;

	if (n < 0 && errno == EINTR)
		return 1;
	if (n < 0)
		return tw_err_set(err, errno, "the command cannot be heard: %s", strerror(errno));
	said->len = (unsigned)n;
	if (n == 0)
		return 0;
	ret = tw_relay_put(out, said, err);
	return ret < 0 ? ret : 1;
}

static int relay_words(const struct command *c, struct tw_relay *said, struct tw_err *err)
{
	struct pollfd pfd[2] = { { .fd = c->pipe[0][0], .events = POLLIN },
				 { .fd = c->pipe[1][0], .events = POLLIN } };
	int ret = 1;

	while (ret >= 0 && (pfd[0].fd >= 0 || pfd[1].fd >= 0)) {
		if (poll(pfd, 2, -1) < 0 && errno != EINTR)
			return tw_err_set(err, errno, "poll: %s", strerror(errno));
		for (unsigned i = 0; i < 2 && ret >= 0; i++) {
			if (!(pfd[i].revents & (POLLIN | POLLHUP)))
				continue;
			said->kind = i ? TW_RELAY_ERR : TW_RELAY_OUT;
			ret = relay_part(pfd[i].fd, c->out, said, err);
			if (ret == 0)
				pfd[i].fd = -1;
		}
	}
	return ret < 0 ? ret : 0;
}

static int complain(const char *name, int out, struct tw_relay *said, struct tw_err *err)
{
	said->kind = TW_RELAY_ERR;
	said->len =
		(unsigned)snprintf((char *)said->part, sizeof(said->part),
				   "twprobe inside: %.200s is no file, and stays there\n", name);
	return tw_relay_put(out, said, err);
}

static int relay_file(const char *name, int out, struct tw_relay *said, struct tw_err *err)
{
	char path[512];
	struct stat st;
	int fd, ret = 1;

	snprintf(path, sizeof(path), "%s/%s", WORKPLACE, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		return complain(name, out, said, err);
	}
	said->kind = TW_RELAY_FILE;
	snprintf(said->text, sizeof(said->text), "%s", name);
	while (ret > 0)
		ret = relay_part(fd, out, said, err);
	if (fd >= 0)
		close(fd);
	return ret;
}

static int relay_files(int out, struct tw_relay *said, struct tw_err *err)
{
	DIR *dir = opendir(WORKPLACE);
	const struct dirent *entry;
	int ret = 0;

	while (dir && ret == 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ret = relay_file(entry->d_name, out, said, err);
	if (dir)
		closedir(dir);
	return ret;
}

static int exit_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

int tw_guest_command(const struct tw_task *task, tw_guest_command_fn *run, int out,
		     struct tw_err *err)
{
	struct command c = { .task = task, .run = run, .out = out };
	struct tw_relay said = { .kind = TW_RELAY_OUT };
	pid_t pid;
	int ret, status;

	tw_guest_load(TW_GUEST_LATE);
	if (pipe2(c.pipe[0], O_CLOEXEC) < 0 || pipe2(c.pipe[1], O_CLOEXEC) < 0)
		return tw_err_set(err, errno, "pipe: %s", strerror(errno));
	pid = tw_process_start(become_command, &c, err);
	if (pid < 0)
		return pid;
	close(c.pipe[0][1]);
	close(c.pipe[1][1]);
	ret = relay_words(&c, &said, err);
	if (ret == 0)
		ret = tw_guest_wait(pid, &status, err);
	if (ret == 0)
		ret = relay_files(out, &said, err);
	if (ret < 0)
		return ret;
	said.kind = TW_RELAY_EXIT;
	said.exit = exit_of(status);
	return tw_relay_put(out, &said, err);
}
