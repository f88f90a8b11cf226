#include "gateway/loop.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum { READY_MAX = 256, SIGNALS_MAX = 8, TIMERS_FIRST = 64 };

struct signal_call {
	int number;
	void (*caught)(int signal_number, void *user);
	void *user;
};

struct loop {
	int epoll_fd;
	bool stop;
	int (*hook)(void *user);
	void *hook_user;

	/* What epoll_wait gave this turn.  loop_unwatch() blanks its entries, so that a callback may take away a watch
	 * whose own event is still to come. */
	struct epoll_event ready[READY_MAX];
	int ready_count;

	struct timer **heap; /* [1..timers], the earliest at 1: every timer is due no earlier than the one at place / 2 */
	unsigned timers, heap_room;
	uint64_t turn;

	struct signal_call calls[SIGNALS_MAX];
	unsigned calls_count;
	sigset_t signals;
	struct watch signal_watch;
	bool signals_came;
};

static int64_t clock_us(clockid_t which)
{
	struct timespec now;
	int bad = clock_gettime(which, &now);
	assert(!bad);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

int64_t clock_monotonic_ms(void)
{
	return clock_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_wall_ms(void)
{
	return clock_us(CLOCK_REALTIME) / 1000;
}

int loop_new(struct loop **out)
{
	struct loop *loop = calloc(1, sizeof *loop);
	if (!loop)
		return -ENOMEM;
	loop->signal_watch.fd = -1;
	(void)sigemptyset(&loop->signals);
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		int error = -errno;
		free(loop);
		return error;
	}
	*out = loop;
	return 0;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	if (loop->signal_watch.fd >= 0)
		(void)close(loop->signal_watch.fd);
	(void)close(loop->epoll_fd);
	free(loop->heap);
	free(loop);
}

/* ---- descriptors */

static int control(struct loop *loop, int what, struct watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };
	return epoll_ctl(loop->epoll_fd, what, watch->fd, &event) ? -errno : 0;
}

int loop_watch(struct loop *loop, struct watch *watch, uint32_t events)
{
	assert(watch->ready);
	return control(loop, EPOLL_CTL_ADD, watch, events);
}

int loop_rewatch(struct loop *loop, struct watch *watch, uint32_t events)
{
	return control(loop, EPOLL_CTL_MOD, watch, events);
}

void loop_unwatch(struct loop *loop, struct watch *watch)
{
	/* The descriptor may be closed already, which took it out: nothing to report. */
	(void)control(loop, EPOLL_CTL_DEL, watch, 0);
	for (int i = 0; i < loop->ready_count; i++)
		if (loop->ready[i].data.ptr == watch)
			loop->ready[i].data.ptr = NULL;
}

static void call_ready(struct loop *loop)
{
	for (int i = 0; i < loop->ready_count; i++) {
		struct watch *watch = loop->ready[i].data.ptr;
		if (watch)
			watch->ready(watch, loop->ready[i].events);
	}
	loop->ready_count = 0;
}

/* ---- timers */

static void place(struct loop *loop, struct timer *timer, unsigned at)
{
	loop->heap[at] = timer;
	timer->place = at;
}

static void sift_up(struct loop *loop, struct timer *timer, unsigned at)
{
	for (; at > 1 && loop->heap[at / 2]->due_ms > timer->due_ms; at /= 2)
		place(loop, loop->heap[at / 2], at);
	place(loop, timer, at);
}

static void sift_down(struct loop *loop, struct timer *timer, unsigned at)
{
	for (;;) {
		unsigned child = at * 2;
		if (child > loop->timers)
			break;
		if (child < loop->timers && loop->heap[child + 1]->due_ms < loop->heap[child]->due_ms)
			child++;
		if (loop->heap[child]->due_ms >= timer->due_ms)
			break;
		place(loop, loop->heap[child], at);
		at = child;
	}
	place(loop, timer, at);
}

static void settle(struct loop *loop, struct timer *timer, unsigned at)
{
	if (at > 1 && loop->heap[at / 2]->due_ms > timer->due_ms)
		sift_up(loop, timer, at);
	else
		sift_down(loop, timer, at);
}

static int heap_grow(struct loop *loop)
{
	unsigned room = loop->heap_room ? loop->heap_room * 2 : TIMERS_FIRST;
	struct timer **heap = reallocarray(loop->heap, (size_t)room + 1, sizeof *heap);
	if (!heap)
		return -ENOMEM;
	loop->heap = heap;
	loop->heap_room = room;
	return 0;
}

int timer_set(struct loop *loop, struct timer *timer, int64_t in_ms)
{
	assert(timer->fire);
	/* Rounded up: a timer never fires before its time. */
	int64_t now = in_ms > 0 ? (clock_monotonic_us() + 999) / 1000 : clock_monotonic_ms();
	if (!timer->place) {
		if (loop->timers == loop->heap_room && heap_grow(loop))
			return -ENOMEM;
		timer->place = ++loop->timers;
	}
	timer->due_ms = now + (in_ms > 0 ? in_ms : 0);
	timer->turn = loop->turn;
	loop->heap[timer->place] = timer;
	settle(loop, timer, timer->place);
	return 0;
}

void timer_stop(struct loop *loop, struct timer *timer)
{
	unsigned at = timer->place;
	if (!at)
		return;
	assert(at <= loop->timers && loop->heap[at] == timer);
	struct timer *last = loop->heap[loop->timers--];
	timer->place = 0;
	if (last != timer)
		settle(loop, last, at);
}

/* A timer that is set to "now" by a timer waits for the next turn. */
static void call_timers(struct loop *loop)
{
	int64_t now = clock_monotonic_ms();
	loop->turn++;
	while (loop->timers && loop->heap[1]->due_ms <= now && loop->heap[1]->turn != loop->turn) {
		struct timer *timer = loop->heap[1];
		timer_stop(loop, timer);
		timer->fire(timer);
	}
}

/* ---- signals */

static void signals_ready(struct watch *watch, uint32_t events)
{
	(void)events;
	struct loop *loop = watch->user;
	loop->signals_came = true;
}

int loop_on_signal(struct loop *loop, int signal_number, void (*caught)(int signal_number, void *user), void *user)
{
	if (loop->calls_count == SIGNALS_MAX)
		return -ENOSPC;
	(void)sigaddset(&loop->signals, signal_number);
	int error = pthread_sigmask(SIG_BLOCK, &loop->signals, NULL);
	if (error)
		return -error;
	int fd = signalfd(loop->signal_watch.fd, &loop->signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (loop->signal_watch.fd < 0) {
		loop->signal_watch = (struct watch){ .fd = fd, .ready = signals_ready, .user = loop };
		error = loop_watch(loop, &loop->signal_watch, EPOLLIN);
		if (error)
			return error;
	}
	loop->calls[loop->calls_count++] = (struct signal_call){ signal_number, caught, user };
	return 0;
}

static void call_signals(struct loop *loop)
{
	if (!loop->signals_came)
		return;
	loop->signals_came = false;
	struct signalfd_siginfo info;
	while (read(loop->signal_watch.fd, &info, sizeof info) == sizeof info)
		for (unsigned i = 0; i < loop->calls_count; i++)
			if (loop->calls[i].number == (int)info.ssi_signo)
				loop->calls[i].caught(loop->calls[i].number, loop->calls[i].user);
}

/* ---- the turn */

void loop_before_sleep(struct loop *loop, int (*hook)(void *user), void *user)
{
	loop->hook = hook;
	loop->hook_user = user;
}

static int shorter(int a, int64_t b) /* -1: for ever */
{
	if (b < 0)
		return a;
	return a < 0 || b < a ? (int)b : a;
}

static int call_hook(struct loop *loop)
{
	return loop->hook ? loop->hook(loop->hook_user) : -1;
}

static int turn(struct loop *loop, int wait_ms)
{
	wait_ms = shorter(wait_ms, call_hook(loop));
	if (loop->stop) /* the hook said so: what is ready is still taken, nothing is waited for */
		wait_ms = 0;
	if (loop->timers) {
		int64_t in_ms = loop->heap[1]->due_ms - clock_monotonic_ms();
		wait_ms = shorter(wait_ms, in_ms > 0 ? in_ms : 0);
	}
	int count = epoll_wait(loop->epoll_fd, loop->ready, READY_MAX, wait_ms);
	if (count < 0 && errno != EINTR)
		return -errno;
	loop->ready_count = count > 0 ? count : 0;
	call_ready(loop);
	call_signals(loop);
	call_timers(loop);
	return 0;
}

int loop_run(struct loop *loop)
{
	int error = 0;
	while (!error && !loop->stop)
		error = turn(loop, -1);
	loop->stop = false;
	(void)call_hook(loop); /* what the last turn gathered */
	return error;
}

void loop_stop(struct loop *loop)
{
	loop->stop = true;
}

int loop_turn(struct loop *loop, int max_wait_ms)
{
	int error = turn(loop, max_wait_ms);
	(void)call_hook(loop);
	return error;
}
