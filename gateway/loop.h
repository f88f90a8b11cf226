/* The event loop: epoll, timers, signals.  One per thread that needs one; nothing in it is shared between threads.
 *
 * Order of one turn: ready descriptors, signals, timers that are due, then the before-sleep hook (the batch commits and
 * answers there), then epoll_wait.  A callback may watch, unwatch and set timers, its own included; a watch that was
 * unwatched is not called any more, not even for an event of this turn.  A timer never fires before its time. */
#ifndef GATEWAY_LOOP_H
#define GATEWAY_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

struct watch { /* a descriptor; owned by the caller, alive until loop_unwatch() */
	int fd;
	void (*ready)(struct watch *watch, uint32_t events); /* EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP */
	void *user;
};

struct timer { /* owned by the caller; all zero = not set */
	void (*fire)(struct timer *timer);
	void *user;
	int64_t due_ms; /* CLOCK_MONOTONIC */
	unsigned place; /* in the loop's heap, from 1; 0 = not set */
	uint64_t turn;  /* of the loop, when it was set */
};

int loop_new(struct loop **out) __attribute__((warn_unused_result)); /* 0 or -errno */
void loop_free(struct loop *loop);

int loop_watch(struct loop *loop, struct watch *watch, uint32_t events) __attribute__((warn_unused_result));
int loop_rewatch(struct loop *loop, struct watch *watch, uint32_t events) __attribute__((warn_unused_result));
void loop_unwatch(struct loop *loop, struct watch *watch);

/* 0, -ENOMEM (never for a timer that is set already: it is moved).  in_ms <= 0: with the next timers,
 * which from a timer means the next turn. */
int timer_set(struct loop *loop, struct timer *timer, int64_t in_ms) __attribute__((warn_unused_result));
void timer_stop(struct loop *loop, struct timer *timer);

/* Called once a turn, before sleeping.  Returns how long the loop may sleep at most, in ms; -1: as long as it likes. */
void loop_before_sleep(struct loop *loop, int (*hook)(void *user), void *user);
/* Blocks the signal and delivers it as a call.  Call before any thread is started. */
int loop_on_signal(struct loop *loop, int signal_number, void (*caught)(int signal_number, void *user), void *user)
	__attribute__((warn_unused_result));

/* Until loop_stop(); the hook is called once more after the last turn.  0 or -errno. */
int loop_run(struct loop *loop) __attribute__((warn_unused_result));
void loop_stop(struct loop *loop);
/* One turn that waits at most this long (-1: for ever), for tests and for commands that drive their own work: the hook
 * is called before the wait and again at the end, so that what was done before the call and in it is committed. */
int loop_turn(struct loop *loop, int max_wait_ms) __attribute__((warn_unused_result));

int64_t clock_monotonic_ms(void); /* time-outs */
int64_t clock_monotonic_us(void);
int64_t clock_wall_ms(void);      /* stamps: ms since 1970 UTC */

#endif
