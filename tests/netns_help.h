/*
 * What the tests of netns/ share. Include it after cmocka.h. A test program calls tw_ns_prepare()
 * through prepare() first; where namespaces cannot be had, need_namespaces() skips the test and
 * says why.
 */
#ifndef TWPROBE_TESTS_NETNS_HELP_H
#define TWPROBE_TESTS_NETNS_HELP_H

#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "netns/lane.h"
#include "netns/ns.h"

static int prepared;
static struct tw_err why_not;

static inline void prepare(void)
{
	prepared = tw_ns_prepare(&why_not);
}

static inline void need_namespaces(void)
{
	if (prepared == 0)
		return;
	print_message("# SKIP: %s\n", why_not.text);
	skip();
}

static inline void assert_ok(int res, const struct tw_err *err)
{
	if (res < 0)
		fail_msg("%s: %s", strerror(-res), err->text);
}

static inline struct tw_lane open_lane_via(enum tw_path path)
{
	struct tw_err err = { "" };
	struct tw_lane lane = { .dut_ns = -1 };

	need_namespaces();
	assert_ok(tw_lane_open(path, &lane, &err), &err);
	return lane;
}

static inline struct tw_lane open_lane(void)
{
	return open_lane_via(TW_DIRECT);
}

/* "eth0 lo ": the devices of the namespace the caller is in. */
static inline void links(char *ret, size_t size)
{
	struct if_nameindex *list = if_nameindex(), *it;
	size_t len = 0;

	ret[0] = '\0';
	assert_non_null(list);
	for (it = list; it->if_name && len < size; it++)
		len += snprintf(ret + len, size - len, "%s ", it->if_name);
	if_freenameindex(list);
}

#endif
