/* Between the line thread, which alone writes, and the others (DESIGN 3): letters go in, answers come back.
 *
 * A letter is a batch item with a sender.  mailbox_post() hands it over and returns at once; on the line thread its run()
 * becomes an item of the next batch, and once that is on disk answered() is called on the sender's thread, through its port.
 * A letter with look() instead of run() only looks at what the line thread owns and writes nothing.
 *
 * The sender owns the letter before the post and from answered() on; in between nobody but the line thread touches it.
 * When the mailbox is shut, what was not run yet is answered with -ECANCELED; answers that nobody took out are given with it
 * by port_close(), and then answered() must only free.  Result: 0 it is on disk; what run() returned to have it undone; or
 * the failure of the disk. */
#ifndef GATEWAY_MAILBOX_H
#define GATEWAY_MAILBOX_H

#include "gateway/gateway.h"

struct mailbox;
struct port; /* of one thread: where its answers arrive */

struct letter {
	struct batch_item item;
	int (*run)(struct letter *letter, struct gateway *g, struct db *db); /* line thread, inside an item */
	void (*look)(struct letter *letter, struct gateway *g);              /* line thread; run is NULL */
	void (*settled)(struct letter *letter, struct gateway *g);           /* line thread, after a commit; may be NULL */
	void (*answered)(struct letter *letter, int result);                 /* sender's thread */
	struct letter *next;
	struct mailbox *box;
	struct port *port;
	int result;
};

/* On the line thread, before the others start; shut before they are told to end, closed after they ended. */
int mailbox_open(struct gateway *g, struct mailbox **out) __attribute__((warn_unused_result));
void mailbox_shut(struct mailbox *box);
bool mailbox_empty(struct mailbox *box); /* every letter that was posted has been answered */
void mailbox_close(struct mailbox *box);

/* loop: the thread's own. */
int port_open(struct loop *loop, struct port **out) __attribute__((warn_unused_result));
/* On the thread of the loop: no more answers are called. */
void port_unwatch(struct port *port);
/* After the line thread stopped taking letters: what still lies there is answered with -ECANCELED. */
void port_close(struct port *port);

void mailbox_post(struct mailbox *box, struct port *port, struct letter *letter);
/* For a thread without a loop: posts and waits; answered is not called. */
int mailbox_call(struct mailbox *box, struct letter *letter) __attribute__((warn_unused_result));

/* Puts a letter into its port again, from any thread: how a job hands itself back. */
void port_deliver(struct port *port, struct letter *letter, int result);

#endif
