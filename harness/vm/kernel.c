#include "vm/kernel.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/facts_release.h"

/* The header of a bzImage (Documentation/arch/x86/boot.rst), little endian. */
enum {
	BOOT_FLAG = 0x1fe, /* 0xaa55 */
	SETUP_SECTS = 0x1f1,
	SYSSIZE = 0x1f4,    /* of the part behind the set-up code, in 16 bytes */
	MAGIC = 0x202,      /* "HdrS" */
	VERSION_AT = 0x20e, /* + 0x200: where the version stands */
	LOADFLAGS = 0x211,
	XLOADFLAGS = 0x236, /* bit 0: the kernel is a 64-bit one */
	SMALLEST = 0x400,
};

static unsigned get(const struct tw_blob *b, size_t at, unsigned bytes)
{
	unsigned v = 0;

	while (bytes--)
		v = v << 8 | b->data[at + bytes];
	return v;
}

int tw_kernel_check(const struct tw_blob *image, const char *what, char *ret_version, size_t size,
		    struct tw_err *err)
{
	size_t sects, want, at;

	ret_version[0] = '\0';
	if (image->len >= 20 && !memcmp(image->data, "\177ELF\2", 5) && get(image, 18, 2) == 62 &&
	    get(image, 16, 2) == 2)
		return 0; /* a vmlinux: ELF for x86-64, and executable where it is linked to */
	if (image->len < SMALLEST || get(image, BOOT_FLAG, 2) != 0xaa55 ||
	    memcmp(image->data + MAGIC, "HdrS", 4) != 0)
		return tw_err_set(err, EINVAL,
				  "%s is no kernel image for x86 (a vmlinuz or bzImage)", what);
	if (!(get(image, XLOADFLAGS, 2) & 1) && get(image, MAGIC + 4, 2) >= 0x20c)
		return tw_err_set(err, EINVAL,
				  "%s is a 32-bit kernel; twprobe needs one for x86-64", what);
	sects = get(image, SETUP_SECTS, 1);
	want = ((sects ? sects : 4) + 1) * 512 + (size_t)get(image, SYSSIZE, 4) * 16;
	/* what was signed for secure boot is longer; the last paragraph may be a part of one */
	if (image->len + 16 < want)
		return tw_err_set(
			err, EINVAL,
			"%s is truncated: its header speaks of %zu bytes, and there are %zu", what,
			want, image->len);
	at = 0x200 + get(image, VERSION_AT, 2);
	if (at > 0x200 && at < image->len && memchr(image->data + at, '\0', image->len - at))
		snprintf(ret_version, size, "%s", (const char *)image->data + at);
	return 0;
}

/* In the order of preference; a package has one. */
static int find_image(struct tw_kernel *k, const char *what, struct tw_err *err)
{
	static const char *const names[] = { "*/vmlinuz-*", "*/vmlinuz", "*/bzImage", "*/vmlinux" };
	size_t n = tw_tree_count(k->tree);

	if (n == 1)
		return tw_tree_read(k->tree, 0, &k->image, err);
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		for (size_t f = 0; f < n; f++)
			if (fnmatch(names[i], tw_tree_path(k->tree, f), 0) == 0)
				return tw_tree_read(k->tree, f, &k->image, err);
	return tw_err_set(
		err, ENOENT,
		"%s holds no kernel image (a file called vmlinuz, vmlinuz-* or bzImage)%s", what,
		n ? "; of a split package name linux-binary's, and its modules with ,modules="
		  : "");
}

/* "6.1.0-56-cloud-amd64 (...) #1 SMP ... Debian 6.1.192-2 (...)" is 6.1.192. */
static void name_it(struct tw_kernel *k)
{
	const char *build = strchr(k->version, '#');
	struct tw_release r;

	if (!tw_release_parse(k->release, build ? build : "", "", &r))
		snprintf(k->label, sizeof(k->label), "%.40s",
			 k->release[0] ? k->release : "kernel");
	else if (r.patch == TW_PATCH_UNKNOWN)
		snprintf(k->label, sizeof(k->label), "%d.%d", r.major, r.minor);
	else
		snprintf(k->label, sizeof(k->label), "%d.%d.%d", r.major, r.minor, r.patch);
}

static int open_parts(struct tw_kernel *k, const char *image, const char *modules,
		      struct tw_err *err)
{
	int ret = tw_tree_add(k->tree, image, err);

	if (ret == 0)
		ret = find_image(k, image, err);
	if (ret == 0)
		ret = tw_kernel_check(&k->image, image, k->version, sizeof(k->version), err);
	if (ret < 0)
		return ret;
	snprintf(k->release, sizeof(k->release), "%.*s", (int)strcspn(k->version, " "), k->version);
	if (!k->label[0])
		name_it(k);
	if (modules)
		ret = tw_tree_add(k->tree, modules, err);
	return ret < 0 ? ret : tw_modules_find(k->tree, k->release, k->mods, err);
}

int tw_kernel_open(const char *word, struct tw_kernel *ret, struct tw_err *err)
{
	static const char MODULES[] = ",modules=";
	const char *equals = strchr(word, '='), *slash = strchr(word, '/');
	char *path, *modules;
	int code;

	*ret = (struct tw_kernel){ .word = word,
				   .tree = tw_tree_new(),
				   .mods = calloc(1, sizeof(*ret->mods)) };
	/* a label has no slash in it */
	if (equals && (!slash || equals < slash) &&
	    strncmp(word, MODULES + 1, strlen(MODULES) - 1) != 0) {
		if (equals == word || (size_t)(equals - word) >= sizeof(ret->label))
			return tw_err_set(err, EINVAL,
					  "\"%s\": the label is to have 1 to %zu letters", word,
					  sizeof(ret->label) - 1);
		snprintf(ret->label, sizeof(ret->label), "%.*s", (int)(equals - word), word);
		word = equals + 1;
	}
	path = strdup(word);
	if (!path || !ret->tree || !ret->mods) {
		free(path);
		return tw_err_set(err, ENOMEM, "out of memory");
	}
	modules = strstr(path, MODULES);
	if (modules) {
		*modules = '\0';
		modules += strlen(MODULES);
	}
	code = *path ? open_parts(ret, path, modules, err)
		     : tw_err_set(err, EINVAL, "\"%s\" names no image", ret->word);
	free(path);
	return code;
}

void tw_kernel_free(struct tw_kernel *kernel)
{
	tw_tree_free(kernel->tree);
	if (kernel->mods)
		tw_modules_free(kernel->mods);
	free(kernel->mods);
	*kernel = (struct tw_kernel){ .tree = NULL };
}
