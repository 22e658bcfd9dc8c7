/*
 * A kernel to be booted: its image and the modules that belong to it, as a command line names them.
 */
#ifndef TWPROBE_VM_KERNEL_H
#define TWPROBE_VM_KERNEL_H

#include "vm/modules.h"
#include "vm/tree.h"

struct tw_kernel {
	char label[48];   /* of its column: "6.1.192" */
	char release[72]; /* as uname -r will say; "" where the image does not tell */
	char version
		[160]; /* the image's own words: "6.1.0-56-cloud-amd64 (debian-kernel@...) #1 SMP ..." */
	const char *word; /* the argument that named it */
	struct tw_tree *tree;
	struct tw_blob image; /* the tree's */
	struct tw_modules *mods;
};

/*
 * @word is a vmlinuz, a .deb, a directory into which one was unpacked (or several, of one kernel), or
 * label=IMAGE[,modules=DIR]. The caller frees with tw_kernel_free(), also on failure. 0, or negative errno with what is
 * wrong with the image or its modules.
 */
int tw_kernel_open(const char *word, struct tw_kernel *ret, struct tw_err *err);
void tw_kernel_free(struct tw_kernel *kernel);

/*
 * Looks at an image: -EINVAL if it is no x86 kernel (or truncated), with the reason. @ret gets its version, "" if it
 * tells none. Pure.
 */
int tw_kernel_check(const struct tw_blob *image, const char *what, char *ret_version, size_t size,
		    struct tw_err *err);

#endif
