/* The sealed file of a backup: db/backup.h says what is in it. */
#include "db/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAME = 64 * 1024, MAGIC_LEN = 8, HEAD_LEN = MAGIC_LEN + VAULT_INDEX_LEN + VAULT_STREAM_HEADER_LEN, ABOUT_LEN = 4,
       ABOUT_MAX = 4 * 1024 * 1024 };

static const unsigned char magic[MAGIC_LEN] = "WASLBK1\n";

struct stream { /* either direction */
	struct vault_stream crypt;
	int file, plain;          /* descriptors; plain -1: nothing is written */
	unsigned char bytes[FRAME], sealed[FRAME + VAULT_STREAM_OVERHEAD];
	size_t len;
};

static int write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;
	while (len) {
		ssize_t n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n, len -= (size_t)n;
	}
	return 0;
}

/* As much as there is, up to len. */
static int read_up_to(int fd, void *bytes, size_t len, size_t *got)
{
	*got = 0;
	while (*got < len) {
		ssize_t n = read(fd, (char *)bytes + *got, len - *got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		*got += (size_t)n;
	}
	return 0;
}

static int fail(struct err *err, int rc, const char *path)
{
	return err_set(err, rc, "%s: %s", path, strerror(-rc));
}

/* ---- sealing */

static int push(struct stream *s, bool last)
{
	vault_stream_push(&s->crypt, (struct str){ (const char *)s->bytes, s->len }, last, s->sealed);
	int rc = write_all(s->file, s->sealed, s->len + VAULT_STREAM_OVERHEAD);
	s->len = 0;
	return rc;
}

static int put(struct stream *s, struct str more)
{
	int rc = 0;
	while (rc == 0 && more.len) {
		if (s->len == FRAME)
			rc = push(s, false);
		size_t n = FRAME - s->len < more.len ? FRAME - s->len : more.len;
		memcpy(s->bytes + s->len, more.at, n);
		s->len += n;
		more = str_from(more, n);
	}
	return rc;
}

static int seal_all(struct stream *s, const struct vault *vault, struct str about)
{
	unsigned char head[HEAD_LEN], block[16384];
	unsigned char length[ABOUT_LEN] = { (unsigned char)about.len, (unsigned char)(about.len >> 8), (unsigned char)(about.len >> 16),
					    (unsigned char)(about.len >> 24) };
	size_t got = 1;
	memcpy(head, magic, MAGIC_LEN);
	vault_mark(vault, head + MAGIC_LEN);
	vault_stream_begin(vault, &s->crypt, head + MAGIC_LEN + VAULT_INDEX_LEN);
	int rc = write_all(s->file, head, sizeof head);
	if (rc == 0)
		rc = put(s, (struct str){ (const char *)length, sizeof length });
	if (rc == 0)
		rc = put(s, about);
	while (rc == 0 && got) {
		rc = read_up_to(s->plain, block, sizeof block, &got);
		if (rc == 0)
			rc = put(s, (struct str){ (const char *)block, got });
	}
	if (rc == 0)
		rc = push(s, true);
	return rc == 0 && fsync(s->file) != 0 ? -errno : rc;
}

int backup_seal(const struct vault *vault, const char *from, struct str about, const char *to, struct err *err)
{
	struct stream *s = calloc(1, sizeof *s);
	if (!s || about.len > ABOUT_MAX) {
		free(s);
		return err_set(err, -ENOMEM, "no memory");
	}
	s->plain = open(from, O_RDONLY | O_CLOEXEC);
	s->file = s->plain < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int rc = s->plain < 0 ? fail(err, -errno, from) : s->file < 0 ? fail(err, -errno, to) : 0;
	if (rc == 0) {
		rc = seal_all(s, vault, about);
		if (close(s->file) != 0 && rc == 0)
			rc = -errno;
		if (rc != 0) {
			(void)fail(err, rc, to);
			(void)unlink(to);
		}
	}
	if (s->plain >= 0)
		close(s->plain);
	free(s);
	return rc;
}

/* ---- opening */

static int damaged(struct err *err, const char *path, const char *what)
{
	return err_set(err, -EBADMSG, "%s: %s", path, what);
}

static int open_head(struct stream *s, const struct vault *vault, const char *path, struct err *err)
{
	unsigned char head[HEAD_LEN], mark[VAULT_INDEX_LEN];
	size_t got;
	int rc = read_up_to(s->file, head, sizeof head, &got);
	if (rc != 0)
		return fail(err, rc, path);
	if (got != sizeof head || memcmp(head, magic, MAGIC_LEN) != 0)
		return damaged(err, path, "this is no backup of Wasl");
	vault_mark(vault, mark);
	if (memcmp(head + MAGIC_LEN, mark, sizeof mark) != 0)
		return err_set(err, -ENOKEY, "%s: sealed with another key than the key file holds", path);
	return vault_stream_open(vault, &s->crypt, head + MAGIC_LEN + VAULT_INDEX_LEN) == 0 ? 0 : damaged(err, path, "damaged");
}

/* The next frame into s->bytes, s->len. */
static int pull(struct stream *s, bool *last, const char *path, struct err *err)
{
	size_t got;
	int rc = read_up_to(s->file, s->sealed, sizeof s->sealed, &got);
	if (rc != 0)
		return fail(err, rc, path);
	if (got == 0)
		return damaged(err, path, "it ends too early: what was copied is not whole");
	if (vault_stream_pull(&s->crypt, (struct str){ (const char *)s->sealed, got }, s->bytes, last) != 0)
		return damaged(err, path, "damaged, or cut off");
	s->len = got - VAULT_STREAM_OVERHEAD;
	if (!*last)
		return 0;
	rc = read_up_to(s->file, s->sealed, 1, &got);
	return rc != 0 ? fail(err, rc, path) : got ? damaged(err, path, "something was added behind its end") : 0;
}

struct splitting { /* the description from the database */
	char *about;
	size_t cap, have, want; /* want: ABOUT_LEN until the length is known */
	unsigned char length[ABOUT_LEN];
	bool known;
};

static int split(struct stream *s, struct splitting *d, const char *path, struct err *err)
{
	size_t at = 0;
	while (at < s->len && (!d->known || d->have < d->want)) {
		if (!d->known) {
			d->length[d->have++] = s->bytes[at++];
			if (d->have < ABOUT_LEN)
				continue;
			d->want = (size_t)d->length[0] | (size_t)d->length[1] << 8 | (size_t)d->length[2] << 16 | (size_t)d->length[3] << 24;
			d->known = true, d->have = 0;
			if (d->want >= d->cap)
				return damaged(err, path, "its description is too long");
		} else {
			d->about[d->have++] = (char)s->bytes[at++];
		}
	}
	if (s->plain < 0 || at == s->len)
		return 0;
	int rc = write_all(s->plain, s->bytes + at, s->len - at);
	return rc == 0 ? 0 : fail(err, rc, "the opened copy");
}

static int open_all(struct stream *s, const struct vault *vault, const char *path, char *about, size_t cap, struct err *err)
{
	struct splitting d = { .about = about, .cap = cap };
	bool last = false;
	int rc = open_head(s, vault, path, err);
	while (rc == 0 && !last) {
		rc = pull(s, &last, path, err);
		if (rc == 0)
			rc = split(s, &d, path, err);
	}
	if (rc == 0 && (!d.known || d.have < d.want))
		rc = damaged(err, path, "its description is cut off");
	if (rc == 0)
		about[d.want] = '\0';
	if (rc == 0 && s->plain >= 0 && fsync(s->plain) != 0)
		rc = fail(err, -errno, "the opened copy");
	return rc;
}

int backup_open(const struct vault *vault, const char *from, const char *to, char *about, size_t cap, struct err *err)
{
	struct stream *s = calloc(1, sizeof *s);
	if (!s)
		return err_set(err, -ENOMEM, "no memory");
	s->plain = -1;
	s->file = open(from, O_RDONLY | O_CLOEXEC);
	int rc = s->file < 0 ? fail(err, -errno, from) : 0;
	if (rc == 0 && to) {
		s->plain = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		rc = s->plain < 0 ? fail(err, -errno, to) : 0;
	}
	if (rc == 0) {
		rc = open_all(s, vault, from, about, cap, err);
		if (to && (close(s->plain) != 0 || rc != 0)) {
			(void)unlink(to);
			rc = rc == 0 ? fail(err, -EIO, to) : rc;
		}
	}
	if (s->file >= 0)
		close(s->file);
	free(s);
	return rc;
}
