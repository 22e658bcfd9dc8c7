/*
 * The files of a kernel: those of a directory, of a Debian package, or one alone. Contents are read when they are asked for; a
 * package is unpacked into memory, and of it only what a guest may need. Nothing is written anywhere. Owned by the caller.
 */
#ifndef TWPROBE_VM_TREE_H
#define TWPROBE_VM_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "twprobe/err.h"

struct tw_tree;

struct tw_blob {
	const uint8_t *data;
	size_t len;
};

/* An empty tree; NULL when memory is out. */
struct tw_tree *tw_tree_new(void);
void tw_tree_free(struct tw_tree *tree);

/* Adds what is at @path. 0 or negative errno; the error says what the file turned out to be. */
int tw_tree_add(struct tw_tree *tree, const char *path, struct tw_err *err);

/* Number of files, and the path of the @i-th: as it was found, whatever is in front of the package's root. */
size_t tw_tree_count(const struct tw_tree *tree);
const char *tw_tree_path(const struct tw_tree *tree, size_t i);

/* The contents, which stay the tree's. 0 or negative errno. */
int tw_tree_read(struct tw_tree *tree, size_t i, struct tw_blob *ret, struct tw_err *err);

#endif
