/*
 * Why a machine ended, in words.
 */
#ifndef TWPROBE_VM_LAST_WORDS_H
#define TWPROBE_VM_LAST_WORDS_H

#include "vm/machine.h"

/*
 * "the kernel crashed", "QEMU failed (exit status 1)" ...; @heard: the guest's program had come to speak. "the guest switched itself off"
 * if nothing was wrong.
 */
void tw_vm_why(const struct tw_vm *vm, bool heard, char *ret, size_t size);

/* The console's last line that tells of it, made fit for a terminal: what a person would look for first. "" if there is none. */
void tw_vm_last_words(const char *console, char *ret, size_t size);

#endif
