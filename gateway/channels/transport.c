/* What a call's outcome means before anybody has read the vendor's words (failures.md O1-O9).
 *
 * The one question behind all of it: can the message be out?  "No" may be tried again, "cannot be known" never blindly.
 *
 *   curl error, request not begun          transient    O1: DNS, refused, TLS handshake
 *   curl error, request begun              unknown      O2: reset, deadline, answer broken off or too large
 *   peer's certificate or name             operational  O8: closed; nobody can switch this off
 *   3xx                                    operational  O9: the address in the configuration is not the API
 *   401 402 403 404 405 406 407 410 415    operational  O15: credentials, credit, contract, address of the channel
 *   408 425 429                            transient    O4: the server says that it has not begun (RFC 9110, 6585)
 *   other 4xx                              permanent    this message, not the channel
 *   503                                    transient    O5: "currently unable": not taken (RFC 9110 15.6.4)
 *   other 5xx, 1xx                         unknown      O5: a proxy's 502 and 504 say nothing of what the server behind
 *                                                       it did; a 500 may come after the message was queued */
#include "gateway/channels/channel.h"

static enum send_class class_4xx(unsigned status)
{
	switch (status) {
	case 401:
	case 402:
	case 403:
	case 404:
	case 405:
	case 406:
	case 407:
	case 410:
	case 415:
		return SEND_OPERATIONAL;
	case 408:
	case 425:
	case 429:
		return SEND_TRANSIENT;
	default:
		return SEND_REJECTED_PERMANENT;
	}
}

enum send_class transport_class(const struct http_result *result)
{
	if (result->certificate)
		return SEND_OPERATIONAL;
	if (result->curl_code)
		return result->request_left ? SEND_UNKNOWN : SEND_TRANSIENT;
	if (result->status == 503)
		return SEND_TRANSIENT;
	switch (result->status / 100) {
	case 2:
		return SEND_ACCEPTED;
	case 3:
		return SEND_OPERATIONAL;
	case 4:
		return class_4xx(result->status);
	default:
		return SEND_UNKNOWN;
	}
}

void classify_all(const struct outgoing *message, enum send_class class, struct str code,
		  struct recipient_result *results)
{
	for (size_t i = 0; i < message->count; i++)
		results[i] = (struct recipient_result){
			.to = message->to[i], .result = class, .id = STR(""), .code = code
		};
}

bool classify_transport(const struct outgoing *message, const struct http_result *result,
			struct recipient_result *results)
{
	enum send_class class = transport_class(result);
	if (class == SEND_ACCEPTED)
		return false;
	classify_all(message, class, STR(""), results);
	return true;
}
