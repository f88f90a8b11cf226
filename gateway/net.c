#include "gateway/net.h"

#include <arpa/inet.h>
#include <string.h>

static void map_v4(const struct in_addr *v4, struct in6_addr *out)
{
	memset(out, 0, sizeof *out);
	out->s6_addr[10] = out->s6_addr[11] = 0xff;
	memcpy(out->s6_addr + 12, v4, 4);
}

bool net_holds(const struct net *net, const struct in6_addr *address)
{
	unsigned whole = net->bits / 8, rest = net->bits % 8;
	if (memcmp(net->base.s6_addr, address->s6_addr, whole) != 0)
		return false;
	unsigned mask = 0xffu & ~(0xffu >> rest);
	return rest == 0 || (net->base.s6_addr[whole] & mask) == (address->s6_addr[whole] & mask);
}

bool net_of_peer(const struct sockaddr_storage *peer, struct in6_addr *out)
{
	if (peer->ss_family == AF_INET)
		map_v4(&((const struct sockaddr_in *)(const void *)peer)->sin_addr, out);
	else if (peer->ss_family == AF_INET6)
		*out = ((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
	else
		return false;
	return true;
}

bool net_is_loopback(const struct in6_addr *a)
{
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	return IN6_IS_ADDR_LOOPBACK(a) || (memcmp(a->s6_addr, mapped, 12) == 0 && a->s6_addr[12] == 127);
}

static bool parse_address(struct str s, struct in6_addr *out)
{
	char z[INET6_ADDRSTRLEN];
	struct in_addr v4;
	if (!str_copy(str_trim(s), z, sizeof z))
		return false;
	if (inet_pton(AF_INET, z, &v4) == 1) {
		map_v4(&v4, out);
		return true;
	}
	return inet_pton(AF_INET6, z, out) == 1;
}

/* A proxy adds its word behind those that came, in the same line or in one of its own. */
static struct str last_forwarded(const struct http_request *request)
{
	struct str rest = { NULL, 0 }, last = rest, part;
	for (size_t i = 0; i < request->headers_count; i++)
		if (str_eq_nocase(request->headers[i].name, STR("X-Forwarded-For")))
			rest = request->headers[i].value;
	while (str_split(&rest, ',', &part))
		last = part;
	return last;
}

bool net_of_client(const struct http_request *request, struct in6_addr *out)
{
	if (!net_of_peer(&request->peer, out))
		return false;
	struct str last = net_is_loopback(out) ? last_forwarded(request) : (struct str){ NULL, 0 };
	return last.at ? parse_address(last, out) : true;
}
