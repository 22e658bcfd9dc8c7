#include <string.h>

#include "model/model.h"

/* clang-format off */
const struct tw_clause_info tw_clauses[TW_CLAUSES] = {
	[TW_CLAUSE_NONE] = { "none", "nothing" },
	[TW_P02_HEADER] = { "P-02.header", "a header that is cut off is taken for a whole one" },
	[TW_P04_POLICY] = { "P-04.policy", "an IPsec policy is not applied" },
	[TW_P05_CHECKSUM] = { "P-05.checksum", "the checksum is not looked at" },
	[TW_P07_ICMP] = { "P-07.icmp", "an ICMP error ends the entry" },
	[TW_D30_OLDER] = { "D-30.older", "no TSval is too old" },
	[TW_D30_ZERO] = { "D-30.zero", "PAWS is on while TS.Recent is 0" },
	[TW_D30_AGE] = { "D-30.age", "TS.Recent is believed for 0 s" },
	[TW_D30_RST] = { "D-30.rst", "PAWS does not hold for RSTs, for 0 s" },
	[TW_D30_SYSCTL] = { "D-30.sysctl", "timestamps are looked at with tcp_timestamps=0" },
	[TW_D30_PLAIN] = { "D-30.plain", "timestamps are looked at though the old connection had none" },
	[TW_D01_PAWS] = { "D-01.paws", "FIN_WAIT_2 takes what is too old" },
	[TW_D01_WINDOW] = { "D-01.window", "FIN_WAIT_2 takes what is outside the window" },
	[TW_D01_EDGE] = { "D-01.edge", "what is empty at R+wnd is outside the window" },
	[TW_D01_LIMIT] = { "D-01.limit", "FIN_WAIT_2 does not limit its answers" },
	[TW_D02_KILL] = { "D-02.kill", "a RST in the window does not end FIN_WAIT_2" },
	[TW_D03_RESET] = { "D-03.reset", "a SYN is no reason to reset" },
	[TW_D04_NO_ACK] = { "D-04.no-ack", "what has no ACK is looked at" },
	[TW_D04_EMPTY] = { "D-04.empty", "what has no length is looked at" },
	[TW_D05_DATA] = { "D-05.data", "data without FIN does not reset" },
	[TW_D05_ORDER] = { "D-05.order", "a FIN that is not next is taken" },
	[TW_D06_RESTART] = { "D-06.restart", "the FIN does not begin a TIME_WAIT of 60 s" },
	[TW_D06_TS] = { "D-06.ts", "the FIN does not move TS.Recent" },
	[TW_D10_KILL] = { "D-10.kill", "a RST at R does nothing" },
	[TW_D11_KEEP] = { "D-11.keep", "tcp_rfc1337 has no effect" },
	[TW_D11_TS] = { "D-11.ts", "an ignored RST does not move TS.Recent" },
	[TW_D12_SWALLOW] = { "D-12.swallow", "what is empty at R is answered" },
	[TW_D12_RESTART] = { "D-12.restart", "what is empty at R does not restart the timer" },
	[TW_D12_TS] = { "D-12.ts", "what is empty at R does not move TS.Recent" },
	[TW_D20_SEQ] = { "D-20.seq", "a higher number does not reopen" },
	[TW_D20_TS] = { "D-20.ts", "a newer TSval does not reopen" },
	[TW_D20_PAWS] = { "D-20.paws", "a SYN that PAWS refuses reopens" },
	[TW_D20_BARE] = { "D-20.bare", "a SYN|ACK reopens" },
	[TW_D30_COUNT] = { "D-30.count", "PAWS rejects are not counted" },
	[TW_D31_PAWS_RESTARTS] = { "D-31.paws-restarts", "a PAWS reject does not restart the timer" },
	[TW_D31_ACK_RESTARTS] = { "D-31.ack-restarts", "ACK does not restart the timer" },
	[TW_D31_LIMIT] = { "D-31.limit", "TIME_WAIT does not limit its answers" },
	[TW_D31_EXEMPT] = { "D-31.exempt", "what has a length is limited as well" },
	[TW_D31_SYN_LIMITED] = { "D-31.syn-limited", "a SYN is not limited" },
	[TW_D31_NO_TS] = { "D-31.no-ts", "the ACK has timestamps while TS.Recent is 0" },
	[TW_D32_SILENT] = { "D-32.silent", "a RST that does nothing is answered" },
	[TW_D41_ISN] = { "D-41.isn", "a reopened tuple begins at S+65536" },
	[TW_D43_OVERFLOW] = { "D-43.overflow", "a full accept queue takes a SYN" },
	[TW_D44_FIN] = { "D-44.fin", "the listener takes a SYN with FIN" },
	[TW_D45_TTL] = { "D-45.ttl", "the listener's minimum TTL is not looked at" },
	[TW_D45_FILTER] = { "D-45.filter", "the listener's filter is not asked" },
	[TW_D45_OPTIONS] = { "D-45.options", "the listener takes options that break off" },
	[TW_D45_KEY] = { "D-45.key", "the listener's MD5 key is not asked for" },
	[TW_D47_CLOSED] = { "D-47.closed", "a SYN reopens without a listener" },
	[TW_D48_ACK] = { "D-48.ack", "a RST that answers an ACK has number 0" },
	[TW_D48_NO_ACK] = { "D-48.no-ack", "a RST that answers no ACK acks 0" },
	[TW_D48_OPTIONS] = { "D-48.options", "what has options that break off is reset" },
};
/* clang-format on */

enum tw_clause tw_clause_find(const char *name)
{
	for (unsigned i = 0; i < TW_CLAUSES; i++)
		if (!strcmp(tw_clauses[i].name, name))
			return (enum tw_clause)i;
	return TW_CLAUSE_NONE;
}
