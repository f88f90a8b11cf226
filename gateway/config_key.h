/* The keys of the configuration as tables: the loader, the error messages and `wasl init` all read the same rows, so a
 * key's name, type, range, default and explanation are written once.
 *
 * A row says where its value goes by an offset into the struct that its table describes.  Internal to config_*.c. */
#ifndef GATEWAY_CONFIG_KEY_H
#define GATEWAY_CONFIG_KEY_H

#include "gateway/config.h"
#include "gateway/json.h"

struct loading;

enum key_type {
	KEY_STR,       /* struct str */
	KEY_NUMBER,    /* unsigned, min..max */
	KEY_BOOL,      /* bool */
	KEY_WORD,      /* an enum without negative values: the index of the word in `words` */
	KEY_FLAG_WORD, /* bool: the index, 0 or 1 */
	KEY_HOURS,     /* struct hours: "19:00-09:00"; "" is none */
	KEY_SECTION,   /* an object of `members`; they count from this row's offset */
	KEY_LIST,      /* an array of `element`s, each `stride` bytes, count in a size_t at `count_offset` */
	KEY_OTHER,     /* read() does it all */
};

struct key {
	const char *name;
	enum key_type type;
	size_t offset;
	const char *standard; /* the default, as JSON text; NULL: none, or worked out once all is read */
	bool required;
	bool secret;          /* its value stands in no message, and a file that holds it must not be world-readable */
	bool path;            /* relative to the configuration's folder */
	const char *help;     /* what `wasl init` prints beside it */
	const char *(*check)(struct str value); /* STR: NULL when it is good, else what it is not and what to write */
	unsigned min, max;
	const char *const *words; /* WORD, FLAG_WORD; STR: it must be one of them */
	const struct key *members;
	const struct key *element;
	size_t stride, count_offset;
	unsigned most;
	bool unique; /* LIST: the struct str at the head of each element stands once */
	void (*read)(struct loading *r, const struct key *key, json_t *value, void *at);
};

extern const struct key config_keys[];  /* of struct config; name == NULL ends each table */
extern const struct key country_keys[]; /* of struct country */
extern const struct key office_keys[];  /* of struct office */
extern const struct key channel_keys[]; /* of struct channel */
extern const struct key a_step, a_project, a_partner, a_price; /* elements of their lists: config_programme.c */
extern const char config_steps_standard[], config_projects_standard[];
extern const char config_offices_of_morocco[]; /* JSON: the offices when programme.country is MA */

/* ---- config_read.c: what is under way */

enum { CONFIG_PROBLEMS_MAX = 100, CONFIG_PROBLEM_LEN = 500 };

struct problem {
	unsigned line;
	char text[CONFIG_PROBLEM_LEN];
};

struct loading {
	struct config *config;
	char path[256];
	size_t path_len;
	struct problem *problems; /* CONFIG_PROBLEMS_MAX of them */
	size_t problems_count;    /* may go beyond: those are only counted */
};

/* The path of what is being read; loading_leave() takes the mark that loading_enter() gave. */
size_t loading_enter(struct loading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
void loading_leave(struct loading *r, size_t mark);
/* A problem at the current path: "file:line: path: what". */
void loading_say(struct loading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* For messages: the text in quotes, without control characters, long ones shortened; in one of a few static slots that
 * belong to this call's caller. */
struct shown {
	char text[64];
};
struct shown shown(struct str s);

/* Reads each row of the table out of the object (NULL: an empty one) and reports keys that no row has.  own: further
 * names that are good here (struct adapter's keys), NULL: none; any: never report an unknown key. */
void read_members(struct loading *r, json_t *object, const struct key *keys, void *base, const char *const *own,
		  bool any);
void read_value(struct loading *r, const struct key *key, json_t *value, void *base);
const char *own_key_name(const char *own); /* one of struct adapter's keys without the mark before it */
/* "//" begins the name. */
bool key_is_comment(const char *name);
/* The row's own array as a NULL-terminated list of names, for nearest(); at most cap - 1. */
void key_names(const struct key *keys, const char **names, size_t cap);
/* A copy in the configuration's arena; false after loading_say() when it is full. */
bool loading_keep(struct loading *r, struct str s, struct str *out);

/* ---- config_string.c: a string, {"env": "NAME"} or {"file": "PATH"} */
bool read_string(struct loading *r, json_t *value, bool secret, struct str *out);
/* Whether value is such an object. */
bool is_indirect(json_t *value);
/* path when it is absolute, else beside the configuration file.  .at == NULL after loading_say(). */
struct str beside_config(struct loading *r, struct str path);

/* ---- config_value.c: what makes a value good; see struct key's check */
const char *check_token(struct str s);
const char *check_id(struct str s);
const char *check_language(struct str s);
const char *check_timezone(struct str s);
const char *check_e164(struct str s);
const char *check_dialled(struct str s); /* what a person dials: digits, perhaps a plus before; may be empty */
const char *check_listen(struct str s);
const char *check_url(struct str s);     /* https, or http to loopback; may be empty */
const char *check_path(struct str s);
const char *check_one_line(struct str s);
const char *check_sender(struct str s);
bool parse_hours(struct str s, struct hours *out);
const char *parse_net(struct str s, struct net *out); /* NULL, or what is wrong */

/* ---- readers of one subject each */
void read_countries(struct loading *r, const struct key *key, json_t *value, void *at);
void read_net(struct loading *r, const struct key *key, json_t *value, void *at);
void read_modes(struct loading *r, const struct key *key, json_t *value, void *at);
void read_adapter(struct loading *r, const struct key *key, json_t *value, void *at);
void read_channel(struct loading *r, const struct key *key, json_t *value, void *at);
/* What depends on more than one key: defaults that follow from others, and references. */
void finish_countries(struct loading *r);
void finish_offices(struct loading *r);
void finish_steps(struct loading *r);
void finish_prices(struct loading *r);

#endif
