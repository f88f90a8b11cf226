/* Where a request comes from, and which addresses a channel trusts. */
#ifndef GATEWAY_NET_H
#define GATEWAY_NET_H

#include "gateway/channels/channel.h"

bool net_holds(const struct net *net, const struct in6_addr *address);
/* IPv4 as ::ffff:a.b.c.d.  false: not an IP address. */
bool net_of_peer(const struct sockaddr_storage *peer, struct in6_addr *out);
bool net_is_loopback(const struct in6_addr *address);
/* Who is behind the request: the peer, or, when the peer is a proxy on this machine, the address it vouches for (the last
 * one of X-Forwarded-For; what stands before it anybody can write). */
bool net_of_client(const struct http_request *request, struct in6_addr *out);

#endif
