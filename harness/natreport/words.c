#include "natreport/words.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME(table, i) ((unsigned)(i) < sizeof(table) / sizeof((table)[0]) ? (table)[i] : "?")

const char *tw_say_verdict(enum tw_nat_verdict verdict)
{
	static const char *const name[] = { "PASS", "FAIL", "SKIP", "ERROR" };

	return NAME(name, verdict);
}

const char *tw_say_outcome(enum tw_nat_outcome outcome)
{
	static const char *const name[] = {
		[TW_NAT_VOID] = "void",           [TW_NAT_ACCEPTED] = "accepted",
		[TW_NAT_RECOVERED] = "recovered", [TW_NAT_UNCONNECTED] = "unconnected",
		[TW_NAT_TIMED_OUT] = "timed-out", [TW_NAT_NOT_FORWARDED] = "not-forwarded",
	};

	return NAME(name, outcome);
}

const char *tw_say_answer(enum tw_nat_answer answer)
{
	static const char *const name[] = { "nothing", "SYN-ACK", "ACK", "RST" };

	return NAME(name, answer);
}

const char *tw_say_rule(enum tw_nat_rule rule)
{
	static const char *const name[] = { "accepts", "paws", "sequence" };

	return NAME(name, rule);
}

const char *tw_say_promise(enum tw_nat_promise promise)
{
	static const char *const name[] = { "loses", "no-loss", "anything", "exhausted" };

	return NAME(name, promise);
}

const char *tw_say_clock(enum tw_nat_clock_kind kind)
{
	static const char *const name[] = { "not told", "one for all", "per host", "per 4-tuple" };

	return NAME(name, kind);
}

const char *tw_say_clock_means(enum tw_nat_clock_kind kind)
{
	static const char *const means[] = {
		"the TSvals did not tell which clock they come from",
		"all hosts of one machine share one clock, so that a later SYN has a later TSval; "
		"hosts that were booted at "
		"different times have different ones, and the one with the lower uptime loses",
		"each pair of hosts has an offset of its own: two hosts behind one address are "
		"strangers to each other, but all "
		"ports of one host share a clock",
		"each 4-tuple has an offset of its own: even one host is a stranger to its own old "
		"connection when it comes from "
		"another port",
	};

	return NAME(means, kind);
}

const char *tw_say_recycle(enum tw_recycle_says says)
{
	static const char *const name[] = { "pass", "drop-old", "drop-no-ts" };

	return NAME(name, says);
}

const char *tw_say_recycle_rule(enum tw_recycle_rule rule)
{
	static const char *const name[] = {
		"kernels 2.6.37 to 3.16: SYNs with a timestamp are looked at (H-02)",
		"kernels 3.17 to 4.11 and RHEL 7: SYNs without a timestamp are dropped as well "
		"(H-12)",
	};

	return NAME(name, rule);
}

char *tw_say_ms(double ms, char *ret, size_t size)
{
	if (!isfinite(ms))
		snprintf(ret, size, "-");
	else if (fabs(ms) < 1)
		snprintf(ret, size, "%.2f ms", ms);
	else if (fabs(ms) < 100)
		snprintf(ret, size, "%.1f ms", ms);
	else if (fabs(ms) < 1000)
		snprintf(ret, size, "%.0f ms", ms);
	else
		snprintf(ret, size, "%.1f s", ms / 1000);
	return ret;
}

/* Decimals that a rate of so many deserves. */
static int decimals(const struct tw_nat_rate *rate)
{
	return rate->of > 1000 ? 2 : rate->of > 200 ? 1 : 0;
}

char *tw_say_percent(const struct tw_nat_rate *rate, char *ret, size_t size)
{
	if (rate->of)
		snprintf(ret, size, "%.*f %%", decimals(rate), 100.0 * rate->n / rate->of);
	else
		snprintf(ret, size, "-");
	return ret;
}

char *tw_say_interval(const struct tw_nat_rate *rate, char *ret, size_t size)
{
	if (rate->of && isfinite(rate->low) && isfinite(rate->high))
		snprintf(ret, size, "%.*f..%.*f %%", decimals(rate), 100 * rate->low,
			 decimals(rate), 100 * rate->high);
	else
		snprintf(ret, size, "-");
	return ret;
}

char *tw_say_addr(const struct tw_addr *addr, char *ret, size_t size)
{
	static const uint8_t none[12];
	bool v4 = !memcmp(addr->b + 4, none, sizeof(none));

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, addr->b, ret, (socklen_t)size))
		snprintf(ret, size, "-");
	return ret;
}
