#include "text/explain.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool moved(const struct tw_observed *seen, const char *name)
{
	return seen->more && tw_moved_find(seen->more, name);
}

static bool refused_by_paws(const struct tw_observed *seen)
{
	return moved(seen, "TcpExtPAWSTimewait") || moved(seen, "TcpExtPAWSEstab");
}

static const char *explain_silence(const struct tw_observed *seen, const struct tw_seg *sent)
{
	if (moved(seen, "TcpExtTCPACKSkippedTimeWait") ||
	    moved(seen, "TcpExtTCPACKSkippedFinWait2"))
		return "silence: the rate limiter withheld the ACK "
		       "(net.ipv4.tcp_invalid_ratelimit)";
	if (moved(seen, "TcpInCsumErrors"))
		return "silence: dropped for its checksum";
	if (moved(seen, "TcpExtListenOverflows"))
		return "silence: the listener's accept queue is full";
	if (moved(seen, "TcpExtTCPMinTTLDrop"))
		return "silence: below the listener's minimal TTL";
	if (moved(seen, "TcpExtTCPMD5NotFound"))
		return "silence: the listener wants an MD5 signature";
	if (refused_by_paws(seen))
		return "silence: refused by PAWS";
	return sent->flags & TW_RST ? "silence, as to any RST" : "silence";
}

static const char *explain_reply(const struct tw_observed *seen, const struct tw_seg *sent)
{
	const unsigned main_flags = TW_SYN | TW_ACK | TW_RST | TW_FIN;

	if (!seen->n_replies)
		return explain_silence(seen, sent);
	switch (seen->reply.flags & main_flags) {
	case TW_SYN | TW_ACK:
		return moved(seen, "TcpExtSyncookiesSent") ? "accepted, with a SYN cookie"
							   : "accepted: a new connection begins";
	case TW_ACK:
		return refused_by_paws(seen) ? "refused by PAWS and answered by an ACK"
					     : "answered by an ACK";
	case TW_RST:
	case TW_RST | TW_ACK:
		return "reset";
	default:
		return "answered";
	}
}

static const char *explain_entry(const struct tw_observed *seen)
{
	const struct tw_step_evidence *more = seen->more;
	bool was_gone = more && more->before.state == TW_STATE_GONE;

	switch (seen->fate) {
	case TW_RUNNING:
		return "lives, its timer runs on";
	case TW_RESTARTED:
		return "lives, its timer was restarted";
	case TW_ALIVE:
		return "lives";
	case TW_GONE:
		return was_gone ? "was gone before" : "is dead";
	case TW_REOPENED:
		return more && more->before.state == TW_STATE_SYN_RECV
			       ? "had given way before"
			       : "gave way to a half-open connection";
	case TW_ESTABLISHED:
		return "gave way to a connection";
	default:
		return "is in an odd state";
	}
}

char *tw_explain(const struct tw_observed *seen, const struct tw_seg *sent, char *ret, size_t size)
{
	bool fw2 = seen->more && (seen->more->before.state == TW_STATE_FIN_WAIT_2 ||
				  (seen->more->before.state != TW_STATE_TIME_WAIT &&
				   seen->state == TW_STATE_FIN_WAIT_2));

	if (fw2 && seen->state == TW_STATE_TIME_WAIT)
		snprintf(ret, size, "%s; FIN_WAIT_2 became TIME_WAIT", explain_reply(seen, sent));
	else
		snprintf(ret, size, "%s; %s %s", explain_reply(seen, sent),
			 fw2 ? "FIN_WAIT_2" : "TIME_WAIT", explain_entry(seen));
	return ret;
}
