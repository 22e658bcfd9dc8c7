#include "base/numbers.h"

uint32_t tw_val_number(const struct tw_val *val, const struct tw_numbers *numbers,
		       const struct tw_seg *sent)
{
	uint32_t isn;

	switch (val->base) {
	case TW_NUMBER:
		return val->off;
	case TW_RCV_NXT:
		return numbers->rcv_nxt + val->off;
	case TW_SND_NXT:
		return numbers->snd_nxt + val->off;
	case TW_TS_RECENT:
		return numbers->ts_recent + val->off;
	case TW_SEG_SEQ:
		return sent->seq + val->off;
	case TW_SEG_ACK:
		return sent->ack + val->off;
	case TW_SEG_END:
		return tw_seg_end(sent) + val->off;
	case TW_REOPEN_ISN:
		isn = numbers->snd_nxt + 65535 + 2;
		return (isn ? isn : 1) + val->off;
	case TW_TS_CLOCK:
		return numbers->dut_tsval + val->off;
	default:
		return 0;
	}
}

static uint32_t or_else(const struct tw_val *val, const struct tw_numbers *numbers,
			uint32_t otherwise)
{
	return val->base == TW_UNSET ? otherwise : tw_val_number(val, numbers, NULL);
}

struct tw_seg tw_send_resolve(const struct tw_send *send, enum tw_family family,
			      const struct tw_numbers *numbers)
{
	bool syn = send->flags & TW_SYN, ack = send->flags & TW_ACK;
	struct tw_seg seg = {
		.flags = send->flags,
		.ttl = send->ttl ? send->ttl : 64,
		.ecn = send->ecn,
		.bad_csum = send->bad_csum,
		.win = send->win ? send->win : 65535,
		.urg = send->urg,
		.len = send->len,
		.wscale = -1,
		.odd = send->odd,
	};

	seg.ts = send->tsval.base == TW_UNSET ? numbers->ts : send->tsval.base != TW_ABSENT;
	if (seg.ts) {
		seg.tsval = or_else(&send->tsval, numbers, numbers->ts_recent);
		seg.tsecr = or_else(&send->tsecr, numbers, syn && !ack ? 0 : numbers->dut_last);
	}
	if (syn) {
		seg.mss = family == TW_IPV4 ? 1460 : 1440;
		seg.sackok = true;
		seg.wscale = 7;
	}
	seg.seq = or_else(&send->seq, numbers, numbers->rcv_nxt);
	seg.ack = or_else(&send->ack, numbers, ack ? numbers->snd_nxt : 0);
	return seg;
}
