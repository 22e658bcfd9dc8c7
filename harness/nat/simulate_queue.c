/* A heap of which every event has four below it: half as deep as one of two, and each step stays in a line of the cache. */
#include "nat/simulate_impl.h"

#include <stdlib.h>

bool sim_queue_put(struct sim_queue *queue, double at, uint32_t conn)
{
	size_t i = queue->n;

	if (i == queue->room) {
		size_t room = queue->room ? 2 * queue->room : 1024;
		struct sim_event *event = realloc(queue->event, room * sizeof(*event));

		if (!event)
			return false;
		queue->event = event;
		queue->room = room;
	}
	queue->n++;
	for (; i > 0 && queue->event[(i - 1) / 4].at > at; i = (i - 1) / 4)
		queue->event[i] = queue->event[(i - 1) / 4];
	queue->event[i] = (struct sim_event){ at, conn };
	return true;
}

struct sim_event sim_queue_take(struct sim_queue *queue)
{
	struct sim_event ret = queue->event[0], last = queue->event[--queue->n];
	size_t i = 0;

	for (;;) {
		size_t child = 4 * i + 1, end = child + 4 < queue->n ? child + 4 : queue->n;
		size_t least = child;

		if (child >= queue->n)
			break;
		while (++child < end)
			if (queue->event[child].at < queue->event[least].at)
				least = child;
		if (queue->event[least].at >= last.at)
			break;
		queue->event[i] = queue->event[least];
		i = least;
	}
	queue->event[i] = last;
	return ret;
}
