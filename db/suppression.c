#include "db/suppression.h"

#include "db/contact.h"
#include "db/erase.h"
#include "db/ledger.h"
#include "flows/text/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEX_LEN = 2 * SUPPRESSION_HASH_LEN, LINE_MAX_LEN = 8 + HEX_LEN + 1 + 20 + 1 + HEX_LEN + 1, SETTING_LEN = 24 + HEX_LEN };

static const char *const kind_word[] = {
	[SUPPRESSION_STOP] = "STOP", [SUPPRESSION_START] = "START", [SUPPRESSION_ERASED] = "ERASED",
};

struct entry {
	enum suppression_kind kind;
	unsigned char who[SUPPRESSION_HASH_LEN], hash[SUPPRESSION_HASH_LEN];
	int64_t at, end; /* end: where the next line begins */
};

static bool there_is_a_list(const struct db *db)
{
	return db->suppression.folder >= 0;
}

static void hash_line(const struct db *db, const unsigned char before[SUPPRESSION_HASH_LEN], struct str line,
		      unsigned char out[SUPPRESSION_HASH_LEN])
{
	struct str chain = { (const char *)before, SUPPRESSION_HASH_LEN };
	vault_fingerprint(&db->vault, (struct str[]){ STR("suppression"), chain, line }, 3, out);
}

/* ---- what a batch adds */

static int room_for(struct suppression *s, size_t more)
{
	if (s->len + more <= s->cap)
		return 0;
	size_t cap = s->cap ? 2 * s->cap : 4096;
	char *grown = realloc(s->pending, cap);
	if (!grown)
		return -ENOMEM;
	s->pending = grown, s->cap = cap;
	return 0;
}

int suppression_note(struct db *db, enum suppression_kind kind, const unsigned char who[SUPPRESSION_HASH_LEN], int64_t at_ms)
{
	struct suppression *s = &db->suppression;
	if (!there_is_a_list(db))
		return 0;
	int rc = room_for(s, LINE_MAX_LEN);
	if (rc != 0)
		return rc;
	struct buf b = buf_over(s->pending + s->len, LINE_MAX_LEN);
	buf_put_z(&b, kind_word[kind]);
	buf_put_char(&b, ' ');
	buf_put_hex(&b, who, SUPPRESSION_HASH_LEN);
	buf_put_char(&b, ' ');
	buf_put_i64(&b, at_ms);
	hash_line(db, s->last, buf_str(&b), s->last);
	buf_put_char(&b, ' ');
	buf_put_hex(&b, s->last, SUPPRESSION_HASH_LEN);
	buf_put_char(&b, '\n');
	s->len += b.len;
	return 0;
}

void suppression_item_begin(struct db *db)
{
	struct suppression *s = &db->suppression;
	s->mark = s->len;
	memcpy(s->last_mark, s->last, sizeof s->last);
}

void suppression_item_undo(struct db *db)
{
	struct suppression *s = &db->suppression;
	s->len = s->mark;
	memcpy(s->last, s->last_mark, sizeof s->last);
}

void suppression_committed(struct db *db)
{
	struct suppression *s = &db->suppression;
	s->len = s->mark = 0;
	s->before_flush = -1;
	memcpy(s->last_flushed, s->last, sizeof s->last);
}

int suppression_take_back(struct db *db)
{
	struct suppression *s = &db->suppression;
	int rc = 0;
	if (s->before_flush >= 0 && ftruncate(s->fd, s->before_flush) != 0)
		rc = -EIO;
	else if (s->before_flush >= 0)
		s->size = s->before_flush;
	s->len = s->mark = 0;
	s->before_flush = -1;
	memcpy(s->last, s->last_flushed, sizeof s->last);
	return rc;
}

static int open_list(struct suppression *s)
{
	if (s->fd >= 0)
		return 0;
	s->fd = openat(s->folder, SUPPRESSION_FILE, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->fd < 0)
		return errno == ENOSPC || errno == EDQUOT ? -ENOSPC : -EIO;
	return fsync(s->folder) == 0 ? 0 : -EIO;
}

static int write_all(int fd, const char *at, size_t len)
{
	while (len) {
		ssize_t n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 && errno != ENOSPC && errno != EDQUOT && errno != EFBIG ? -EIO : -ENOSPC;
		at += n, len -= (size_t)n;
	}
	return 0;
}

/* How much of the list the database has: "bytes hash". */
static int remember(struct db *db)
{
	char text[SETTING_LEN];
	struct suppression *s = &db->suppression;
	struct buf b = buf_over(text, sizeof text);
	buf_put_i64(&b, s->size + (int64_t)s->len);
	buf_put_char(&b, ' ');
	buf_put_hex(&b, s->last, SUPPRESSION_HASH_LEN);
	buf_put_char(&b, '\0');
	return setting_put(db, "suppression", text);
}

int suppression_flush(struct db *db)
{
	struct suppression *s = &db->suppression;
	if (s->len == 0 || s->before_flush >= 0)
		return 0;
	int rc = remember(db);
	if (rc == 0)
		rc = open_list(s);
	if (rc != 0)
		return rc;
	s->before_flush = s->size;
	rc = write_all(s->fd, s->pending, s->len);
	if (rc == 0 && fdatasync(s->fd) != 0)
		rc = -EIO;
	if (rc == 0)
		s->size += (int64_t)s->len;
	return rc;
}

/* ---- the list as it stands */

static int take_hex(struct str *rest, unsigned char out[SUPPRESSION_HASH_LEN])
{
	for (size_t i = 0; i < HEX_LEN; i++) {
		char c = i < rest->len ? rest->at[i] : ' ';
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return -EBADMSG;
		unsigned half = (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
		out[i / 2] = (unsigned char)(i % 2 ? out[i / 2] | half : half << 4);
	}
	*rest = str_from(*rest, HEX_LEN);
	return 0;
}

static int parse_line(const struct db *db, const unsigned char before[SUPPRESSION_HASH_LEN], struct str line, struct entry *out)
{
	struct str rest = line, word, at;
	unsigned char want[SUPPRESSION_HASH_LEN];
	uint64_t ms;
	int kind = -1;
	if (!str_split(&rest, ' ', &word))
		return -EBADMSG;
	for (int i = 0; i <= SUPPRESSION_ERASED; i++)
		if (str_eq_z(word, kind_word[i]))
			kind = i;
	if (kind < 0 || take_hex(&rest, out->who) != 0 || !str_starts(rest, STR(" ")))
		return -EBADMSG;
	rest = str_from(rest, 1);
	if (!str_split(&rest, ' ', &at) || !str_to_u64(at, &ms) || rest.len != HEX_LEN || take_hex(&rest, out->hash) != 0)
		return -EBADMSG;
	hash_line(db, before, str_slice(line, 0, line.len - HEX_LEN - 1), want);
	out->kind = (enum suppression_kind)kind;
	out->at = (int64_t)ms;
	return memcmp(want, out->hash, sizeof want) == 0 ? 0 : -EBADMSG;
}

/* What a crash left of a last line is cut off: its batch was never committed. */
static int parse_list(struct db *db, struct str text, struct entry *entries, size_t *count, struct err *err)
{
	struct suppression *s = &db->suppression;
	*count = 0;
	while ((int64_t)text.len > s->size) {
		struct str rest = str_from(text, (size_t)s->size), line;
		if (!memchr(rest.at, '\n', rest.len))
			break;
		(void)str_split(&rest, '\n', &line);
		if (parse_line(db, s->last, line, &entries[*count]) != 0)
			return err_set(err, -EBADMSG, "%s: line %zu was changed, or belongs to another key; keep the file and move it"
				       " away: a new one is made of what the database knows", SUPPRESSION_FILE, *count + 1);
		s->size += (int64_t)line.len + 1;
		memcpy(s->last, entries[*count].hash, sizeof s->last);
		entries[(*count)++].end = s->size;
	}
	if ((int64_t)text.len > s->size && ftruncate(s->fd, s->size) != 0)
		return err_set(err, -EIO, "%s: %s", SUPPRESSION_FILE, strerror(errno));
	memcpy(s->last_flushed, s->last, sizeof s->last);
	return 0;
}

static int read_list(struct db *db, struct entry **entries, size_t *count, struct err *err)
{
	struct suppression *s = &db->suppression;
	struct stat st = { 0 };
	*entries = NULL, *count = 0;
	s->fd = openat(s->folder, SUPPRESSION_FILE, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (s->fd < 0)
		return errno == ENOENT ? 0 : err_set(err, -errno, "%s: %s", SUPPRESSION_FILE, strerror(errno));
	if (fstat(s->fd, &st) != 0)
		return err_set(err, -EIO, "%s: %s", SUPPRESSION_FILE, strerror(errno));
	char *text = malloc((size_t)st.st_size + 1);
	size_t got = 0;
	/* No line is shorter than this: room for each. */
	*entries = calloc((size_t)st.st_size / (2 * HEX_LEN) + 1, sizeof **entries);
	if (!text || !*entries) {
		free(text);
		return err_set(err, -ENOMEM, "no memory");
	}
	for (ssize_t n = 1; n > 0 && got < (size_t)st.st_size; got += n > 0 ? (size_t)n : 0)
		n = pread(s->fd, text + got, (size_t)st.st_size - got, (off_t)got);
	int rc = got == (size_t)st.st_size ? parse_list(db, (struct str){ text, got }, *entries, count, err) :
					     err_set(err, -EIO, "%s: cannot be read", SUPPRESSION_FILE);
	free(text);
	return rc;
}

/* ---- bringing both together */

static int apply(struct db *db, const struct entry *e)
{
	int rc = -EINVAL;
	switch (e->kind) {
	case SUPPRESSION_STOP: rc = opt_out_index(db, e->who, "list", e->at); break;
	case SUPPRESSION_START: rc = opt_in_index(db, e->who, e->at); break;
	case SUPPRESSION_ERASED: rc = tombstone_add(db, e->who, e->at); break;
	}
	return rc < 0 ? rc : 0;
}

static bool stands(const struct entry *entries, size_t count, enum suppression_kind kind, const unsigned char *who)
{
	for (size_t i = 0; i < count; i++)
		if (entries[i].kind == kind && memcmp(entries[i].who, who, SUPPRESSION_HASH_LEN) == 0)
			return true;
	return false;
}

/* What the database has and the list has not. */
static int add_missing(struct db *db, enum sql_name name, enum suppression_kind kind, const struct entry *entries, size_t count)
{
	int rc;
	struct query q = db_query(db, name);
	while ((rc = db_row(&q)) == 1) {
		unsigned char who[SUPPRESSION_HASH_LEN];
		struct str stored = col_str(&q, 0);
		if (stored.len != sizeof who)
			continue;
		memcpy(who, stored.at, sizeof who);
		rc = stands(entries, count, kind, who) ? 0 : suppression_note(db, kind, who, col_i64(&q, 1));
		if (rc != 0) {
			db_done(&q);
			return rc;
		}
	}
	return rc;
}

/* Where in the list the database stands: the first entry to apply.  count + 1: the list is another one. */
static int where_it_stands(struct db *db, const struct entry *entries, size_t count, size_t *from)
{
	char text[SETTING_LEN];
	uint64_t bytes;
	unsigned char hash[SUPPRESSION_HASH_LEN];
	int rc = setting_get(db, "suppression", text, sizeof text);
	struct str rest = str_of(text), number;
	*from = count + 1;
	if (rc != 1 || !str_split(&rest, ' ', &number) || !str_to_u64(number, &bytes) || take_hex(&rest, hash) != 0)
		return rc < 0 ? rc : 0;
	for (size_t i = 0; i < count; i++)
		if (entries[i].end == (int64_t)bytes && memcmp(entries[i].hash, hash, sizeof hash) == 0)
			*from = i + 1;
	return 0;
}

static int bring_together(struct db *db, const struct entry *entries, size_t count)
{
	size_t from;
	int rc = where_it_stands(db, entries, count, &from);
	if (rc != 0 || from == count)
		return rc;
	bool another = from > count;
	for (size_t i = another ? 0 : from; rc == 0 && i < count; i++)
		rc = apply(db, &entries[i]);
	if (rc == 0)
		rc = count ? erase_the_entombed(db, entries[count - 1].at) : 0;
	if (rc == 0 && another)
		rc = add_missing(db, SQL_OPT_OUT_ALL, SUPPRESSION_STOP, entries, count);
	if (rc == 0 && another)
		rc = add_missing(db, SQL_TOMBSTONE_ALL, SUPPRESSION_ERASED, entries, count);
	return rc == 0 && (count || db->suppression.len) ? remember(db) : rc;
}

int suppression_open(struct db *db, const char *state_dir, struct err *err)
{
	struct entry *entries = NULL;
	size_t count = 0;
	struct suppression *s = &db->suppression;
	*s = (struct suppression){ .folder = -1, .fd = -1, .before_flush = -1 };
	if (!state_dir)
		return 0;
	s->folder = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->folder < 0)
		return err_set(err, -errno, "%s: %s", state_dir, strerror(errno));
	int rc = read_list(db, &entries, &count, err);
	if (rc == 0) {
		rc = db_begin(db);
		if (rc == 0)
			rc = db_item_begin(db);
		if (rc == 0) {
			int brought = bring_together(db, entries, count);
			rc = db_item_end(db, brought == 0);
			rc = brought != 0 ? brought : rc;
		}
		if (rc == 0)
			rc = db_commit(db);
		else
			db_rollback(db);
		if (rc == -ENOSPC) /* as with the key's mark: a full disk keeps nobody from starting, it is tried again */
			rc = count ? err_set(err, rc, "%s cannot be applied: the disk is full", SUPPRESSION_FILE) : 0;
		else if (rc != 0)
			(void)err_set(err, rc, "%s cannot be applied: %s", SUPPRESSION_FILE, strerror(-rc));
	}
	free(entries);
	return rc;
}

void suppression_close(struct db *db)
{
	struct suppression *s = &db->suppression;
	if (s->fd >= 0)
		close(s->fd);
	if (s->folder >= 0)
		close(s->folder);
	free(s->pending);
	*s = (struct suppression){ .folder = -1, .fd = -1, .before_flush = -1 };
}
