/*
 * The rule book in short: what five articles about TIME_WAIT claim, and where they contradict each other. Each claim is told
 * as its article has it, right or wrong: the rows that carry its id say which.
 */
#include "rules.h"

static const struct tw_rule rules[] = {
	/* article 0: getting along with TIME_WAIT */
	RULE("C0-1", "article 0", "claim",
	     "TIME_WAIT keeps a server from binding its port again, or uses up all ports"),
	RULE("C0-2", "article 0", "claim",
	     "connect() cannot reuse the tuple of a TIME_WAIT, not even with SO_REUSEADDR"),
	RULE("C0-3", "article 0", "claim",
	     "a client that binds a port in TIME_WAIT without SO_REUSEADDR gets EADDRINUSE"),
	RULE("C0-4", "article 0", "claim",
	     "a client that binds a port in TIME_WAIT gets EADDRINUSE as well if only the second "
	     "socket has SO_REUSEADDR"),
	RULE("C0-5", "article 0", "claim",
	     "a server without SO_REUSEADDR cannot start again while its connections are in "
	     "TIME_WAIT"),
	RULE("C0-6", "article 0", "claim",
	     "a server restarts with SO_REUSEADDR at the second start alone if its address is a "
	     "specific one; with 0.0.0.0 the first start needs it as well"),
	RULE("C0-7", "article 0", "claim",
	     "after the restart a client gets through with a tuple that the server still has in "
	     "TIME_WAIT (the article takes it for a bug; the RFCs allow it)"),
	RULE("C0-8", "article 0", "claim",
	     "0.0.0.0 and a specific address exclude each other on one port, even with "
	     "SO_REUSEADDR"),
	UNTESTABLE("C0-9", "article 0", "claim",
		   "BSD allows 0.0.0.0 and a specific address on one port",
		   "another operating system"),
	RULE("C0-10", "article 0", "claim",
	     "SO_REUSEADDR does not help connect(), which checks ports in its own way"),
	RULE("C0-11", "article 0", "claim",
	     "tcp_tw_reuse=1 with timestamps: an outgoing connection reuses TIME_WAIT after one "
	     "second, if its timestamp is larger"),
	RULE("C0-12", "article 0", "claim",
	     "tcp_tw_reuse=1 and a range of two ports: the second connect() takes the port in "
	     "TIME_WAIT"),
	RULE("C0-13", "article 0", "claim",
	     "the kernel's check for a unique tuple then says 1: TIME_WAIT is taken over (told "
	     "here by the counter TWRecycled)"),
	RULE("C0-14", "article 0", "claim",
	     "there is no tcp_tw_recycle any more: it went after 4.12"),

	/* article 1: the basics of short connections and TIME_WAIT */
	RULE("C1-1", "article 1", "claim",
	     "too many connections in TIME_WAIT keep a host from opening new ones"),
	RULE("C1-2", "article 1", "claim", "the handshake goes SYN J, SYN K and ACK J+1, ACK K+1"),
	RULE("C1-3", "article 1", "claim",
	     "after close() the kernel still sends what was written, and then the FIN"),
	RULE("C1-4", "article 1", "claim",
	     "a FIN is acked by its number + 1; the other end reads end-of-file and sends a FIN "
	     "when it closes"),
	RULE("C1-5", "article 1", "claim", "either end may close first"),
	RULE("C1-6", "article 1", "claim",
	     "only the end that closes first goes to TIME_WAIT, and it always does"),
	RULE("C1-7", "article 1", "claim", "TCP has eleven states"),
	RULE("C1-8", "article 1", "claim", "TIME_WAIT lasts between one and four minutes"),
	RULE("C1-9", "article 1", "claim",
	     "without TIME_WAIT a FIN that is sent again would meet a RST"),
	RULE("C1-10", "article 1", "claim",
	     "the local port cannot be used for another connection during TIME_WAIT"),
	RULE("C1-11", "article 1", "claim",
	     "no new connection with the same addresses and ports comes up during TIME_WAIT"),
	UNTESTABLE("C1-12", "article 1", "claim", "after 2 MSL no old duplicate is left",
		   "what a network no longer holds cannot be observed at its ends"),
	RULE("C1-13", "article 1", "claim", "close() marks the descriptor and returns at once"),
	RULE("C1-14", "article 1", "claim",
	     "close() drops a reference; the FIN goes out with the last one"),
	RULE("C1-15", "article 1", "claim",
	     "shutdown() acts at once, however many references there are"),
	RULE("C1-16", "article 1", "claim",
	     "close() ends both directions; after shutdown(WR) the socket can still be read"),

	/* article 2: an overview of TCP on Linux */
	RULE("C2-1", "article 2", "claim",
	     "the addresses and ports of a connection cannot be used again for 2 MSL"),
	RULE("C2-2", "article 2", "claim",
	     "each FIN that is sent again begins a new wait of 2 MSL"),
	RULE("C2-3", "article 2", "claim",
	     "with SO_REUSEADDR a server can bind its port during TIME_WAIT"),
	RULE("C2-4", "article 2", "claim",
	     "Nagle: a small write is held until what was sent before is acked"),
	RULE("C2-5", "article 2", "claim",
	     "Nagle: a small write that is held is sent after a certain time in any case"),
	RULE("C2-6", "article 2", "claim", "TCP_NODELAY switches Nagle off"),
	RULE("C2-7", "article 2", "claim",
	     "after two hours without traffic keepalive sends a probe, which the peer must answer"),
	RULE("C2-8", "article 2", "claim",
	     "keepalive: if the peer answers, the next probe is due after another two hours"),
	RULE("C2-9", "article 2", "claim",
	     "keepalive: a peer that has restarted answers by a RST, and the error is ECONNRESET"),
	RULE("C2-10", "article 2", "claim",
	     "keepalive: silence; eight more probes every 75 s, and ETIMEDOUT 11 min 15 s after "
	     "the first"),
	RULE("C2-11", "article 2", "claim",
	     "keepalive: an ICMP \"host unreachable\" gives EHOSTUNREACH"),
	RULE("C2-12", "article 2", "claim",
	     "keepalive: 7200 s, 75 s and 9 probes, and only with SO_KEEPALIVE"),
	RULE("C2-13", "article 2", "claim",
	     "a listener has two queues: half-open connections, and those that wait for accept()"),
	RULE("C2-14", "article 2", "claim",
	     "since Linux 2.2 the backlog limits the connections that wait for accept(), not the "
	     "half-open ones"),
	RULE("C2-15", "article 2", "claim",
	     "if the backlog is too small the client's last ACK is dropped and its data goes into "
	     "the void"),
	RULE("C2-16", "article 2", "claim",
	     "the backlog is the smaller of what listen() says and somaxconn"),
	RULE("C2-17", "article 2", "claim", "somaxconn is 128 by default"),
	RULE("C2-18", "article 2", "claim", "tcp_max_syn_backlog limits the half-open connections"),
	RULE("C2-19", "article 2", "claim",
	     "a SYN flood fills the queue, and then a normal SYN is dropped"),
	RULE("C2-20", "article 2", "claim",
	     "SYN-ACKs to forged addresses are sent again; a real host would reset"),
	RULE("C2-21", "article 2", "claim", "the MSS is the MTU less 40: 1460 on Ethernet"),
	RULE("C2-22", "article 2", "claim", "both ends use the smaller of the two announced MSS"),
	RULE("C2-23", "article 2", "claim", "a router may change the MSS in a SYN"),
	RULE("C2-24", "article 2", "claim", "with path MTU discovery all segments have DF set"),
	RULE("C2-25", "article 2", "claim",
	     "an ICMP \"too big\" makes the segments smaller, and what was lost is sent again"),
	RULE("C2-26", "article 2", "claim",
	     "without an MSS option the MSS is 536 (1220 over IPv6)"),
	RULE("C2-27", "article 2", "claim", "no segment is larger than the peer's MSS"),
	RULE("C2-28", "article 2", "claim",
	     "path MTU discovery: about ten minutes later the larger size is tried again"),
	RULE("C2-29", "article 2", "claim",
	     "where ICMP is filtered, path MTU discovery makes a black hole"),
	RULE("C2-30", "article 2", "claim", "path MTU discovery is for TCP only, not for UDP"),
	RULE("C2-31", "article 2", "claim", "for destinations that are not local the MSS is 536"),
	RULE("C2-32", "article 2", "claim", "a RST may come without ACK; RST|ACK is also seen"),
	RULE("C2-33", "article 2", "claim",
	     "after a RST read and write fail, and a reader is woken up"),
	RULE("C2-34", "article 2", "claim", "PUSH is something like NODELAY"),

	/* article 3: TIME_WAIT at the client */
	RULE("C3-1", "article 3", "claim",
	     "a client that binds its port cannot connect to the same end again during TIME_WAIT "
	     "(said of Windows)"),
	RULE("C3-2", "article 3", "claim",
	     "SO_REUSEADDR allows a port in TIME_WAIT, servers and sockets on different addresses, "
	     "and complete duplicates for UDP multicast only"),
	RULE("C3-3", "article 3", "claim",
	     "with SO_REUSEADDR bind() succeeds, but connect() to the same peer fails during "
	     "TIME_WAIT"),
	RULE("C3-4", "article 3", "claim",
	     "on Linux, with SO_REUSEADDR, connect() to the same peer does not fail during "
	     "TIME_WAIT"),
	RULE("C3-5", "article 3", "claim",
	     "every socket that binds the port has to set SO_REUSEADDR, the first one too"),
	RULE("C3-6", "article 3", "claim",
	     "without SO_REUSEADDR on both sockets connecting even to another peer fails"),
	RULE("C3-7", "article 3", "claim", "UDP: one port on two addresses needs no option"),
	RULE("C3-8", "article 3", "claim",
	     "UDP: one port on one address needs SO_REUSEADDR on every socket"),
	RULE("C3-9", "article 3", "claim", "UDP: 0.0.0.0 and a specific address need it on both"),
	RULE("C3-10", "article 3", "claim",
	     "UDP: a datagram to one host goes to the socket that was bound last"),
	RULE("C3-11", "article 3", "claim", "UDP: a multicast goes to all of them"),
	RULE("C3-12", "article 3", "claim", "Linux has no SO_REUSEPORT"),
	RULE("C3-13", "article 3", "claim", "TCP: one port on two addresses needs no option"),
	RULE("C3-14", "article 3", "claim",
	     "TCP: 0.0.0.0 and a specific address cannot both be bound to one port"),
	RULE("C3-15", "article 3", "claim",
	     "on Linux SO_REUSEADDR solves the TIME_WAIT of clients"),
	RULE("C3-16", "article 3", "claim",
	     "SO_LINGER {1,0}: RST instead of FIN, no TIME_WAIT, data is dropped"),
	RULE("C3-17", "article 3", "claim",
	     "SO_LINGER {1,n}: close() waits and succeeds once everything is acked"),
	RULE("C3-18", "article 3", "claim",
	     "SO_LINGER {1,n}: if the time runs out close() resets, drops the data and says "
	     "EWOULDBLOCK"),
	RULE("C3-19", "article 3", "claim",
	     "SO_LINGER {1,n}: it waits only on a socket that blocks"),
	RULE("C3-20", "article 3", "claim",
	     "SO_LINGER {0,x}: close() returns at once and the kernel delivers the rest"),
	RULE("C3-21", "article 3", "claim",
	     "the peer of a reset gets the error \"connection reset\" (10054 on Windows)"),

	/* article 4: tcp_tw_recycle */
	RULE("C4-1", "article 4", "claim",
	     "fast recycling needs both tcp_tw_recycle and timestamps"),
	RULE("C4-2", "article 4", "claim", "tcp_tw_recycle: TIME_WAIT lasts 3.5 RTO"),
	RULE("C4-3", "article 4", "claim",
	     "tcp_tw_recycle: TIME_WAIT lasts 700 ms on a LAN, where the RTO is 200 ms"),
	RULE("C4-4", "article 4", "claim", "the RTO is between 200 ms and 120 s"),
	RULE("C4-5", "article 4", "claim", "without tcp_tw_recycle TIME_WAIT lasts 60 s"),
	RULE("C4-6", "article 4", "claim",
	     "tcp_tw_recycle: it does not work for hosts behind a NAT, whose data is not known"),
	RULE("C4-7", "article 4", "claim",
	     "tcp_tw_recycle: hardly any connection is left in TIME_WAIT"),
	RULE("C4-8", "article 4", "claim",
	     "tcp_tw_recycle: 40000 of them may be there all the same"),
	RULE("C4-9", "article 4", "claim", "tcp_tw_recycle: it can keep hosts from connecting"),
	RULE("C4-10", "article 4", "claim", "timestamps are on by default"),
	RULE("C4-11", "article 4", "claim", "timestamps are about congestion control"),
};

TW_RULE_TABLE(claims);

static const struct tw_dispute disputes[] = {
	{ "does SO_REUSEADDR let a client connect() with the tuple that it has in TIME_WAIT?",
	  { "C0-2", "C3-3" },
	  { "C3-4", "C3-15" } },
	{ "must the first socket have had SO_REUSEADDR for the second to bind its port?",
	  { "C0-6" },
	  { "C3-5" } },
	{ "do 0.0.0.0 and a specific address exclude each other on one port?",
	  { "C0-8" },
	  { "C3-14" } },
	{ "how long does TIME_WAIT last?", { "C1-8" }, { "C4-5" } },
};

const struct tw_dispute *tw_dispute_at(size_t i)
{
	return i < sizeof(disputes) / sizeof(disputes[0]) ? &disputes[i] : NULL;
}
