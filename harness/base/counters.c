#include "base/counters.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

const char *const tw_counters_watched[] = {
	"TcpAttemptFails",
	"TcpEstabResets",
	"TcpInErrs",
	"TcpInCsumErrors",
	"TcpExtTW",
	"TcpExtTWKilled",
	"TcpExtTWRecycled",
	"TcpExtPAWSActive",
	"TcpExtPAWSEstab",
	"TcpExtPAWSOldAck",
	"TcpExtPAWSPassive",
	"TcpExtPAWSTimewait",
	"TcpExtTSEcrRejected",
	"TcpExtBeyondWindow",
	"TcpExtTCPACKSkippedTimeWait",
	"TcpExtTCPACKSkippedFinWait2",
	"TcpExtTCPACKSkippedPAWS",
	"TcpExtTCPACKSkippedSeq",
	"TcpExtTCPACKSkippedSynRecv",
	"TcpExtTCPACKSkippedChallenge",
	"TcpExtTCPChallengeACK",
	"TcpExtTCPSYNChallenge",
	"TcpExtListenOverflows",
	"TcpExtListenDrops",
	"TcpExtEmbryonicRsts",
	"TcpExtTCPMinTTLDrop",
	"TcpExtTCPMD5NotFound",
	"TcpExtTCPMD5Unexpected",
	"TcpExtTCPMD5Failure",
	"TcpExtTCPReqQFullDrop",
	"TcpExtTCPReqQFullDoCookies",
	"TcpExtSyncookiesSent",
	"TcpExtSyncookiesRecv",
	"TcpExtSyncookiesFailed",
	"TcpExtTCPTimeWaitOverflow",
	"TcpExtTCPAbortOnData",
	"TcpExtTCPAbortOnClose",
	"TcpExtTCPAbortOnTimeout",
	"TcpExtTCPAbortOnLinger",
	"TcpExtTCPRcvQDrop",
	NULL,
};

/* A cursor over text that need not end with a NUL. */
struct cursor {
	const char *at, *end;
};

static struct cursor next_line(struct cursor *text)
{
	const char *nl = memchr(text->at, '\n', (size_t)(text->end - text->at));
	struct cursor line = { text->at, nl ? nl : text->end };

	text->at = nl ? nl + 1 : text->end;
	return line;
}

static bool next_word(struct cursor *line, struct cursor *ret)
{
	while (line->at < line->end && isspace((unsigned char)*line->at))
		line->at++;
	ret->at = line->at;
	while (line->at < line->end && !isspace((unsigned char)*line->at))
		line->at++;
	ret->end = line->at;
	return ret->at < ret->end;
}

/* Signed: Tcp's MaxConn is -1. */
static int parse_value(struct cursor word, uint64_t *ret)
{
	bool minus = *word.at == '-';
	uint64_t v = 0;

	word.at += minus;
	if (word.at == word.end)
		return -EINVAL;
	for (; word.at < word.end; word.at++) {
		if (*word.at < '0' || *word.at > '9' || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, *word.at - '0', &v))
			return -EINVAL;
	}
	*ret = minus ? 0 - v : v;
	return 0;
}

static int add(struct tw_counters *cs, struct cursor prefix, struct cursor name,
	       struct cursor value, struct tw_err *err)
{
	size_t plen = (size_t)(prefix.end - prefix.at), nlen = (size_t)(name.end - name.at);
	struct tw_counter *c = &cs->c[cs->n];

	if (cs->n == TW_COUNTERS_CAP)
		return tw_err_set(err, E2BIG, "more than %d counters", TW_COUNTERS_CAP);
	if (plen + nlen >= sizeof(c->name))
		return tw_err_set(err, EINVAL, "a counter's name is too long: %.*s",
				  (int)(nlen < 60 ? nlen : 60), name.at);
	if (parse_value(value, &c->value) < 0)
		return tw_err_set(err, EINVAL, "the value of counter %.*s is no number", (int)nlen,
				  name.at);
	memcpy(c->name, prefix.at, plen);
	memcpy(c->name + plen, name.at, nlen);
	c->name[plen + nlen] = '\0';
	cs->n++;
	return 0;
}

static int parse_pair(struct tw_counters *cs, struct cursor names, struct cursor values,
		      struct tw_err *err)
{
	struct cursor prefix, again, name, value;
	int ret;

	if (!next_word(&names, &prefix) || !next_word(&values, &again) ||
	    prefix.end - prefix.at != again.end - again.at ||
	    memcmp(prefix.at, again.at, (size_t)(prefix.end - prefix.at)) != 0)
		return tw_err_set(err, EINVAL,
				  "a line of counter names has no line of values behind it");
	prefix.end--; /* the colon */
	while (next_word(&names, &name)) {
		if (!next_word(&values, &value))
			return tw_err_set(err, EINVAL, "counter %.*s has no value",
					  (int)(name.end - name.at), name.at);
		ret = add(cs, prefix, name, value, err);
		if (ret < 0)
			return ret;
	}
	if (next_word(&values, &value))
		return tw_err_set(err, EINVAL, "there are more values than counters");
	return 0;
}

int tw_counters_parse(struct tw_counters *cs, const char *text, size_t len, struct tw_err *err)
{
	struct cursor all = { text, text + len }, line, peek, word, value;
	int ret = 0;

	while (all.at < all.end && ret == 0) {
		line = peek = next_line(&all);
		if (!next_word(&peek, &word))
			continue;
		if (word.end[-1] == ':') {
			ret = parse_pair(cs, line, next_line(&all), err);
		} else if (next_word(&peek, &value)) {
			ret = add(cs, (struct cursor){ word.at, word.at }, word, value, err);
		} else {
			ret = tw_err_set(err, EINVAL, "counter %.*s has no value",
					 (int)(word.end - word.at), word.at);
		}
	}
	return ret;
}

static const struct tw_counter *find(const struct tw_counters *cs, const char *name)
{
	for (unsigned i = 0; i < cs->n; i++)
		if (!strcmp(cs->c[i].name, name))
			return &cs->c[i];
	return NULL;
}

uint64_t tw_counters_get(const struct tw_counters *cs, const char *name)
{
	const struct tw_counter *c = find(cs, name);

	return c ? c->value : 0;
}

static bool is_gauge(const char *name)
{
	return !strcmp(name, "TcpCurrEstab") || !strncmp(name, "TcpRto", 6) ||
	       !strcmp(name, "TcpMaxConn");
}

static unsigned moved_of(const struct tw_counters *before, const struct tw_counters *after,
			 bool tcp, struct tw_moved ret[TW_MOVED_MAX], unsigned n)
{
	for (unsigned i = 0; i < after->n && n < TW_MOVED_MAX; i++) {
		const struct tw_counter *a = &after->c[i];
		bool same = i < before->n && !strcmp(before->c[i].name, a->name);
		uint64_t was = same ? before->c[i].value : tw_counters_get(before, a->name);

		if (was == a->value || (strncmp(a->name, "Tcp", 3) == 0) != tcp ||
		    is_gauge(a->name))
			continue;
		memcpy(ret[n].name, a->name, sizeof(ret[n].name));
		ret[n].before = was;
		ret[n].after = a->value;
		n++;
	}
	return n;
}

unsigned tw_counters_moved(const struct tw_counters *before, const struct tw_counters *after,
			   struct tw_moved ret[TW_MOVED_MAX])
{
	return moved_of(before, after, false, ret, moved_of(before, after, true, ret, 0));
}
