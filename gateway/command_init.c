/* wasl init DIR: a folder that `wasl serve` starts from.  Nothing that exists is touched; what could not be finished is
 * taken away again. */
#include "db/db.h"
#include "gateway/command.h"
#include "gateway/config.h"
#include "gateway/console/accounts.h"
#include "gateway/loop.h"
#include "gateway/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOKEN_LEN = 27, PATH_LEN = 4096 }; /* 27 x 6 bits: 162, above failures.md I16's 128 */

struct place {
	const char *folder;
	char config[PATH_LEN], key[PATH_LEN], state[PATH_LEN], link[256];
	bool made_folder, made_key, made_config, made_state;
};

static int complain(int code, const char *path, const char *what)
{
	(void)fprintf(stderr, "wasl init: %s: %s\n", path, what);
	return code;
}

static bool random_bytes(void *out, size_t len)
{
	return getrandom(out, len, 0) == (ssize_t)len; /* up to 256 bytes come whole */
}

static bool make_token(char out[TOKEN_LEN + 1])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned char bytes[TOKEN_LEN];
	do { /* a token that begins with - looks like an option */
		if (!random_bytes(bytes, sizeof bytes))
			return false;
	} while ((bytes[0] & 63) >= 62);
	for (size_t i = 0; i < TOKEN_LEN; i++)
		out[i] = alphabet[bytes[i] & 63];
	out[TOKEN_LEN] = '\0';
	return true;
}

/* ---- where */

static int name_places(struct place *p, const char *folder)
{
	size_t len = strlen(folder);
	p->folder = folder;
	while (len > 1 && folder[len - 1] == '/')
		len--;
	if (len == 0 || len > PATH_LEN - 32)
		return command_usage("init", "DIR is empty or too long");
	(void)snprintf(p->config, sizeof p->config, "%.*s/wasl.json", (int)len, folder);
	(void)snprintf(p->key, sizeof p->key, "%.*s/wasl.key", (int)len, folder);
	(void)snprintf(p->state, sizeof p->state, "%.*s/state", (int)len, folder);
	return EX_OK;
}

static int refuse_what_stands(const struct place *p)
{
	const char *const mine[] = { p->config, p->key, p->state };
	struct stat st;
	int code = EX_OK;
	for (size_t i = 0; i < sizeof mine / sizeof mine[0]; i++)
		if (lstat(mine[i], &st) == 0)
			code = complain(EX_CANTCREAT, mine[i], "is there already; init overwrites nothing");
		else if (errno != ENOENT && errno != ENOTDIR)
			code = complain(EX_CANTCREAT, mine[i], strerror(errno));
	return code;
}

/* Root fills a folder of somebody else's as that user, the daemon's: else the daemon could not read what is in it. */
static int act_as_owner(const struct stat *folder)
{
	if (geteuid() != 0 || folder->st_uid == 0)
		return 0;
	return setegid(folder->st_gid) != 0 || seteuid(folder->st_uid) != 0 ? -errno : 0;
}

static int make_folder(struct place *p)
{
	struct stat st;
	if (mkdir(p->folder, 0700) == 0) {
		p->made_folder = true;
		return EX_OK;
	}
	if (errno != EEXIST)
		return complain(EX_CANTCREAT, p->folder, strerror(errno));
	if (stat(p->folder, &st) != 0 || !S_ISDIR(st.st_mode))
		return complain(EX_CANTCREAT, p->folder, "is there and is no folder");
	return act_as_owner(&st) == 0 ? EX_OK : complain(EX_NOPERM, p->folder, "this process cannot become its owner");
}

/* ---- what */

/* A new file of mode 0600; NULL after a complaint. */
static FILE *create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	if (out)
		return out;
	(void)complain(EX_CANTCREAT, path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return NULL;
}

/* Data and name reach the disk before init says that it is done. */
static int finish_file(FILE *out, const char *path)
{
	bool good = fflush(out) == 0 && !ferror(out) && fsync(fileno(out)) == 0;
	int code = errno;
	if (fclose(out) != 0 && good) {
		good = false;
		code = errno;
	}
	return good ? EX_OK : complain(EX_IOERR, path, strerror(code));
}

static int write_key(struct place *p)
{
	unsigned char key[32];
	char hex[2 * sizeof key];
	struct buf b = buf_over(hex, sizeof hex);
	if (!random_bytes(key, sizeof key))
		return complain(EX_OSERR, p->key, "the system gave no random bytes");
	FILE *out = create(p->key);
	if (!out)
		return EX_CANTCREAT;
	p->made_key = true;
	buf_put_hex(&b, key, sizeof key);
	(void)fprintf(out, "%.*s\n", STR_ARG(buf_str(&b)));
	explicit_bzero(key, sizeof key);
	explicit_bzero(hex, sizeof hex);
	return finish_file(out, p->key);
}

static int write_config(struct place *p)
{
	char token[TOKEN_LEN + 1];
	if (!make_token(token))
		return complain(EX_OSERR, p->config, "the system gave no random bytes");
	FILE *out = create(p->config);
	if (!out)
		return EX_CANTCREAT;
	p->made_config = true;
	config_write(out, &(struct config_example){ .token = token });
	return finish_file(out, p->config);
}

static int make_state(struct place *p)
{
	struct err err = { .text = "" };
	if (mkdir(p->state, 0700) != 0)
		return complain(EX_CANTCREAT, p->state, strerror(errno));
	p->made_state = true;
	int rc = db_create(p->state, p->key, &err);
	return rc == 0 ? EX_OK : complain(EX_CANTCREAT, p->state, err.text);
}

/* The first administrator: chooses password and code by a one-time link.  There is no default password. */
static int make_administrator(struct place *p)
{
	struct err err = { .text = "" };
	struct db db;
	struct config config = { .listen_console = STR("127.0.0.1:8081") };
	struct account_wish wish = { STR("admin"), STR("admin"), STR("admin"), STR(""), STR("fr") };
	char token[AUTH_TOKEN_LEN + 1];
	struct buf link = buf_over(p->link, sizeof p->link - 1);
	int rc = db_open(&db, p->state, p->key, &err);
	if (rc != 0)
		return complain(EX_CANTCREAT, p->state, err.text);
	rc = db_begin(&db);
	if (rc == 0)
		rc = account_add(&db, &wish, STR("administrator"), clock_wall_ms(), token);
	if (rc == 0)
		rc = db_commit(&db);
	db_close(&db);
	account_link(&config, token, &link);
	p->link[link.len] = '\0';
	return rc == 0 ? EX_OK : complain(EX_CANTCREAT, p->state, "the first administrator was not written");
}

static void sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

/* After a failure: takes away what this run made, and only that. */
static void take_back(const struct place *p)
{
	static const char *const of_state[] = { "wasl.db", "wasl.db-wal", "wasl.db-shm", "lock" };
	char path[PATH_LEN + 16];
	for (size_t i = 0; p->made_state && i < sizeof of_state / sizeof of_state[0]; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", p->state, of_state[i]);
		(void)unlink(path);
	}
	if (p->made_state)
		(void)rmdir(p->state);
	if (p->made_config)
		(void)unlink(p->config);
	if (p->made_key)
		(void)unlink(p->key);
	if (p->made_folder)
		(void)rmdir(p->folder);
}

static void print_next(const struct place *p, bool json)
{
	if (json) {
		json_t *made = json_object();
		json_put_str(made, "config", str_of(p->config));
		json_put_str(made, "key_file", str_of(p->key));
		json_put_str(made, "state", str_of(p->state));
		json_put_str(made, "administrator", str_of(p->link));
		json_print_line(made);
		json_decref(made);
		return;
	}
	(void)printf("Made:\n"
		     "  %s   the configuration, with comments\n"
		     "  %s    the key: without it nobody reads the database. Keep a copy off this machine.\n"
		     "  %s       the database\n"
		     "\n"
		     "Next:\n"
		     "  1. Fill in public_url, countries.MA.sos and a channel in %s\n"
		     "  2. wasl -c %s check\n"
		     "  3. wasl -c %s doctor\n"
		     "  4. wasl -c %s serve\n"
		     "  5. The first administrator, admin, opens this once, within 24 hours:\n"
		     "     %s\n"
		     "     Later: wasl -c %s user reset admin\n",
		     p->config, p->key, p->state, p->config, p->config, p->config, p->config, p->link, p->config);
}

int command_init(const struct invocation *in)
{
	static struct place p; /* its paths are long */
	if (in->argc != 2 || in->argv[1][0] == '-')
		return command_usage("init", "needs one folder, such as `wasl init /etc/wasl`");
	p = (struct place){ .folder = in->argv[1] };
	int code = name_places(&p, in->argv[1]);
	if (code == EX_OK)
		code = refuse_what_stands(&p);
	if (code != EX_OK)
		return code;
	code = make_folder(&p);
	if (code == EX_OK)
		code = write_key(&p);
	if (code == EX_OK)
		code = write_config(&p);
	if (code == EX_OK)
		code = make_state(&p);
	if (code == EX_OK)
		code = make_administrator(&p);
	if (code != EX_OK) {
		take_back(&p);
		return code;
	}
	sync_folder(p.folder);
	print_next(&p, in->json);
	return EX_OK;
}
