#include "gateway/supervisor.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void tell(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = path ? strlen(path) : 0;
	if (len < 2 || len >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, len);
	if (path[0] == '@') /* an abstract name begins with a NUL */
		to.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}

/* In ms, half of what the manager waits for; 0 where it waits for nothing, or for another process. */
static int64_t sign_every_ms(void)
{
	const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	if (!us || (pid && strtoll(pid, NULL, 10) != getpid()))
		return 0;
	long long asked = strtoll(us, NULL, 10);
	return asked > 0 ? asked / 2000 : 0;
}

static void sign_of_life(struct timer *timer)
{
	struct supervisor *s = timer->user;
	tell("WATCHDOG=1");
	if (timer_set(s->loop, timer, s->every_ms) != 0)
		s->every_ms = 0; /* the manager starts us anew: better than to hang unseen */
}

void supervisor_ready(struct supervisor *s, struct loop *loop)
{
	*s = (struct supervisor){ .loop = loop, .alive = { .fire = sign_of_life, .user = s }, .every_ms = sign_every_ms() };
	tell("READY=1");
	if (s->every_ms > 0)
		sign_of_life(&s->alive);
}

void supervisor_stopping(void)
{
	tell("STOPPING=1");
}

void supervisor_leave(struct supervisor *s)
{
	if (s->loop)
		timer_stop(s->loop, &s->alive);
}
