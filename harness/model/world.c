#include <stdlib.h>
#include <string.h>

#include "model/model.h"

enum {
	PAWS_WRAP_S = 2147,          /* TCP_PAWS_WRAP */
	PAWS_24_DAYS_S = 24 * 86400, /* TCP_PAWS_24DAYS */
	MD5_LEN = 18,                /* TCPOLEN_MD5SIG */
	AO_LEN = 5,                  /* sizeof(struct tcp_ao_hdr) + 1 */
	LIMIT_MS = 500,              /* tcp_invalid_ratelimit */
};

#define AO_COMPILED_IN "sym:tcp_inbound_ao_hash"

const struct tw_model_facts tw_model_facts_new = {
	.paws_counter = true,
	.limits = true,
	.drops_syn_fin = true,
	.zero_is_off = true,
	.csum_counter = true,
	.options_left = MD5_LEN,
	.paws_s = PAWS_WRAP_S,
};

void tw_model_facts_of(const struct tw_facts *facts, struct tw_model_facts *ret)
{
	*ret = (struct tw_model_facts){
		.paws_counter = tw_facts_has(facts, "TcpExtPAWSTimewait"),
		.limits = tw_facts_has(facts, "TcpExtTCPACKSkippedTimeWait"),
		.rst_restarts = tw_facts_tell(facts, "H-26") == TW_NO,
		.drops_syn_fin = tw_facts_has(facts, "H-05"),
		.zero_is_off = tw_facts_has(facts, "H-10"),
		.isn_lost = tw_facts_has(facts, "H-63"),
		.full_one_sooner = tw_facts_tell(facts, "H-64") == TW_NO,
		.csum_counter = tw_facts_has(facts, "TcpInCsumErrors"),
		.options_left = !tw_facts_has(facts, "H-69")          ? 0
				: tw_facts_has(facts, AO_COMPILED_IN) ? AO_LEN
								      : MD5_LEN,
		.paws_s = tw_facts_has(facts, "H-42") ? PAWS_WRAP_S : PAWS_24_DAYS_S,
	};
}

struct tw_world tw_world_default(const struct tw_model_facts *facts)
{
	return (struct tw_world){
		.facts = *facts,
		.timestamps = true,
		.cookies = 1,
		.limit_ms = LIMIT_MS,
	};
}

bool tw_world_sysctl(struct tw_world *world, const struct tw_sysctl *sysctl)
{
	static const char prefix[] = "net.ipv4.";
	const char *name = sysctl->name + sizeof(prefix) - 1;
	unsigned long value = strtoul(sysctl->value, NULL, 10);

	if (strncmp(sysctl->name, prefix, sizeof(prefix) - 1) != 0)
		return false;
	if (!strcmp(name, "tcp_rfc1337"))
		world->rfc1337 = value != 0;
	else if (!strcmp(name, "tcp_timestamps"))
		world->timestamps = value != 0;
	else if (!strcmp(name, "tcp_syncookies"))
		world->cookies = (uint8_t)value;
	else if (!strcmp(name, "tcp_invalid_ratelimit"))
		world->limit_ms = (uint32_t)value;
	else
		return false;
	return true;
}

struct tw_model tw_model_enter(const struct tw_given *given, const struct tw_numbers *numbers,
			       uint32_t wnd, uint64_t now_ms)
{
	return (struct tw_model){
		.state =
			given->enter == TW_TO_FIN_WAIT_2 ? TW_STATE_FIN_WAIT_2 : TW_STATE_TIME_WAIT,
		.rcv_nxt = numbers->rcv_nxt,
		.snd_nxt = numbers->snd_nxt,
		.ts = numbers->ts,
		.ts_recent = numbers->ts_recent,
		.stamp_ms = now_ms,
		.wnd = wnd,
		.ends_ms = now_ms + TW_TIMEWAIT_LEN_MS,
	};
}

bool tw_world_given(const struct tw_given *given, const struct tw_model_facts *facts,
		    struct tw_world *ret, bool *ret_ts)
{
	bool known = true;

	*ret = tw_world_default(facts);
	ret->dut = given->dut;
	for (unsigned i = 0; i < sizeof(given->sysctl) / sizeof(*given->sysctl); i++)
		if (given->sysctl[i].name)
			known &= tw_world_sysctl(ret, &given->sysctl[i]);
	*ret_ts = given->ts == TW_TS_ON && ret->timestamps;
	for (unsigned i = 0; i < sizeof(given->late) / sizeof(*given->late); i++)
		if (given->late[i].name)
			known &= tw_world_sysctl(ret, &given->late[i]);
	return known;
}
