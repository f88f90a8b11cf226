/* gateway/loop: order of a turn, descriptors that go away, timers, signals. */
#include "gateway/loop.h"
#include "tests/unit/check.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static struct loop *loop;
static char order[64];
static size_t order_len;

static void note(char c)
{
	if (order_len < sizeof order)
		order[order_len++] = c;
}

static struct str noted(void)
{
	return (struct str){ order, order_len };
}

static struct watch signalled(void (*ready)(struct watch *, uint32_t))
{
	int fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	assert(fd >= 0);
	return (struct watch){ .fd = fd, .ready = ready };
}

static void drain(struct watch *watch)
{
	uint64_t n;
	ssize_t got = read(watch->fd, &n, sizeof n);
	assert(got == sizeof n);
}

static void on_ready(struct watch *watch, uint32_t events)
{
	CHECK(events & EPOLLIN);
	drain(watch);
	note('r');
}

static void on_signal(int number, void *user)
{
	(void)user;
	note(number == SIGUSR1 ? 's' : 'u');
}

static void on_timer(struct timer *timer)
{
	(void)timer;
	note('t');
}

static int on_sleep(void *user)
{
	(void)user;
	note('h');
	return -1;
}

static void order_of_a_turn(void)
{
	check_begin("ready descriptors, signals, timers, then the hook");
	struct watch watch = signalled(on_ready);
	struct timer timer = { .fire = on_timer };
	CHECK_INT(loop_watch(loop, &watch, EPOLLIN), 0);
	CHECK_INT(loop_on_signal(loop, SIGUSR1, on_signal, NULL), 0);
	CHECK_INT(loop_on_signal(loop, SIGUSR2, on_signal, NULL), 0);
	CHECK_INT(timer_set(loop, &timer, 0), 0);
	loop_before_sleep(loop, on_sleep, NULL);
	(void)raise(SIGUSR1);
	order_len = 0;
	CHECK_INT(loop_turn(loop, 0), 0);
	CHECK_STR(noted(), STR("hrsth"));
	order_len = 0;
	(void)raise(SIGUSR2);
	CHECK_INT(loop_turn(loop, 1000), 0);
	CHECK_STR(noted(), STR("huh"));
	loop_before_sleep(loop, NULL, NULL);
	loop_unwatch(loop, &watch);
	(void)close(watch.fd);
}

static struct watch pair[2];

static void takes_both_away(struct watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
	note('x');
	for (int i = 0; i < 2; i++)
		loop_unwatch(loop, &pair[i]);
}

static void unwatched_is_not_called(void)
{
	check_begin("a watch that was taken away is not called in the same turn");
	for (int i = 0; i < 2; i++) {
		pair[i] = signalled(takes_both_away);
		CHECK_INT(loop_watch(loop, &pair[i], EPOLLIN), 0);
	}
	order_len = 0;
	CHECK_INT(loop_turn(loop, 0), 0);
	CHECK_INT(loop_turn(loop, 0), 0);
	CHECK_STR(noted(), STR("x"));

	check_begin("it can be watched again; watching twice is refused");
	CHECK_INT(loop_watch(loop, &pair[0], EPOLLIN), 0);
	CHECK_INT(loop_watch(loop, &pair[0], EPOLLIN), -EEXIST);
	CHECK_INT(loop_rewatch(loop, &pair[0], EPOLLOUT), 0);
	CHECK_INT(loop_turn(loop, 0), 0);
	CHECK_STR(noted(), STR("xx"));
	for (int i = 0; i < 2; i++)
		(void)close(pair[i].fd);
}

enum { MANY = 500 };
static struct timer many[MANY];
static int64_t last_due;
static int fired, early, disordered;

static void check_order(struct timer *timer)
{
	fired++;
	if (clock_monotonic_ms() < timer->due_ms)
		early++;
	if (timer->due_ms < last_due)
		disordered++;
	last_due = timer->due_ms;
}

static void timers_in_order(void)
{
	check_begin("500 timers, moved and stopped at random, fire in order and never early");
	srand(7);
	int64_t start = clock_monotonic_us();
	for (int i = 0; i < MANY; i++) {
		many[i].fire = check_order;
		CHECK_INT(timer_set(loop, &many[i], rand() % 40), 0);
	}
	for (int i = 0; i < MANY; i += 3)
		CHECK_INT(timer_set(loop, &many[rand() % MANY], rand() % 40), 0);
	int stopped = 0;
	for (int i = 0; i < MANY; i += 5, stopped++)
		timer_stop(loop, &many[i]);
	timer_stop(loop, &many[0]); /* twice does nothing */
	for (int turns = 0; turns < 200 && fired < MANY - stopped; turns++)
		CHECK_INT(loop_turn(loop, 50), 0);
	CHECK_INT(fired, MANY - stopped);
	CHECK_INT(early, 0);
	CHECK_INT(disordered, 0);
	CHECK(clock_monotonic_us() - start < 2000000);
	CHECK_INT(many[1].place, 0);

	check_begin("a timer of 20 ms wakes a longer sleep, not before 20 ms");
	start = clock_monotonic_us();
	CHECK_INT(timer_set(loop, &many[0], 20), 0);
	CHECK_INT(loop_turn(loop, 5000), 0);
	CHECK(clock_monotonic_us() - start >= 20000);
	CHECK(clock_monotonic_us() - start < 2000000);
}

static void again_at_once(struct timer *timer)
{
	note('a');
	CHECK_INT(timer_set(loop, timer, 0), 0);
}

static void timer_sets_itself(void)
{
	check_begin("a timer that sets itself to now fires once a turn");
	struct timer timer = { .fire = again_at_once }, others[9];
	for (size_t i = 0; i < 9; i++) {
		others[i] = (struct timer){ .fire = on_timer };
		CHECK_INT(timer_set(loop, &others[i], 60000), 0);
	}
	order_len = 0;
	CHECK_INT(timer_set(loop, &timer, 0), 0);
	CHECK_INT(loop_turn(loop, 0), 0);
	CHECK_STR(noted(), STR("a"));
	CHECK_INT(loop_turn(loop, 1000), 0); /* and does not let the loop sleep */
	CHECK_STR(noted(), STR("aa"));
	timer_stop(loop, &timer);
	CHECK_INT(loop_turn(loop, 0), 0);
	CHECK_STR(noted(), STR("aa"));
	for (size_t i = 0; i < 9; i++)
		timer_stop(loop, &others[i]);
}

static int sleep_at_most_5(void *user)
{
	(*(int *)user)++;
	return 5;
}

static int turns;
static void stop_at_third(struct timer *timer)
{
	if (++turns == 3)
		loop_stop(loop);
	CHECK_INT(timer_set(loop, timer, 1), 0);
}

static int stops_at_once(void *user)
{
	(void)user;
	loop_stop(loop);
	return -1;
}

static void never(struct timer *timer)
{
	(void)timer;
	CHECK(false); /* ten seconds are not over */
}

static void stopping_from_the_hook(void)
{
	struct timer far = { .fire = never };
	check_begin("loop_stop() from the hook does not wait for the next timer");
	int64_t start = clock_monotonic_us();
	CHECK_INT(timer_set(loop, &far, 10000), 0);
	loop_before_sleep(loop, stops_at_once, NULL);
	CHECK_INT(loop_run(loop), 0);
	CHECK(clock_monotonic_us() - start < 1000000);
	timer_stop(loop, &far);
	loop_before_sleep(loop, NULL, NULL);
}

static void running_and_stopping(void)
{
	check_begin("the hook's answer bounds the sleep");
	int calls = 0;
	loop_before_sleep(loop, sleep_at_most_5, &calls);
	int64_t start = clock_monotonic_us();
	CHECK_INT(loop_turn(loop, 5000), 0);
	CHECK(clock_monotonic_us() - start < 1000000);
	CHECK_INT(calls, 2);

	check_begin("loop_run() ends after loop_stop(), with the hook called once more");
	calls = 0;
	struct timer timer = { .fire = stop_at_third };
	CHECK_INT(timer_set(loop, &timer, 0), 0);
	CHECK_INT(loop_run(loop), 0);
	CHECK_INT(turns, 3);
	CHECK(calls >= 4);
	timer_stop(loop, &timer);
	loop_before_sleep(loop, NULL, NULL);
}

int main(void)
{
	int error = loop_new(&loop);
	assert(!error);
	order_of_a_turn();
	unwatched_is_not_called();
	timers_in_order();
	timer_sets_itself();
	running_and_stopping();
	stopping_from_the_hook();
	loop_free(loop);
	return check_end();
}
