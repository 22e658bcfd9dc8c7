#include "judge/facts_profile.h"

#include <string.h>

#include "judge/facts_release.h"

/* clang-format off */
#define IN(major_, minor_) .major = major_, .minor = minor_
#define AFTER(major_, minor_) .after_major = major_, .after_minor = minor_
#define STABLE(...) .stable = { __VA_ARGS__ }

/* the two ways in which tcp_tw_recycle is seen to be gone, and the two of the timestamp offset */
#define NO_RECYCLE { .probe = "!TcpExtPAWSPassive", IN(4, 12) }
#define PER_TUPLE_OFFSET { \
	.probe = "sym:secure_tcp_seq_and_ts_off", IN(7, 0), \
	STABLE({ 6, 19, 6, 7 }, { 6, 18, 16, 17 }, { 6, 12, 63, 94 }) }
#define BIND_SEES_TIME_WAIT { \
	.probe = "btf:inet_timewait_sock.tw_tb2", IN(6, 2), STABLE({ 6, 1, 6, 7 }) }

static const struct tw_change changes[] = {
	{ "H-02", "with tcp_tw_recycle a host's older timestamp is dropped in silence for a minute",
	  { IN(2, 6) }, NO_RECYCLE },
	{ "H-03", "with tcp_tw_recycle TIME_WAIT lasts 3.5 RTOs", { IN(2, 6) }, NO_RECYCLE },
	{ "H-04", "a SYN is sent again after one second, not three", { IN(3, 1) }, { 0 } },
	{ "H-05", "a listener drops a SYN with FIN", { IN(3, 3) }, { 0 } },
	{ "H-07", "RFC 5961: what could be forged is challenged by an ACK",
	  { .probe = "TcpExtTCPChallengeACK", IN(3, 6) }, { 0 } },
	{ "H-08", "tcp_syn_retries is 6, not 5", { IN(3, 7) }, { 0 } },
	{ "H-09", "SO_REUSEPORT", { IN(3, 9) }, { 0 } },
	{ "H-10", "PAWS is off while TS.Recent is 0", { IN(3, 13), AFTER(2, 6) }, { 0 } },
	{ "H-12", "with tcp_tw_recycle a SYN without timestamps is dropped as well",
	  { IN(3, 17) }, NO_RECYCLE },
	{ "H-13", "the ACKs of TIME_WAIT have a rate limit",
	  { .probe = "TcpExtTCPACKSkippedTimeWait", IN(4, 0) }, { 0 } },
	{ "H-14", "each TIME_WAIT has a timer of its own, not a slot of 7.5 s",
	  { IN(4, 1) }, { 0 } },
	{ "H-15", "connect() takes even ports, bind() odd ones", { IN(4, 2) }, { 0 } },
	{ "H-16", "the RST of a FIN_WAIT_2 leaves by the bound device", { IN(4, 5) }, { 0 } },
	{ "H-17", "a thousand challenge ACKs a second, not a hundred",
	  { IN(4, 7), STABLE({ 4, 4, 0, TW_PATCH_NOT_READ }) }, { 0 } },
	{ "H-18", "TSvals have an offset per connection", { IN(4, 10) },
	  { IN(4, 11), STABLE({ 4, 10, 0, 17 }) } },
	{ "H-19", "TSvals have an offset per pair of hosts",
	  { IN(4, 11), STABLE({ 4, 10, 0, 17 }) }, PER_TUPLE_OFFSET },
	{ "H-20", "a full accept queue drops SYNs even if no half-open connection is young",
	  { IN(4, 10) }, { 0 } },
	{ "H-21", "a RST one below RCV.NXT is taken in CLOSING", { IN(4, 11) }, { 0 } },
	{ "H-22", "there is no tcp_tw_recycle", NO_RECYCLE, { 0 } },
	{ "H-23", "TSvals count milliseconds, not ticks of HZ", { IN(4, 13) }, { 0 } },
	{ "H-24", "tcp_rfc1337 is per namespace", { IN(4, 15) }, { 0 } },
	{ "H-25", "TIME_WAIT keeps SO_MARK",
	  { .probe = "btf:inet_timewait_sock.tw_mark", IN(4, 18) }, { 0 } },
	/* 4.4.155, 4.14.177 and 4.19.40 were read */
	{ "H-26", "with tcp_rfc1337 a RST does not restart TIME_WAIT",
	  { IN(4, 19), STABLE({ 4, 18, 0, TW_PATCH_NOT_READ }, { 4, 14, 0, 177 },
			      { 4, 9, 0, TW_PATCH_NOT_READ }, { 4, 4, 155, TW_PATCH_NOT_READ }) },
	  { 0 } },
	{ "H-27", "tcp_tw_reuse is 2 (loopback) by default, not 0",
	  { .probe = "default:net.ipv4.tcp_tw_reuse=2", IN(4, 19) }, { 0 } },
	{ "H-28", "tcp_tw_reuse waits for the next whole second", { IN(4, 19) },
	  { .probe = "net.ipv4.tcp_tw_reuse_delay", IN(6, 14) } },
	{ "H-29", "somaxconn is 4096 by default, not 128",
	  { .probe = "default:net.core.somaxconn=4096", IN(5, 4) }, { 0 } },
	{ "H-30", "an ACK that is no answer makes the SYN go out again at once, not after a second",
	  { IN(5, 6) }, { 0 } },
	{ "H-31", "ip_autobind_reuse", { IN(5, 7) }, { 0 } },
	{ "H-32", "TCP_LINGER2 goes up to two minutes, not to tcp_fin_timeout", { IN(5, 8) }, { 0 } },
	{ "H-33", "connect() chooses ports by a double hash",
	  { IN(5, 12), STABLE({ 5, 10, 0, 223 }, { 5, 4, 0, 214 }) }, { 0 } },
	{ "H-34", "TCP tells why it drops a segment", { IN(5, 17) }, { 0 } },
	{ "H-35", "the counter TW moves when TIME_WAIT is entered, not when it ends",
	  { IN(5, 18) }, { 0 } },
	{ "H-36", "SOCK_DESTROY takes TIME_WAIT too; the limit of challenge ACKs is per namespace",
	  { IN(6, 0) }, { 0 } },
	{ "H-37", "bind() to one address overlooks TIME_WAIT", { IN(6, 1) }, BIND_SEES_TIME_WAIT },
	{ "H-38", "bind() to one address finds TIME_WAIT in its hash", BIND_SEES_TIME_WAIT, { 0 } },
	{ "H-39", "conntrack lets the RST that answers a challenge ACK pass",
	  { IN(6, 2), STABLE({ 6, 1, 10, 11 }) }, { 0 } },
	{ "H-40", "an established connection challenges a SYN that PAWS refuses",
	  { IN(6, 4), AFTER(6, 2) }, { 0 } },
	{ "H-41", "the first four SYNs are one second apart",
	  { .probe = "net.ipv4.tcp_syn_linear_timeouts", IN(6, 5) }, { 0 } },
	{ "H-42", "TS.Recent is forgotten after 2147 s, not 24 days",
	  { .probe = "btf:inet_timewait_sock.tw_usec_ts", IN(6, 7) }, { 0 } },
	/* over with H-58, or in other words where the packet carries the number again; 6.12.117 was looked at */
	{ "H-43", "the number for a reopened tuple waits in a per-CPU variable, and leaks",
	  { IN(6, 10) },
	  { .probe = "btf:tcp_skb_cb.tcp_tw_isn", IN(7, 0),
	    STABLE({ 6, 19, 6, TW_PATCH_NOT_READ }, { 6, 18, 15, 44 }, { 6, 12, 0, 117 }) } },
	{ "H-46", "connect() without bind() does not take FIN_WAIT_2 over",
	  { IN(6, 12), STABLE({ 6, 11, 3, 4 }, { 6, 6, 9, TW_PATCH_NOT_READ }, { 6, 1, 114, 115 }) },
	  { 0 } },
	{ "H-47", "tcp_tw_reuse waits for tcp_tw_reuse_delay",
	  { .probe = "net.ipv4.tcp_tw_reuse_delay", IN(6, 14) }, { 0 } },
	{ "H-48", "an established connection does not answer an old ACK that PAWS refuses",
	  { .probe = "TcpExtPAWSOldAck", IN(6, 14) }, { 0 } },
	{ "H-49", "SYN_RECEIVED refuses a TSecr that was never sent",
	  { .probe = "TcpExtTSEcrRejected", IN(6, 16), AFTER(6, 14) }, { 0 } },
	{ "H-50", "PAWS in TIME_WAIT has a counter and a reason of its own",
	  { .probe = "TcpExtPAWSTimewait", IN(6, 16), AFTER(6, 14) }, { 0 } },
	{ "H-52", "the ACK that answers what is out of window has no ECN bits",
	  { .probe = "btf:tcp_tw_status.TCP_TW_ACK_OOW", IN(6, 16), AFTER(6, 14) }, { 0 } },
	{ "H-53", "a segment that ends beyond the window is refused",
	  { .probe = "TcpExtBeyondWindow", IN(6, 17) }, { 0 } },
	/* 6.16.12 and 6.17.8 were read; measured on 6.1.170 */
	{ "H-54", "a port that is released is open to connect() again",
	  { IN(6, 18), STABLE({ 6, 17, -1, 8 }) }, { 0 } },
	{ "H-56", "PSP applies to TIME_WAIT", { IN(6, 18) }, { 0 } },
	{ "H-57", "TSvals have an offset per four-tuple", PER_TUPLE_OFFSET, { 0 } },
	{ "H-59", "SYN_RECEIVED challenges a RST that is in the window but not exact",
	  { .probe = "sym:tcp_reqsk_send_challenge_ack", IN(7, 1),
	    STABLE({ 7, 0, -1, TW_PATCH_NOT_READ }, { 6, 18, 15, 44 }, { 6, 12, 104, 105 }) },
	  { 0 } },
	{ "H-60", "ip_local_port_step_width", { IN(7, 1) }, { 0 } },
	{ "H-61", "an established connection takes TS.Recent from old ACKs as well",
	  { IN(7, 2) }, { 0 } },
	/*
	 * tcp_v4_fill_cb() is run a second time and clears it: since 4.15 (eeea10b83a13), over IPv6 since 3.19, until it got
	 * its variable (H-43). BTF does not tell it from what came after H-43. Measured on 5.10.218 and 6.1.170.
	 */
	{ "H-63", "the number for a reopened tuple is lost: it gets a fresh one, or a cookie",
	  { IN(4, 15), AFTER(3, 18) }, { IN(6, 10) } },
	/* measured on 5.10.218, 5.10.223, 5.10.251 and 6.1.170 */
	{ "H-64", "a SYN queue is full with more half-open connections than the backlog, not with as many",
	  { IN(6, 1), AFTER(5, 10), STABLE({ 5, 10, 223, 251 }) }, { 0 } },
	/* "tcp: remove dubious FIN exception from tcp_cwnd_test()" */
	{ "H-65", "a FIN is sent only if the congestion window has room for it", { IN(6, 10) }, { 0 } },
	/* 6.16.12 and 6.17.8 were read, 5.10.223 and 5.10.251 measured */
	{ "H-66", "bytes that were read already are no unread data for close()",
	  { IN(6, 18), STABLE({ 6, 17, -1, 8 }, { 6, 12, 56, 57 }, { 6, 6, 0, TW_PATCH_NOT_READ },
			      { 6, 1, 0, 170 }, { 5, 15, 0, TW_PATCH_NOT_READ },
			      { 5, 10, 223, 251 }) }, { 0 } },
	/* otherwise on 5.10.218 and 6.1.170, as told here on 6.12.117 */
	{ "H-67", "an option that is cleared after bind() is missing in TIME_WAIT when others bind the port",
	  { IN(6, 12), AFTER(6, 1) }, { 0 } },
	/* "sock: support SO_PRIORITY cmsg": skb->priority is the cookie's, which ip_send_unicast_reply() leaves at 0 */
	{ "H-68", "what TIME_WAIT answers over IPv4 has priority 0, whatever SO_PRIORITY was",
	  { .probe = "btf:sockcm_cookie.priority", IN(6, 14) }, { 0 } },
	/*
	 * tcp_do_parse_auth_options() gives up, if there is room left for what it looks for: 18 bytes, with CONFIG_TCP_AO fewer.
	 * Without CONFIG_TCP_MD5SIG and CONFIG_TCP_AO it is not there. Found by `fuzz` on 6.18.44.
	 */
	{ "H-69", "a segment whose options break off is not taken by a listener, and not reset",
	  { .probe = "sym:tcp_do_parse_auth_options", IN(6, 7) }, { 0 } },
	/* From here on: read and measured on 4.4.155 and 4.9.154, measured on 4.19.13 and from 5.10 on. */
	/* listen() of a socket with both options skipped what takes tb->fastreuse back (inet_csk_get_port()) */
	{ "H-70", "SO_REUSEADDR alone does not help against a listener that has both options",
	  { IN(4, 19), AFTER(4, 9) }, { 0 } },
	{ "H-71", "the first window is 64 KB, not 29200 bytes or less", { IN(5, 10), AFTER(4, 19) }, { 0 } },
	/* tcp_conn_request() left by way of "drop" */
	{ "H-72", "a SYN that is answered by a cookie is not counted as dropped",
	  { IN(4, 9), AFTER(4, 4) }, { 0 } },
	{ "H-73", "the answers of a mini-socket have the ECN bits of the socket", { IN(2, 6) },
	  { IN(5, 10), AFTER(4, 19) } },
	/* up to then the hash of the mini-socket was none (inet_timewait_sock.tw_txhash) */
	{ "H-74", "TIME_WAIT answers with the flow label that was made of the socket's hash",
	  { IN(5, 10), AFTER(4, 19) }, { 0 } },
	/* __ip6_rt_update_pmtu() took 1280 for less */
	{ "H-75", "\"packet too big\" with less than 1280 is no news", { IN(5, 10), AFTER(4, 19) }, { 0 } },
	/* inet6_lookup_listener() took the first group that it came to */
	{ "H-76", "over IPv6 of two listeners with SO_REUSEPORT the first one gets all, be it the wildcard's",
	  { IN(4, 9), AFTER(4, 4) }, { IN(5, 10), AFTER(4, 19) } },
	/* apply_slack(), gone with the timer wheel of 4.8 */
	{ "H-77", "timers are not put off by up to a 256th of their time", { IN(4, 9), AFTER(4, 4) }, { 0 } },
	{ "H-78", "nftables writes into headers", { IN(4, 9), AFTER(4, 4) }, { 0 } },
	{ "H-79", "nftables writes into TCP options", { IN(4, 14) }, { 0 } },
};
/* clang-format on */

const struct tw_change *tw_change_at(size_t i)
{
	return i < sizeof(changes) / sizeof(*changes) ? &changes[i] : NULL;
}

const struct tw_change *tw_change_find(const char *id)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		if (!strcmp(changes[i].id, id))
			return &changes[i];
	return NULL;
}

static bool release_of(const struct tw_facts *facts, struct tw_release *ret)
{
	for (size_t i = 0; i < facts->n_names; i++)
		if (tw_release_from_name(facts->names[i], ret))
			return true;
	/* evidence from before there was such a name */
	return tw_release_parse(facts->release, "", "", ret);
}

static int compare(const struct tw_release *is, int major, int minor)
{
	return is->major != major ? is->major - major : is->minor - minor;
}

static enum tw_answer by_patch(const struct tw_stable *stable, int patch)
{
	if (patch == TW_PATCH_UNKNOWN)
		return TW_UNTOLD;
	if (patch <= stable->after)
		return TW_NO;
	return patch >= stable->by ? TW_YES : TW_UNTOLD;
}

static enum tw_answer by_release(const struct tw_facts *facts, const struct tw_moment *m)
{
	struct tw_release is;

	if (!release_of(facts, &is))
		return TW_YES; /* facts made by hand: the newest kernel */
	for (unsigned i = 0; i < TW_STABLE_MAX && m->stable[i].major; i++)
		if (!compare(&is, m->stable[i].major, m->stable[i].minor))
			return by_patch(&m->stable[i], is.patch);
	if (compare(&is, m->major, m->minor) >= 0)
		return TW_YES;
	if (is.vendor || (m->after_major && compare(&is, m->after_major, m->after_minor) > 0))
		return TW_UNTOLD;
	return TW_NO;
}

static enum tw_answer tell_moment(const struct tw_facts *facts, const struct tw_moment *m,
				  bool *by_probe)
{
	enum tw_answer told;

	if (!m->major)
		return TW_NO;
	told = m->probe ? tw_facts_tell(facts, m->probe) : TW_UNTOLD;
	if (told == TW_UNTOLD)
		return by_release(facts, m);
	*by_probe = true;
	return told;
}

enum tw_answer tw_change_tell(const struct tw_facts *facts, const struct tw_change *change,
			      bool *ret_by_release)
{
	bool come_probed = false, over_probed = false;
	enum tw_answer come = tell_moment(facts, &change->come, &come_probed);
	enum tw_answer over = tell_moment(facts, &change->over, &over_probed);
	bool probed = come == TW_NO    ? come_probed
		      : over == TW_YES ? over_probed
				       : come_probed || over_probed;

	if (ret_by_release)
		*ret_by_release = !probed;
	if (come == TW_NO || over == TW_YES)
		return TW_NO;
	return come == TW_YES && over == TW_NO ? TW_YES : TW_UNTOLD;
}
