#include "cmd/given_args.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int tw_take_word(const struct tw_word *words, const char *text, int *ret, struct tw_err *err)
{
	char list[256] = "";

	for (; words->word; words++) {
		if (!strcmp(words->word, text)) {
			*ret = words->value;
			return 0;
		}
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
			 *list ? ", " : "", words->word);
	}
	return tw_err_set(err, EINVAL, "\"%s\" is none of: %s", text, list);
}

int tw_take_enter(void *to, const char *text, struct tw_err *err)
{
	static const struct tw_word words[] = { { "fin-wait-2", TW_BY_FIN_WAIT_2 },
						{ "fin-ack", TW_BY_FIN_ACK },
						{ "closing", TW_BY_CLOSING },
						{ "stay-in-fin-wait-2", TW_TO_FIN_WAIT_2 },
						{ NULL, 0 } };
	int v, ret = tw_take_word(words, text, &v, err);

	if (ret >= 0)
		*(enum tw_enter *)to = (enum tw_enter)v;
	return ret;
}

int tw_take_role(void *to, const char *text, struct tw_err *err)
{
	static const struct tw_word words[] = { { "accepted", TW_ACCEPTED },
						{ "connected", TW_CONNECTED },
						{ NULL, 0 } };
	int v, ret = tw_take_word(words, text, &v, err);

	if (ret >= 0)
		*(enum tw_role *)to = (enum tw_role)v;
	return ret;
}

int tw_take_ts_use(void *to, const char *text, struct tw_err *err)
{
	static const struct tw_word words[] = { { "on", TW_TS_ON },
						{ "off", TW_TS_OFF },
						{ NULL, 0 } };
	int v, ret = tw_take_word(words, text, &v, err);

	if (ret >= 0)
		*(enum tw_ts_use *)to = (enum tw_ts_use)v;
	return ret;
}

int tw_take_listener(void *to, const char *text, struct tw_err *err)
{
	static const struct tw_word words[] = {
		{ "open", TW_LISTENING },
		{ "closed", TW_CLOSED },
		{ "accept-queue-full", TW_ACCEPT_QUEUE_FULL },
		{ "syn-queue-full", TW_SYN_QUEUE_FULL },
		{ "min-ttl", TW_MIN_TTL },
		{ "filtered", TW_FILTERED },
		{ "md5", TW_MD5_KEYED },
		{ "ipsec-refused", TW_IPSEC_REFUSED },
		{ NULL, 0 },
	};
	int v, ret = tw_take_word(words, text, &v, err);

	if (ret >= 0)
		*(enum tw_listener *)to = (enum tw_listener)v;
	return ret;
}

/* "name=value", the name with or without its net.ipv4. */
int tw_take_sysctl(struct tw_sysctl_names *names, struct tw_sysctl *list, unsigned room,
		   const char *text, struct tw_err *err)
{
	const char *eq = strchr(text, '=');
	size_t len = eq ? (size_t)(eq - text) : 0;
	bool bare = !memchr(text, '.', len);
	unsigned i = 0;

	if (!len || !eq[1] || len > 64)
		return tw_err_set(err, EINVAL, "\"%.80s\": write name=value, as in tcp_rfc1337=1",
				  text);
	while (i < room && list[i].name)
		i++;
	if (i == room || names->n == TW_SYSCTL_NAMES)
		return tw_err_set(err, EINVAL, "at most %u of these", room);
	snprintf(names->name[names->n], sizeof(names->name[0]), "%s%.*s", bare ? "net.ipv4." : "",
		 (int)len, text);
	list[i] = (struct tw_sysctl){ names->name[names->n++], eq + 1 };
	return 0;
}
