/* A USSD screen as a page for Orange's #303# browser and its like (aggregators.md 10): text, then one form with one
 * input; without a form the session is over. */
#ifndef GATEWAY_CHANNELS_XHTML_H
#define GATEWAY_CHANNELS_XHTML_H

#include "flows/text/buf.h"

/* text: any UTF-8; action: where the form leads, input: the name of its field; action empty: the last page. */
void xhtml_put(struct buf *out, struct str text, struct str action, struct str input);

#endif
