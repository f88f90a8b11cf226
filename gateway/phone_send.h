/* `wasl channel send` on a channel whose phone comes for its messages: they are queued for it, by the running daemon.
 *
 * {"do": "phone.send", "channel": "ss", "to": ["+212…"], "text": "…"} -> {"ok": true, "recipients": [{"to", "result", "id",
 * "code"}]}.  result is "unknown" with the code "queued": nobody can say yet whether it leaves, and said again it would go
 * out twice; "rejected_permanent" with the code "opted_out" for who said STOP.  id is what v_message calls message_id. */
#ifndef GATEWAY_PHONE_SEND_H
#define GATEWAY_PHONE_SEND_H

#include "gateway/control.h"

void verb_phone_send(struct gateway *g, json_t *request, struct control_call *call);

#endif
