#include "gateway/http_socket.h"

#include "flows/text/buf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024, ACCEPT_AT_ONCE = 64, ACCEPT_PAUSE_MS = 100 };

/* ---- addresses */

static bool split_port(struct str text, struct str *host, uint64_t *port)
{
	size_t colon = text.len;
	while (colon && text.at[colon - 1] != ':')
		colon--;
	if (!colon || !str_to_u64(str_from(text, colon), port) || *port > 65535)
		return false;
	*host = str_slice(text, 0, colon - 1);
	return true;
}

int http_socket_address(const char *text, struct sockaddr_storage *out, struct err *err)
{
	struct str host = { 0 };
	uint64_t port = 0;
	char z[INET6_ADDRSTRLEN];
	*out = (struct sockaddr_storage){ 0 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	if (split_port(str_of(text), &host, &port)) {
		v4.sin_port = v6.sin6_port = htons((uint16_t)port);
		bool bracketed = str_starts(host, STR("[")) && str_ends(host, STR("]"));
		if (bracketed)
			host = str_slice(host, 1, host.len - 1);
		if (str_copy(host, z, sizeof z)) {
			if (bracketed && inet_pton(AF_INET6, z, &v6.sin6_addr) == 1) {
				memcpy(out, &v6, sizeof v6);
				return 0;
			}
			if (!bracketed && inet_pton(AF_INET, z, &v4.sin_addr) == 1) {
				memcpy(out, &v4, sizeof v4);
				return 0;
			}
		}
	}
	return err_set(err, -EINVAL, "%s: no address; write numbers, such as 127.0.0.1:8080 or [::1]:8080", text);
}

static socklen_t length_of(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

static int open_listening(const char *address, struct err *err)
{
	struct sockaddr_storage to;
	int error = http_socket_address(address, &to, err);
	if (error)
		return error;
	int fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(err, -errno, "%s: no socket: %s", address, strerror(errno));
	int on = 1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (const struct sockaddr *)&to, length_of(&to)) || listen(fd, BACKLOG)) {
		error = -errno;
		(void)close(fd);
		return err_set(err, error, "%s: cannot listen: %s", address, strerror(-error));
	}
	return fd;
}

static void pause_listening(struct listener *listener)
{
	if (!timer_set(listener->loop, &listener->pause, ACCEPT_PAUSE_MS))
		loop_unwatch(listener->loop, &listener->watch);
}

static void on_peers(struct watch *watch, uint32_t events)
{
	(void)events;
	struct listener *listener = watch->user;
	for (int i = 0; i < ACCEPT_AT_ONCE && watch->fd >= 0; i++) {
		struct sockaddr_storage peer = { 0 };
		socklen_t len = sizeof peer;
		int fd = accept4(watch->fd, (struct sockaddr *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			listener->peer(fd, &peer, listener->user);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			/* The waiting peer would wake us at once, for ever: look away until somebody has closed. */
			pause_listening(listener);
			return;
		} else if (errno == EAGAIN) {
			return;
		}
	}
}

static void on_pause_over(struct timer *timer)
{
	struct listener *listener = timer->user;
	if (loop_watch(listener->loop, &listener->watch, EPOLLIN))
		pause_listening(listener);
}

int listener_open(struct listener *listener, const char *address, struct err *err)
{
	int fd = open_listening(address, err);
	if (fd < 0)
		return fd;
	listener->watch = (struct watch){ .fd = fd, .ready = on_peers, .user = listener };
	listener->pause = (struct timer){ .fire = on_pause_over, .user = listener };
	int error = loop_watch(listener->loop, &listener->watch, EPOLLIN);
	if (error) {
		(void)close(fd);
		listener->watch.fd = -1;
		return err_set(err, error, "%s: cannot watch: %s", address, strerror(-error));
	}
	return 0;
}

void listener_close(struct listener *listener)
{
	if (listener->watch.fd < 0)
		return;
	timer_stop(listener->loop, &listener->pause);
	loop_unwatch(listener->loop, &listener->watch);
	(void)close(listener->watch.fd);
	listener->watch.fd = -1;
}

unsigned http_socket_port(int fd)
{
	struct sockaddr_storage at = { 0 };
	socklen_t len = sizeof at;
	if (fd < 0 || getsockname(fd, (struct sockaddr *)&at, &len))
		return 0;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	memcpy(&v4, &at, sizeof v4);
	memcpy(&v6, &at, sizeof v6);
	return ntohs(at.ss_family == AF_INET6 ? v6.sin6_port : v4.sin_port);
}

static struct in6_addr as_v6(const struct sockaddr_storage *peer)
{
	struct in6_addr out = { 0 };
	if (peer->ss_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, peer, sizeof v6);
		return v6.sin6_addr;
	}
	if (peer->ss_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, peer, sizeof v4);
		out.s6_addr[10] = out.s6_addr[11] = 0xFF;
		memcpy(out.s6_addr + 12, &v4.sin_addr, 4);
	}
	return out;
}

bool http_socket_is_loopback(const struct sockaddr_storage *peer)
{
	struct in6_addr at = as_v6(peer);
	if (IN6_IS_ADDR_V4MAPPED(&at))
		return at.s6_addr[12] == 127;
	return IN6_IS_ADDR_LOOPBACK(&at);
}

bool http_socket_same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	struct in6_addr x = as_v6(a), y = as_v6(b);
	return !memcmp(&x, &y, IN6_IS_ADDR_V4MAPPED(&x) ? 16 : 8);
}

/* ---- answers past the library */

const char *http_status_words(unsigned status)
{
	switch (status) {
	case 400: return "Bad Request";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 408: return "Request Timeout";
	case 411: return "Length Required";
	case 413: return "Content Too Large";
	case 417: return "Expectation Failed";
	case 431: return "Request Header Fields Too Large";
	case 503: return "Service Unavailable";
	case 505: return "HTTP Version Not Supported";
	default: return "Error";
	}
}

void http_socket_refuse(int fd, unsigned status)
{
	char storage[512];
	struct buf out = buf_over(storage, sizeof storage);
	const char *words = http_status_words(status);
	buf_printf(&out, "HTTP/1.1 %u %s\r\nConnection: close\r\n%sContent-Type: text/plain; charset=utf-8\r\n"
		   "Content-Length: %zu\r\n\r\n%s\n", status, words, status == 503 ? "Retry-After: 5\r\n" : "",
		   str_of(words).len + 1, words);
	ssize_t sent = send(fd, out.at, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)sent; /* a peer that does not read its first answer gets none */
}

bool http_socket_sent_nothing(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof info;
	if (!getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return !info.tcpi_data_segs_out;
	int waiting = 0;
	return !ioctl(fd, SIOCOUTQ, &waiting) && !waiting;
}

int64_t http_socket_silent_ms(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof info;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return -1;
	return info.tcpi_last_data_recv;
}
