#include "vm/command.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "vm/machine.h"

enum {
	NO_PROGRAM = 127
};

struct job {
	const char *const *argv;
	const char *dir;
	int out, err;
};

static int become(void *arg)
{
	const struct job *job = arg;

	if (job->dir && chdir(job->dir) < 0)
		return NO_PROGRAM;
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(job->out, STDOUT_FILENO);
	dup2(job->err, STDERR_FILENO);
	setenv("LC_ALL", "C.UTF-8", 1); /* what is read back is not to be translated */
	execvp(job->argv[0], (char **)job->argv);
	return NO_PROGRAM;
}

static int take(int fd, char **ret)
{
	size_t len;

	if (ret)
		*ret = tw_vm_text(fd, 0, &len);
	return ret && !*ret ? -ENOMEM : 0;
}

int tw_command(const char *const *argv, const char *dir, char **ret_out, char **ret_err,
	       struct tw_err *err)
{
	struct job job = { .argv = argv, .dir = dir };
	int status = 0, ret;
	pid_t pid = -1;

	job.out = memfd_create("out", MFD_CLOEXEC);
	job.err = memfd_create("err", MFD_CLOEXEC);
	ret = job.out < 0 || job.err < 0
		      ? tw_err_set(err, errno, "memfd_create: %s", strerror(errno))
		      : 0;
	if (ret == 0)
		ret = pid = tw_process_start(become, &job, err);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (ret >= 0 && (!WIFEXITED(status) || WEXITSTATUS(status) == NO_PROGRAM))
		ret = tw_err_set(err, ENOENT, "%s cannot be run", argv[0]);
	if (ret >= 0 && (take(job.out, ret_out) < 0 || take(job.err, ret_err) < 0))
		ret = tw_err_set(err, ENOMEM, "out of memory");
	if (job.out >= 0)
		close(job.out);
	if (job.err >= 0)
		close(job.err);
	return ret < 0 ? ret : WEXITSTATUS(status);
}

int tw_remove_tree(const char *path, struct tw_err *err)
{
	char *const roots[] = { (char *)path, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *at;
	int code = walk ? 0 : errno;

	while (walk && (at = fts_read(walk))) {
		if (at->fts_info == FTS_D || at->fts_info == FTS_NS)
			continue;
		if (remove(at->fts_accpath) < 0 && errno != ENOENT)
			code = errno;
	}
	if (walk)
		fts_close(walk);
	return code ? tw_err_set(err, code, "%s cannot be removed: %s", path, strerror(code)) : 0;
}
