#include "vm/modules.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm/deb.h"
#include "vm/modinfo.h"

/* In old kernels some are modules that later ones have built in, or in another. */
static const char *const early[] = {
	"veth",      "inet_diag",      "tcp_diag",       "xfrm_user",
	"nf_tables", "nf_tables_inet", "nf_tables_ipv4", "nf_tables_ipv6",
	"nft_meta",  "nft_exthdr",     "nft_counter",    "nft_limit",
	NULL,
};
static const char *const late[] = {
	"nf_conntrack_ipv4",
	"nf_conntrack_ipv6",
	"nft_ct",
	"nft_chain_nat",
	"nft_nat",
	"nft_masq",
	"nft_redir",
	"nft_chain_nat_ipv4",
	"nft_masq_ipv4",
	NULL,
};

/* libcrc32c asks for an implementation of crc32c by its alias only. */
static const char CRC32C[] = "crc32c";
static const char *const crc32c[] = { "crc32c_generic", "crc32c_intel", NULL };

enum {
	DEEPEST = 16 /* depends that depend: no kernel comes near */
};

struct search {
	struct tw_tree *tree;
	const char *release;
	struct tw_modules *mods;
	bool late;
	struct tw_err *err;
};

/* "kernel/net/ipv4/tcp_diag.ko.xz" is called tcp_diag; '-' and '_' are the same. */
static bool is_called(const char *path, const char *name)
{
	const char *base = strrchr(path, '/');
	size_t i;

	base = base ? base + 1 : path;
	for (i = 0; name[i]; i++)
		if (base[i] != name[i] && !(base[i] == '-' && name[i] == '_'))
			return false;
	return !strcmp(base + i, ".ko") || !strncmp(base + i, ".ko.", 4);
}

static bool has(const struct tw_modules *mods, const char *name)
{
	for (unsigned i = 0; i < mods->n; i++)
		if (!strcmp(mods->mod[i].name, name))
			return true;
	return false;
}

static int need(struct search *s, const char *name, unsigned depth);

/* Names that are separated by any of @between. */
static int need_all(struct search *s, const char *names, const char *between, unsigned depth)
{
	char name[64];
	int ret = 0;

	while (*names && ret == 0) {
		size_t len = strcspn(names, between);

		if (len >= sizeof(name))
			return tw_err_set(s->err, EINVAL, "a module has a name of %zu bytes", len);
		for (size_t i = 0; i < len; i++)
			name[i] = names[i] == '-' ? '_' : names[i];
		name[len] = '\0';
		/* of softdep: "pre: a b post: c" */
		if (!strcmp(name, "post:"))
			return 0;
		if (len && name[len - 1] != ':')
			ret = need(s, name, depth);
		names += len + !!names[len];
	}
	return ret;
}

/* "6.1.0-56-cloud-amd64 SMP preempt ..." is for that release alone. */
static int check_release(const struct search *s, const char *path, const char *vermagic)
{
	size_t len = strlen(s->release);

	if (!len || (!strncmp(vermagic, s->release, len) && strchr(" ", vermagic[len])))
		return 0;
	return tw_err_set(
		s->err, EXDEV,
		"%s is a module for %.*s, and the kernel is %s: give the modules of the same "
		"build",
		path, (int)strcspn(vermagic, " "), vermagic, s->release);
}

static int add(struct search *s, size_t at, const char *name, unsigned depth)
{
	const char *path = tw_tree_path(s->tree, at);
	struct tw_module *mod;
	struct tw_modinfo info;
	struct tw_blob packed;
	uint8_t *data = NULL;
	size_t len = 0;
	int ret = tw_tree_read(s->tree, at, &packed, s->err);

	if (ret == 0)
		ret = tw_deb_inflate(packed.data, packed.len, path, &data, &len, s->err);
	if (ret == 0)
		ret = tw_modinfo_read(data, len, path, &info, &len, s->err);
	if (ret == 0)
		ret = check_release(s, path, info.vermagic);
	if (ret == 0)
		ret = need_all(s, info.softdep, " ", depth + 1);
	if (ret == 0)
		ret = need_all(s, info.depends, ",", depth + 1);
	if (ret == 0 && s->mods->n == TW_MODULES_MAX)
		ret = tw_err_set(s->err, E2BIG, "more than %d modules", TW_MODULES_MAX);
	if (ret < 0) {
		free(data);
		return ret;
	}
	mod = &s->mods->mod[s->mods->n++];
	*mod = (struct tw_module){ .data = data, .len = len, .late = s->late };
	snprintf(mod->name, sizeof(mod->name), "%s", name);
	return 0;
}

static int need(struct search *s, const char *name, unsigned depth)
{
	int ret = 0;

	if (has(s->mods, name))
		return 0;
	if (depth > DEEPEST)
		return tw_err_set(s->err, ELOOP, "the module %s depends on itself", name);
	if (!strcmp(name, CRC32C)) {
		for (unsigned i = 0; crc32c[i] && ret == 0; i++)
			ret = need(s, crc32c[i], depth + 1);
		return ret;
	}
	for (size_t i = 0; i < tw_tree_count(s->tree); i++)
		if (is_called(tw_tree_path(s->tree, i), name))
			return add(s, i, name, depth);
	return 0;
}

int tw_modules_find(struct tw_tree *tree, const char *release, struct tw_modules *ret,
		    struct tw_err *err)
{
	struct search s = { .tree = tree, .release = release, .mods = ret, .err = err };
	int code = 0;

	memset(ret, 0, sizeof(*ret));
	for (unsigned i = 0; early[i] && code == 0; i++)
		code = need(&s, early[i], 0);
	s.late = true;
	for (unsigned i = 0; late[i] && code == 0; i++)
		code = need(&s, late[i], 0);
	return code;
}

void tw_modules_free(struct tw_modules *mods)
{
	for (unsigned i = 0; i < mods->n; i++)
		free(mods->mod[i].data);
	mods->n = 0;
}
