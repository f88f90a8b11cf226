#include "gateway/parcel.h"

#include <errno.h>
#include <unistd.h>
#include <zip.h>

/* ---- libzip writes to a path and renames; this lets it write to the file that has no name yet */

struct target {
	int fd;
	zip_int64_t size, at;
	zip_error_t error;
};

static zip_int64_t lost(struct target *t, int code)
{
	zip_error_set(&t->error, ZIP_ER_WRITE, code);
	return -1;
}

static zip_int64_t put(struct target *t, const char *from, zip_uint64_t len)
{
	for (zip_uint64_t done = 0; done < len;) {
		ssize_t n = pwrite(t->fd, from + done, len - done, t->at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return lost(t, n < 0 ? errno : EIO);
		done += (zip_uint64_t)n;
		t->at += n;
	}
	t->size = t->at > t->size ? t->at : t->size;
	return (zip_int64_t)len;
}

static zip_int64_t seek_to(struct target *t, void *data, zip_uint64_t len)
{
	zip_int64_t to = zip_source_seek_compute_offset((zip_uint64_t)t->at, (zip_uint64_t)t->size, data, len, &t->error);
	if (to < 0)
		return -1;
	t->at = to;
	return 0;
}

static zip_int64_t tell_state(struct target *t, zip_stat_t *st, zip_uint64_t len)
{
	if (len < sizeof *st)
		return lost(t, EINVAL);
	zip_stat_init(st);
	st->valid = ZIP_STAT_SIZE;
	st->size = (zip_uint64_t)t->size;
	return sizeof *st;
}

static zip_int64_t to_target(void *user, void *data, zip_uint64_t len, zip_source_cmd_t command)
{
	struct target *t = user;
	switch ((int)command) {
	case ZIP_SOURCE_WRITE: return put(t, data, len);
	case ZIP_SOURCE_SEEK_WRITE: return seek_to(t, data, len);
	case ZIP_SOURCE_TELL_WRITE: return t->at;
	case ZIP_SOURCE_STAT: return tell_state(t, data, len);
	case ZIP_SOURCE_ERROR: return zip_error_to_data(&t->error, data, len);
	case ZIP_SOURCE_SUPPORTS:
		return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
						      ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS,
						      ZIP_SOURCE_BEGIN_WRITE, ZIP_SOURCE_COMMIT_WRITE, ZIP_SOURCE_ROLLBACK_WRITE,
						      ZIP_SOURCE_WRITE, ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE, ZIP_SOURCE_REMOVE, -1);
	case ZIP_SOURCE_BEGIN_WRITE: t->at = 0; return 0;
	default: return 0; /* nothing is there to be read; whether it stays is outfile's to say */
	}
}

/* ---- members */

static int add(zip_t *archive, const struct parcel_member *m, const char *password)
{
	zip_source_t *from = m->path ? zip_source_file(archive, m->path, 0, -1) :
			     zip_source_buffer(archive, m->bytes.at, m->bytes.len, 0);
	zip_int64_t index = from ? zip_file_add(archive, m->name, from, ZIP_FL_ENC_UTF_8) : -1;
	if (index < 0) {
		zip_source_free(from);
		return -ENOMEM;
	}
	bool good = !password || !password[0] || zip_file_set_encryption(archive, (zip_uint64_t)index, ZIP_EM_AES_256, password) == 0;
	return good ? 0 : -EIO;
}

int parcel_write(struct outfile *out, const struct parcel_member *members, size_t count, const char *password, struct err *err)
{
	struct target t = { .fd = out->fd };
	zip_error_t error;
	zip_error_init(&t.error);
	zip_error_init(&error);
	zip_source_t *to = zip_source_function_create(to_target, &t, &error);
	zip_t *archive = to ? zip_open_from_source(to, ZIP_CREATE | ZIP_TRUNCATE, &error) : NULL;
	int rc = archive ? 0 : -ENOMEM;
	if (!archive)
		zip_source_free(to);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = add(archive, &members[i], password);
	if (rc == 0 && zip_close(archive) != 0)
		rc = zip_error_code_system(zip_get_error(archive)) == ENOSPC ? -ENOSPC : -EIO;
	if (rc != 0 && archive)
		zip_discard(archive);
	zip_error_fini(&error);
	zip_error_fini(&t.error);
	return rc == 0 ? 0 : err_set(err, rc, "the archive could not be written%s", rc == -ENOSPC ? ": the disk is full" : "");
}
