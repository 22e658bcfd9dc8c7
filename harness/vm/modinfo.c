#include "vm/modinfo.h"

#include <errno.h>
#include <libelf.h>
#include <string.h>

static const char SIGNED[] = "~Module signature appended~\n";

enum {
	SIGNED_LEN = sizeof(SIGNED) - 1,
	SIGNED_INFO =
		12, /* struct module_signature: its last four bytes are the signature's length, big endian */
};

static size_t without_signature(const uint8_t *module, size_t len)
{
	const uint8_t *info;
	size_t sig;

	if (len < SIGNED_LEN + SIGNED_INFO ||
	    memcmp(module + len - SIGNED_LEN, SIGNED, SIGNED_LEN) != 0)
		return len;
	info = module + len - SIGNED_LEN - SIGNED_INFO;
	sig = (size_t)info[8] << 24 | (size_t)info[9] << 16 | (size_t)info[10] << 8 | info[11];
	return sig > len - SIGNED_LEN - SIGNED_INFO ? len : len - SIGNED_LEN - SIGNED_INFO - sig;
}

/* "key=value\0key=value\0"; whatever does not end in a NUL is left out. */
static void read_pairs(const char *text, size_t len, struct tw_modinfo *ret)
{
	const struct {
		const char *key;
		const char **value;
	} wanted[] = { { "vermagic=", &ret->vermagic },
		       { "depends=", &ret->depends },
		       { "softdep=", &ret->softdep } };
	const char *end;

	for (; len && (end = memchr(text, '\0', len));
	     len -= (size_t)(end + 1 - text), text = end + 1)
		for (unsigned i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
			if (!strncmp(text, wanted[i].key, strlen(wanted[i].key)) &&
			    !**wanted[i].value)
				*wanted[i].value = text + strlen(wanted[i].key);
}

static const Elf64_Shdr *find_section(Elf *elf, const char *name)
{
	size_t names;
	Elf_Scn *at = NULL;
	const Elf64_Shdr *head;
	const char *is;

	if (elf_getshdrstrndx(elf, &names) != 0)
		return NULL;
	while ((at = elf_nextscn(elf, at))) {
		head = elf64_getshdr(at);
		is = head ? elf_strptr(elf, names, head->sh_name) : NULL;
		if (is && !strcmp(is, name))
			return head;
	}
	return NULL;
}

int tw_modinfo_read(const uint8_t *module, size_t len, const char *what, struct tw_modinfo *ret,
		    size_t *ret_len, struct tw_err *err)
{
	const Elf64_Shdr *info;
	Elf *elf;
	int code = 0;

	*ret = (struct tw_modinfo){ "", "", "" };
	*ret_len = without_signature(module, len);
	elf_version(EV_CURRENT);
	elf = elf_memory((char *)module, *ret_len);
	info = elf && elf_kind(elf) == ELF_K_ELF ? find_section(elf, ".modinfo") : NULL;
	if (!info || info->sh_offset > *ret_len || info->sh_size > *ret_len - info->sh_offset)
		code = tw_err_set(err, EINVAL, "%s is no kernel module for x86-64", what);
	else
		read_pairs((const char *)module + info->sh_offset, info->sh_size, ret);
	elf_end(elf);
	return code;
}
