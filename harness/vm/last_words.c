#include "vm/last_words.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "text/textbuf.h"

void tw_vm_why(const struct tw_vm *vm, bool heard, char *ret, size_t size)
{
	switch (vm->ending) {
	case TW_VM_CRASHED:
		snprintf(ret, size, "the kernel crashed");
		break;
	case TW_VM_HUNG:
		snprintf(ret, size, "%s",
			 vm->kvm && !heard ? "KVM does not boot it on this machine (leave --accel "
					     "kvm out)"
					   : "the guest hung: nothing was heard of it");
		break;
	case TW_VM_BROKEN:
		if (WIFSIGNALED(vm->status))
			snprintf(ret, size, "QEMU died of signal %d", WTERMSIG(vm->status));
		else
			snprintf(ret, size, "QEMU failed (exit status %d)",
				 WEXITSTATUS(vm->status));
		break;
	default:
		snprintf(ret, size, "the guest switched itself off");
	}
}

void tw_vm_last_words(const char *console, char *ret, size_t size)
{
	static const char *const marks[] = { "Kernel panic", "BUG:",
					     "Oops",         "general protection fault",
					     "qemu-system",  "cannot be started" };
	const char *at = NULL;
	char line[200];

	for (unsigned i = 0; i < sizeof(marks) / sizeof(*marks) && !at; i++)
		at = strstr(console, marks[i]);
	ret[0] = '\0';
	if (!at)
		return;
	while (at > console && at[-1] != '\n')
		at--;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\r\n"), at);
	tw_text_clean(line, ret, size);
}
