#include "gateway/mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct queue { /* of letters, with a bell */
	pthread_mutex_t lock;
	struct letter *first, *final;
	struct watch bell;
};

struct mailbox {
	struct queue in;
	struct gateway *g;
	bool shut;     /* under in.lock */
	size_t inside; /* letters that were not answered yet; under in.lock */
};

struct port {
	struct queue in;
	struct loop *loop;
};

/* ---- queues */

static int queue_init(struct queue *q)
{
	q->bell.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return q->bell.fd < 0 ? -errno : -pthread_mutex_init(&q->lock, NULL);
}

static void queue_release(struct queue *q)
{
	if (q->bell.fd < 0)
		return;
	(void)close(q->bell.fd);
	(void)pthread_mutex_destroy(&q->lock);
}

/* box: NULL, or the mailbox that this is, unless it is shut.  false: not put. */
static bool queue_put(struct queue *q, struct letter *letter, struct mailbox *box)
{
	const uint64_t one = 1;
	letter->next = NULL;
	(void)pthread_mutex_lock(&q->lock);
	bool open = !box || !box->shut;
	if (open) {
		if (q->first)
			q->final->next = letter;
		else
			q->first = letter;
		q->final = letter;
		if (box)
			box->inside++;
	}
	(void)pthread_mutex_unlock(&q->lock);
	ssize_t n = open ? write(q->bell.fd, &one, sizeof one) : 0; /* full: it rings already */
	(void)n;
	return open;
}

static struct letter *queue_take_all(struct queue *q)
{
	uint64_t rung;
	ssize_t n = read(q->bell.fd, &rung, sizeof rung);
	(void)n;
	(void)pthread_mutex_lock(&q->lock);
	struct letter *all = q->first;
	q->first = NULL;
	(void)pthread_mutex_unlock(&q->lock);
	return all;
}

/* ---- the line thread's side */

static int run_letter(struct batch_item *item, struct db *db)
{
	struct letter *letter = (struct letter *)item; /* its first member */
	return letter->run(letter, letter->box->g, db);
}

static void give_back(struct letter *letter, int result)
{
	struct mailbox *box = letter->box;
	(void)pthread_mutex_lock(&box->in.lock);
	box->inside--;
	(void)pthread_mutex_unlock(&box->in.lock);
	port_deliver(letter->port, letter, result);
}

static void letter_done(struct batch_item *item, int result)
{
	struct letter *letter = (struct letter *)item;
	if (result == 0 && letter->settled)
		letter->settled(letter, letter->box->g);
	give_back(letter, result);
}

static void post_came(struct watch *watch, uint32_t events)
{
	struct mailbox *box = watch->user;
	(void)events;
	for (struct letter *letter = queue_take_all(&box->in), *next; letter; letter = next) {
		next = letter->next;
		letter->item = (struct batch_item){ .run = run_letter, .done = letter_done };
		if (letter->look) {
			letter->look(letter, box->g);
			give_back(letter, 0);
		} else {
			batch_add(&box->g->batch, &letter->item);
		}
	}
}

int mailbox_open(struct gateway *g, struct mailbox **out)
{
	struct mailbox *box = calloc(1, sizeof *box);
	if (!box)
		return -ENOMEM;
	box->g = g;
	int rc = queue_init(&box->in);
	box->in.bell.ready = post_came;
	box->in.bell.user = box;
	if (rc == 0)
		rc = loop_watch(g->loop, &box->in.bell, EPOLLIN);
	if (rc != 0) {
		queue_release(&box->in);
		free(box);
		return rc;
	}
	*out = box;
	return 0;
}

void mailbox_shut(struct mailbox *box)
{
	(void)pthread_mutex_lock(&box->in.lock);
	box->shut = true;
	(void)pthread_mutex_unlock(&box->in.lock);
	for (struct letter *letter = queue_take_all(&box->in), *next; letter; letter = next) {
		next = letter->next;
		give_back(letter, -ECANCELED);
	}
}

bool mailbox_empty(struct mailbox *box)
{
	(void)pthread_mutex_lock(&box->in.lock);
	bool empty = box->inside == 0;
	(void)pthread_mutex_unlock(&box->in.lock);
	return empty;
}

void mailbox_close(struct mailbox *box)
{
	if (!box)
		return;
	loop_unwatch(box->g->loop, &box->in.bell);
	queue_release(&box->in);
	free(box);
}

/* ---- the senders' side */

static void answers_came(struct watch *watch, uint32_t events)
{
	struct port *port = watch->user;
	(void)events;
	for (struct letter *letter = queue_take_all(&port->in), *next; letter; letter = next) {
		next = letter->next;
		letter->answered(letter, letter->result);
	}
}

int port_open(struct loop *loop, struct port **out)
{
	struct port *port = calloc(1, sizeof *port);
	if (!port)
		return -ENOMEM;
	port->loop = loop;
	int rc = queue_init(&port->in);
	port->in.bell.ready = answers_came;
	port->in.bell.user = port;
	if (rc == 0)
		rc = loop_watch(loop, &port->in.bell, EPOLLIN);
	if (rc != 0) {
		queue_release(&port->in);
		free(port);
		return rc;
	}
	*out = port;
	return 0;
}

void port_unwatch(struct port *port)
{
	loop_unwatch(port->loop, &port->in.bell);
}

void port_close(struct port *port)
{
	if (!port)
		return;
	for (struct letter *letter = queue_take_all(&port->in), *next; letter; letter = next) {
		next = letter->next;
		letter->answered(letter, -ECANCELED);
	}
	queue_release(&port->in);
	free(port);
}

void port_deliver(struct port *port, struct letter *letter, int result)
{
	letter->result = result;
	if (port)
		(void)queue_put(&port->in, letter, NULL);
	else
		letter->answered(letter, result);
}

void mailbox_post(struct mailbox *box, struct port *port, struct letter *letter)
{
	letter->box = box;
	letter->port = port;
	if (!queue_put(&box->in, letter, box))
		port_deliver(port, letter, -ECANCELED);
}

/* ---- waiting for an answer */

struct waiter {
	pthread_mutex_t lock;
	pthread_cond_t arrived;
	bool there;
	int result;
};

struct waiting_letter {
	struct letter letter;
	struct letter *mine;
	struct waiter waiter;
};

static int run_mine(struct letter *letter, struct gateway *g, struct db *db)
{
	struct letter *mine = ((struct waiting_letter *)letter)->mine;
	return mine->run(mine, g, db);
}

static void look_mine(struct letter *letter, struct gateway *g)
{
	struct letter *mine = ((struct waiting_letter *)letter)->mine;
	mine->look(mine, g);
}

static void settle_mine(struct letter *letter, struct gateway *g)
{
	struct letter *mine = ((struct waiting_letter *)letter)->mine;
	if (mine->settled)
		mine->settled(mine, g);
}

static void wake(struct letter *letter, int result) /* on the line thread */
{
	struct waiter *w = &((struct waiting_letter *)letter)->waiter;
	(void)pthread_mutex_lock(&w->lock);
	w->there = true;
	w->result = result;
	(void)pthread_cond_signal(&w->arrived);
	(void)pthread_mutex_unlock(&w->lock);
}

int mailbox_call(struct mailbox *box, struct letter *mine)
{
	struct waiting_letter w = { .mine = mine };
	w.letter = (struct letter){ .run = mine->run ? run_mine : NULL, .look = mine->look ? look_mine : NULL,
				    .settled = settle_mine, .answered = wake };
	int rc = -pthread_mutex_init(&w.waiter.lock, NULL);
	if (rc == 0)
		rc = -pthread_cond_init(&w.waiter.arrived, NULL);
	if (rc != 0)
		return rc;
	mailbox_post(box, NULL, &w.letter);
	(void)pthread_mutex_lock(&w.waiter.lock);
	while (!w.waiter.there)
		(void)pthread_cond_wait(&w.waiter.arrived, &w.waiter.lock);
	(void)pthread_mutex_unlock(&w.waiter.lock);
	(void)pthread_cond_destroy(&w.waiter.arrived);
	(void)pthread_mutex_destroy(&w.waiter.lock);
	return w.waiter.result;
}
