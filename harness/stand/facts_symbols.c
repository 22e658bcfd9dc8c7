#include "stand/facts_symbols.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Only what nothing can inline: a function that is not called by its name is not there. */
static const char *const symbols[] = {
	"sym:secure_tcp_seq_and_ts_off", "sym:tcp_reqsk_send_challenge_ack",
	"sym:tcp_do_parse_auth_options", "sym:tcp_inbound_ao_hash",
	"sym:blackhole_netdev_xmit",     "btf:inet_timewait_sock.tw_mark",
	"btf:inet_timewait_sock.tw_tb2", "btf:inet_timewait_sock.tw_usec_ts",
	"btf:tcp_skb_cb.tcp_tw_isn",     "btf:tcp_tw_status.TCP_TW_ACK_OOW",
	"btf:sockcm_cookie.priority",
};

enum {
	N = sizeof(symbols) / sizeof(*symbols),
	DEPTH_MAX = 8,
};

const char *tw_symbol_at(size_t i)
{
	return i < N ? symbols[i] : NULL;
}

/* Members of a struct within the struct that has no name count as its own. */
static bool has_member(const struct btf *btf, const struct btf_type *type, const char *name,
		       unsigned depth)
{
	const struct btf_member *m = btf_members(type);

	for (unsigned i = 0; i < btf_vlen(type); i++, m++) {
		const char *is = btf__name_by_offset(btf, m->name_off);
		const struct btf_type *inner = btf__type_by_id(btf, m->type);

		if (is && !strcmp(is, name))
			return true;
		if (is && !*is && inner && btf_is_composite(inner) && depth < DEPTH_MAX &&
		    has_member(btf, inner, name, depth + 1))
			return true;
	}
	return false;
}

static bool has_value(const struct btf *btf, const struct btf_type *type, const char *name)
{
	const struct btf_enum *e = btf_enum(type);

	for (unsigned i = 0; i < btf_vlen(type); i++) {
		const char *is = btf__name_by_offset(btf, e[i].name_off);

		if (is && !strcmp(is, name))
			return true;
	}
	return false;
}

/* @path: "struct.member" or "enum.VALUE" */
static bool has_part(const struct btf *btf, const char *path)
{
	const char *part = strchr(path, '.') + 1;
	char outer[64];
	int id;

	snprintf(outer, sizeof(outer), "%.*s", (int)(part - 1 - path), path);
	id = btf__find_by_name_kind(btf, outer, BTF_KIND_STRUCT);
	if (id > 0)
		return has_member(btf, btf__type_by_id(btf, (__u32)id), part, 0);
	id = btf__find_by_name_kind(btf, outer, BTF_KIND_ENUM);
	return id > 0 && has_value(btf, btf__type_by_id(btf, (__u32)id), part);
}

static void look_into_btf(const struct btf *btf, tw_symbol_fn *fn, void *arg)
{
	fn(arg, "btf");
	for (size_t i = 0; i < N; i++) {
		const char *name = symbols[i] + 4;
		bool there = strncmp(symbols[i], "sym:", 4)
				     ? has_part(btf, name)
				     : btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;

		if (there)
			fn(arg, symbols[i]);
	}
}

/* "ffffffff81e502f0 T secure_tcp_seq_and_ts_off"; the addresses may be hidden, the names are not. */
static void look_into_kallsyms(FILE *in, tw_symbol_fn *fn, void *arg)
{
	char line[512], name[256], type;
	bool any = false;

	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, "%*x %c %255s", &type, name) != 2 || (type != 'T' && type != 't'))
			continue;
		if (!any)
			fn(arg, "kallsyms");
		any = true;
		for (size_t i = 0; i < N; i++)
			if (!strncmp(symbols[i], "sym:", 4) && !strcmp(symbols[i] + 4, name))
				fn(arg, symbols[i]);
	}
}

void tw_symbols_each(const char *btf_path, const char *kallsyms, tw_symbol_fn *fn, void *arg)
{
	/* it would warn on stderr of what is no trouble here */
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	struct btf *btf = btf__parse_raw(btf_path);
	FILE *in;

	libbpf_set_print(print);
	if (btf) {
		look_into_btf(btf, fn, arg);
		btf__free(btf);
		return;
	}
	in = fopen(kallsyms, "re");
	if (!in)
		return;
	look_into_kallsyms(in, fn, arg);
	fclose(in);
}
