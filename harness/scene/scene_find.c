/* What a scene finds: words and numbers under a name, and the questions to sock_diag. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scene/scene_impl.h"
#include "wire/md5sig.h"

static struct tw_found *new_found(struct tw_scene *sc, const char *what, enum tw_find_kind kind)
{
	struct tw_step_evidence *se = &sc->ev->step[0];
	struct tw_found *found = &se->found[se->n_found];

	if (sc->end != SCENE_GOING)
		return NULL;
	if (tw_found_find(se, what) || se->n_found == TW_FINDS_MAX ||
	    strlen(what) >= sizeof(found->what)) {
		tw_scene_fail(sc, "\"%s\" is found twice, is too long or is one too many", what);
		return NULL;
	}
	se->n_found++;
	snprintf(found->what, sizeof(found->what), "%s", what);
	found->kind = kind;
	return found;
}

void tw_find_text(struct tw_scene *sc, const char *what, const char *fmt, ...)
{
	struct tw_found *found = new_found(sc, what, TW_FIND_TEXT);
	va_list ap;

	if (!found)
		return;
	va_start(ap, fmt);
	vsnprintf(found->is, sizeof(found->is), fmt, ap);
	va_end(ap);
}

void tw_find_number(struct tw_scene *sc, const char *what, int64_t n)
{
	struct tw_found *found = new_found(sc, what, TW_FIND_NUMBER);

	if (found)
		found->number = n;
}

void tw_find_result(struct tw_scene *sc, const char *what, int64_t ret)
{
	const char *name = ret < 0 ? strerrorname_np((int)-ret) : "OK";

	tw_find_text(sc, what, "%s", name ? name : "?");
}

static const char *flags_text(unsigned flags, char *ret, size_t size)
{
	static const struct {
		unsigned flag;
		const char *name;
	} names[] = { { TW_FIN, "FIN" }, { TW_SYN, "SYN" }, { TW_RST, "RST" }, { TW_PSH, "PSH" },
		      { TW_ACK, "ACK" }, { TW_URG, "URG" }, { TW_ECE, "ECE" }, { TW_CWR, "CWR" } };
	size_t len = 0;

	snprintf(ret, size, "no flags");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && len < size; i++)
		if (flags & names[i].flag)
			len += (size_t)snprintf(ret + len, size - len, "%s%s", len ? "|" : "",
						names[i].name);
	return ret;
}

void tw_find_reply(struct tw_scene *sc, const char *what, const struct tw_conn *conn)
{
	char text[64];

	tw_scene_fence(sc);
	if (sc->end != SCENE_GOING)
		return;
	tw_find_text(sc, what, "%s",
		     conn->n ? flags_text(conn->heard[0].seg.flags, text, sizeof(text))
			     : "silence");
}

void tw_find_signature(struct tw_scene *sc, const char *what, const struct tw_heard *heard,
		       const char *key)
{
	static const char *const name[] = { [TW_NOT_SIGNED] = "none",
					    [TW_SIGNED] = "right",
					    [TW_SIGNED_WRONG] = "wrong",
					    [TW_SIGNED_CUT] = "cut off" };

	if (sc->end == SCENE_GOING)
		tw_find_text(sc, what, "%s", name[tw_md5_check(heard->bytes, heard->len, key)]);
}

struct tw_entry tw_scene_entry(struct tw_scene *sc, const struct tw_conn *conn)
{
	struct tw_entry entry = { .state = TW_STATE_UNKNOWN };
	struct tw_err err = { "" };

	if (sc->end == SCENE_GOING &&
	    sc->stand->dut->ops->entries(sc->stand->dut, &conn->flow, 1, &entry, &err) < 0)
		tw_scene_fail(sc, "%s", err.text);
	return entry;
}

void tw_find_state(struct tw_scene *sc, const char *what, const struct tw_conn *conn)
{
	struct tw_entry entry = tw_scene_entry(sc, conn);
	bool mini_fin_wait = entry.state == TW_STATE_FIN_WAIT_2 && entry.mini;

	tw_find_text(sc, what, "%s%s", tw_state_name(entry.state), mini_fin_wait ? " mini" : "");
}

/* How far apart the two ends of the bracket are. */
static uint64_t width(const struct tw_entry *entry)
{
	return entry->asked[1] - entry->asked[0];
}

void tw_find_fate(struct tw_scene *sc, const char *what, const struct tw_conn *conn,
		  const struct tw_entry *before, const uint64_t sent_at[2])
{
	struct tw_entry after = tw_scene_entry(sc, conn), again;
	enum tw_fate fate = tw_fate_tell(before, &after, sent_at);

	/* whoever was stopped while he asked may ask again: the timer does not mind */
	for (unsigned i = 0; i < 5 && fate == TW_ALIVE && sc->end == SCENE_GOING; i++) {
		again = tw_scene_entry(sc, conn);
		if (width(&again) < width(&after))
			after = again;
		fate = tw_fate_tell(before, &after, sent_at);
	}
	if (sc->end != SCENE_GOING)
		return;
	if (before->mini && fate == TW_ALIVE)
		tw_scene_held_up(sc, "running and restarted cannot be told apart");
	else if (fate == TW_FATE_ANY)
		tw_scene_fail(sc, "the entry is in an odd state: %s with %u ms left, and %u before",
			      tw_state_name(after.state), after.left_ms, before->left_ms);
	tw_find_text(sc, what, "%s", tw_fate_name(fate));
}

void tw_find_life(struct tw_scene *sc, const char *what, const struct tw_conn *conn, uint64_t since)
{
	struct tw_entry entry = tw_scene_entry(sc, conn);
	uint64_t open;

	if (sc->end != SCENE_GOING)
		return;
	open = (entry.asked[1] - since) / MS_NS;
	if (open > 100)
		tw_scene_held_up(sc, "a timer was asked for %llu ms after it may have been started",
				 (unsigned long long)open);
	tw_find_number(sc, what, (int64_t)(entry.left_ms + open / 2));
}

struct tw_queue tw_scene_queue(struct tw_scene *sc, uint16_t port)
{
	struct tw_queue queue = { .listens = false };
	struct tw_err err = { "" };

	if (sc->end == SCENE_GOING &&
	    sc->stand->dut->ops->queue(sc->stand->dut, sc->family, port, &queue, &err) < 0)
		tw_scene_fail(sc, "%s", err.text);
	return queue;
}
