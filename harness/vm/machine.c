#include "vm/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/process.h"
#include "twprobe/io.h"
#include "vm/guest.h"
#include "vm/initramfs.h"

static const char QEMU[] = "qemu-system-x86_64";
/*
 * oops=panic: a kernel that is damaged is not to go on. The second line keeps an idle machine idle (see be_quiet()), the third spares
 * what has nothing to do with TCP and costs time. The fourth is of both kinds: kcompactd of 5.10 looks twice a second whether
 * there is something to do, whatever vm.compaction_proactiveness says, and is not needed. What follows "--" is init's.
 */
static const char CMDLINE[] =
	"console=ttyS0 quiet oops=panic panic=-1 edd=off "
	"tsc=reliable nowatchdog psi=0 transparent_hugepage=never damon_stat.enabled=0 "
	"mitigations=off init_on_alloc=0 hardened_usercopy=off apparmor=0 audit=0 "
	"cryptomgr.notests=1 "
	"initcall_blacklist=load_system_certificate_list,kcompactd_init -- " TW_GUEST_WORD;

enum {
	SAID_MAX = 512 << 20, /* a guest that fills the host's memory is stopped */
	NO_QEMU = 127,
	KVM_BOOT_S = 20, /* a KVM that is there need not be able to boot a kernel */
	BUSY_TIMES = 4,  /* 50 idle days of a kernel that wakes often take more than five minutes */
	IDLE_SHARE = 100, /* less than one part in so many: nothing is done at all */
};

/* The files of one boot, and what the new process is to do with them. */
struct boot {
	const struct tw_vm_cfg *cfg;
	int image, initrd, console, results;
};

static int memory_file(const char *name, const void *data, size_t len, struct tw_err *err)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	size_t done = 0;

	while (fd >= 0 && done < len) {
		ssize_t n = write(fd, (const char *)data + done, len - done);

		if (n < 0 && errno != EINTR) {
			int code = errno;

			close(fd);
			return tw_err_set(err, code, "%s: %s", name, strerror(code));
		}
		done += n > 0 ? (size_t)n : 0;
	}
	return fd < 0 ? tw_err_set(err, errno, "%s: %s", name, strerror(errno)) : fd;
}

static void inherit(int fd, char ret_path[32])
{
	fcntl(fd, F_SETFD, 0);
	snprintf(ret_path, 32, "/dev/fd/%d", fd);
}

/* In the new process. What QEMU has to say goes to the console, where a person will look. */
static int become_qemu(void *arg)
{
	const struct boot *b = arg;
	const struct rlimit most = { SAID_MAX, SAID_MAX };
	char image[32], initrd[32], console[32], results[32], serial[2][64], memory[16];

	inherit(b->image, image);
	inherit(b->initrd, initrd);
	inherit(b->console, console);
	inherit(b->results, results);
	snprintf(serial[0], sizeof(serial[0]), "file:%s", console);
	snprintf(serial[1], sizeof(serial[1]), "file:%s", results);
	snprintf(memory, sizeof(memory), "%u", b->cfg->memory_mb);
	setrlimit(RLIMIT_FSIZE, &most);
	dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
	dup2(b->console, STDOUT_FILENO);
	dup2(b->console, STDERR_FILENO);
	const char *const argv[] = {
		QEMU, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-machine", b->cfg->kvm ? "q35,accel=kvm" : "q35,hpet=off,accel=tcg", "-cpu",
		b->cfg->kvm ? "host" : "max", "-m", memory, "-seed", "1", "-serial", serial[0],
		"-serial", serial[1], "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-kernel",
		image, "-initrd", initrd, "-append", CMDLINE,
		/* the last ones are left out with KVM, which cannot count instructions */
		b->cfg->kvm ? NULL : "-icount", "shift=3,sleep=off", "-rtc",
		"base=2026-01-01T00:00:00,clock=vm", NULL
	};
	execvp(QEMU, (char **)argv);
	fprintf(stderr, "%s cannot be started: %s\n", QEMU, strerror(errno));
	return NO_QEMU;
}

/* As execvp() looks for it. */
int tw_vm_can(struct tw_err *err)
{
	const char *dirs = getenv("PATH"), *next;
	char path[PATH_MAX];

	for (dirs = dirs ? dirs : "/usr/bin:/bin"; *dirs; dirs = next) {
		size_t len = strcspn(dirs, ":");

		snprintf(path, sizeof(path), "%.*s/%s", (int)len, dirs, QEMU);
		if (access(path, X_OK) == 0)
			return 0;
		next = dirs + len + !!dirs[len];
	}
	return tw_err_set(err, ENOENT,
			  "there is no %s; apt-get install --no-install-recommends qemu-system-x86",
			  QEMU);
}

static uint64_t now(void)
{
	return tw_clock_real()->now(tw_clock_real());
}

int tw_vm_start(struct tw_vm *vm, const struct tw_kernel *kernel, const struct tw_vm_cfg *cfg,
		struct tw_err *err)
{
	struct boot b = { .cfg = cfg, .initrd = -1, .console = -1, .results = -1 };
	int ret = b.image =
		memory_file("twprobe-kernel", kernel->image.data, kernel->image.len, err);

	*vm = (struct tw_vm){ .pid = -1, .console = -1, .results = -1 };
	if (ret >= 0)
		ret = b.initrd = tw_initramfs_new(kernel->mods, cfg->task, err);
	if (ret >= 0)
		ret = b.console = memory_file("twprobe-console", NULL, 0, err);
	if (ret >= 0)
		ret = b.results = memory_file("twprobe-results", NULL, 0, err);
	/* what QEMU itself says must not be overwritten by what the guest says */
	if (ret >= 0)
		ret = fcntl(b.console, F_SETFL, O_APPEND) < 0 ? -errno : 0;
	if (ret >= 0)
		ret = vm->pid = tw_process_start(become_qemu, &b, err);
	if (b.image >= 0)
		close(b.image);
	if (b.initrd >= 0)
		close(b.initrd);
	vm->console = b.console;
	vm->results = b.results;
	vm->silence_s = cfg->silence_s;
	vm->kvm = cfg->kvm;
	vm->heard_at = now();
	if (ret < 0)
		tw_vm_close(vm);
	return ret < 0 ? ret : 0;
}

static off_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_size : 0;
}

/* Never by text on the console: it may be cut off, and a healthy guest may print anything. */
static enum tw_ending ending_of(int status)
{
	if (!WIFEXITED(status))
		return TW_VM_BROKEN;
	if (WEXITSTATUS(status) == TW_GUEST_EXIT_STATUS)
		return TW_VM_DONE;
	return WEXITSTATUS(status) == 0 ? TW_VM_CRASHED : TW_VM_BROKEN;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* What a child has taken of the CPU so far: its CPU-time clock. */
static double cpu_of(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) < 0)
		return 0;
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool hangs(const struct tw_vm *vm)
{
	double cpu = cpu_of(vm->pid) - vm->heard_cpu_s, real = (double)(now() - vm->heard_at) / 1e9;

	if (vm->kvm && size_of(vm->results) == 0 && real > KVM_BOOT_S)
		return true;
	return cpu > BUSY_TIMES * (double)vm->silence_s ||
	       (real > vm->silence_s && cpu < real / IDLE_SHARE);
}

enum tw_ending tw_vm_poll(struct tw_vm *vm)
{
	off_t said = size_of(vm->console) + size_of(vm->results);
	struct rusage used;
	pid_t pid;

	if (vm->ending != TW_VM_RUNS)
		return vm->ending;
	if (said != vm->seen) {
		vm->heard_at = now();
		vm->heard_cpu_s = cpu_of(vm->pid);
	}
	vm->seen = said;
	pid = wait4(vm->pid, &vm->status, WNOHANG, &used);
	if (pid == vm->pid) {
		vm->pid = -1;
		vm->cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
		vm->ending = ending_of(vm->status);
	} else if (hangs(vm)) {
		vm->ending = TW_VM_HUNG;
		vm->cpu_s = cpu_of(vm->pid);
	}
	return vm->ending;
}

void tw_vm_close(struct tw_vm *vm)
{
	if (vm->pid > 0) {
		kill(vm->pid, SIGKILL);
		while (waitpid(vm->pid, &vm->status, 0) < 0 && errno == EINTR)
			;
	}
	if (vm->console >= 0)
		close(vm->console);
	if (vm->results >= 0)
		close(vm->results);
	*vm = (struct tw_vm){ .pid = -1, .console = -1, .results = -1, .ending = vm->ending };
}

char *tw_vm_text(int memfd, off_t from, size_t *ret_len)
{
	off_t end = size_of(memfd);
	size_t want = end > from ? (size_t)(end - from) : 0, len = 0;
	char *text = malloc(want + 1);
	ssize_t n;

	while (text && len < want &&
	       (n = pread(memfd, text + len, want - len, from + (off_t)len)) > 0)
		len += (size_t)n;
	if (text)
		text[len] = '\0';
	*ret_len = len;
	return text;
}

int tw_vm_lines(int memfd, off_t *at, tw_vm_line_fn *fn, void *arg, struct tw_err *err)
{
	size_t len, begin = 0;
	char *text = tw_vm_text(memfd, *at, &len), *end;
	int ret = text ? 0 : tw_err_set(err, ENOMEM, "out of memory");

	while (ret == 0 && begin < len && (end = memchr(text + begin, '\n', len - begin))) {
		size_t n = (size_t)(end - text) - begin;

		ret = fn(arg, text + begin, n, err);
		begin += n + 1;
	}
	*at += (off_t)begin;
	free(text);
	return ret;
}

const char *tw_ending_name(enum tw_ending ending)
{
	static const char *const names[TW_VM_ENDINGS] = { "runs", "done", "crashed", "hung",
							  "broken" };

	return ending < TW_VM_ENDINGS ? names[ending] : "?";
}
