#include "gateway/http_linger.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINGER_MS = 2000, LINGER_BYTES = 1 << 20 };

static struct linger_slot *slot_of(struct lingering *lingering, const void *member) /* a slot's watch or timer */
{
	return &lingering->slot[(size_t)((const char *)member - (const char *)lingering->slot) / sizeof *lingering->slot];
}

static void finish(struct lingering *lingering, struct linger_slot *slot)
{
	loop_unwatch(lingering->loop, &slot->watch);
	timer_stop(lingering->loop, &slot->timer);
	(void)close(slot->watch.fd);
	slot->watch.fd = -1;
}

static void on_bytes(struct watch *watch, uint32_t events)
{
	struct lingering *lingering = watch->user;
	struct linger_slot *slot = slot_of(lingering, watch);
	char waste[16384];
	ssize_t got = recv(watch->fd, waste, sizeof waste, MSG_DONTWAIT);
	if (got > 0)
		slot->bytes += (size_t)got;
	bool over = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
	if (over || slot->bytes > LINGER_BYTES || events & (EPOLLERR | EPOLLHUP))
		finish(lingering, slot);
}

static void on_end(struct timer *timer)
{
	struct lingering *lingering = timer->user;
	finish(lingering, slot_of(lingering, timer));
}

void lingering_init(struct lingering *lingering, struct loop *loop)
{
	*lingering = (struct lingering){ .loop = loop };
	for (size_t i = 0; i < LINGER_MAX; i++)
		lingering->slot[i].watch.fd = -1;
}

void lingering_take(struct lingering *lingering, int fd)
{
	struct linger_slot *slot = lingering->slot;
	struct linger_slot *end = slot + LINGER_MAX;
	while (slot < end && slot->watch.fd >= 0)
		slot++;
	(void)shutdown(fd, SHUT_WR);
	if (slot == end) {
		(void)close(fd);
		return;
	}
	*slot = (struct linger_slot){
		.watch = { .fd = fd, .ready = on_bytes, .user = lingering },
		.timer = { .fire = on_end, .user = lingering },
	};
	if (loop_watch(lingering->loop, &slot->watch, EPOLLIN) || timer_set(lingering->loop, &slot->timer, LINGER_MS))
		finish(lingering, slot);
}

void lingering_release(struct lingering *lingering)
{
	for (size_t i = 0; i < LINGER_MAX; i++)
		if (lingering->slot[i].watch.fd >= 0)
			finish(lingering, &lingering->slot[i]);
}
