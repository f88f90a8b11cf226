#include "flows/text/pattern.h"

#include "flows/text/utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <errno.h>
#include <stdlib.h>

enum {
	SOURCE_MAX = 512,          /* bytes */
	PARENTHESES_MAX = 20,      /* nested */
	COMPILED_MAX = 16 * 1024,  /* bytes: ((ab){1,1000}c){1,3} would be 57 KB */
	MATCH_MAX = 10000,         /* steps of the matcher; anchored, so this bounds the whole match */
	HEAP_MAX = 1024,           /* KiB */
	DEPTH_MAX = 1000,
	SUBJECT_MAX = 1600 * 4,    /* bytes: the longest message */
	HOSTILE_SHORT = 40,
	HOSTILE_LEN = 1600,
};

struct pattern {
	pcre2_code *code;
	pcre2_match_context *limits;
};

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	pcre2_match_context_free(p->limits);
	pcre2_code_free(p->code);
	free(p);
}

/* PCRE2's result: > 0 matches, < 0 does not or ran into a limit. */
static int match(const struct pattern *p, struct str text)
{
	pcre2_match_data *found = pcre2_match_data_create(1, NULL);
	if (!found)
		return PCRE2_ERROR_NOMEMORY;
	int rc = pcre2_match(p->code, (PCRE2_SPTR)(text.at ? text.at : ""), text.len, 0, 0, found, p->limits);
	pcre2_match_data_free(found);
	return rc == 0 ? 1 : rc; /* 0: one pair was too few for its groups */
}

bool pattern_matches(const struct pattern *p, struct str text)
{
	return text.len <= SUBJECT_MAX && match(p, text) > 0;
}

static int compile(struct str source, pcre2_code **out, struct err *err)
{
	int code = 0;
	size_t at = 0;
	PCRE2_UCHAR reason[128] = "";
	pcre2_compile_context *bounds = pcre2_compile_context_create(NULL);
	if (!bounds)
		return err_set(err, -ENOMEM, "out of memory");
	(void)pcre2_set_max_pattern_length(bounds, SOURCE_MAX);
	(void)pcre2_set_parens_nest_limit(bounds, PARENTHESES_MAX);
	*out = pcre2_compile((PCRE2_SPTR)source.at, source.len,
			     PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C | PCRE2_ANCHORED |
				     PCRE2_ENDANCHORED,
			     &code, &at, bounds);
	pcre2_compile_context_free(bounds);
	if (*out)
		return 0;
	(void)pcre2_get_error_message(code, reason, sizeof reason);
	return err_set(err, -EINVAL, "pattern, character %zu: %s", at + 1, (const char *)reason);
}

static int set_limits(struct pattern *p, struct err *err)
{
	p->limits = pcre2_match_context_create(NULL);
	if (!p->limits)
		return err_set(err, -ENOMEM, "out of memory");
	(void)pcre2_set_match_limit(p->limits, MATCH_MAX);
	(void)pcre2_set_heap_limit(p->limits, HEAP_MAX);
	(void)pcre2_set_depth_limit(p->limits, DEPTH_MAX);
	return 0;
}

static bool runs_away(const struct pattern *p, struct str text)
{
	int rc = match(p, text);
	return rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_HEAPLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT;
}

/* piece again and again up to len bytes, then an end that most patterns refuse: the matcher tries all other ways. */
static bool runs_away_on_length(const struct pattern *p, struct str source, struct str piece, size_t len)
{
	/* The source holds each letter that the matcher might look for before it begins in earnest. */
	const struct str ends[] = { STR(""), STR("!"), STR(" "), STR("0"), STR("z"), source };
	char hostile[HOSTILE_LEN + SOURCE_MAX + 1];
	len -= len % piece.len;
	for (size_t i = 0; i < len; i++)
		hostile[i] = piece.at[i % piece.len];
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct buf b = buf_over(hostile, sizeof hostile);
		b.len = len;
		buf_put(&b, ends[i]);
		if (ends[i].len > 1)
			buf_put_char(&b, '!');
		if (runs_away(p, buf_str(&b)))
			return true;
	}
	return false;
}

static bool runs_away_on(const struct pattern *p, struct str source, struct str piece)
{
	return runs_away_on_length(p, source, piece, HOSTILE_SHORT) ||
	       runs_away_on_length(p, source, piece, HOSTILE_LEN);
}

static bool is_hostile(const struct pattern *p, struct str source)
{
	static const char *const pieces[] = { "a", "0", " ", "ab", "a ", "0 ", "1a", "aa0", "\xD8\xA7", "\xD9\xA1" };
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
		if (runs_away_on(p, source, str_of(pieces[i])))
			return true;
	/* The pattern's own letters, alone and in pairs, are what its loops loop over. */
	for (size_t i = 0; i < source.len; i++)
		for (size_t len = 1; len <= 2 && i + len <= source.len; len++) {
			struct str piece = str_slice(source, i, i + len);
			if (utf8_valid(piece) && runs_away_on(p, source, piece))
				return true;
		}
	return false;
}

int pattern_new(struct str source, struct pattern **out, struct err *err)
{
	size_t size = 0;
	int rc;
	*out = NULL;
	if (source.len == 0)
		return err_set(err, -EINVAL, "the pattern is empty");
	if (str_starts(source, STR("(*")))
		return err_set(err, -EINVAL, "the pattern begins with a (*VERB)");
	struct pattern *p = calloc(1, sizeof *p);
	if (!p)
		return err_set(err, -ENOMEM, "out of memory");
	rc = compile(source, &p->code, err);
	if (rc == 0)
		rc = set_limits(p, err);
	if (rc == 0 && (pcre2_pattern_info(p->code, PCRE2_INFO_SIZE, &size) != 0 || size > COMPILED_MAX))
		rc = err_set(err, -EINVAL, "the pattern is too large: %zu bytes compiled, at most %d", size, COMPILED_MAX);
	if (rc == 0 && is_hostile(p, source))
		rc = err_set(err, -EINVAL, "the pattern runs into the match limit on a hostile text; "
					   "avoid a repetition inside a repetition");
	if (rc != 0) {
		pattern_free(p);
		return rc;
	}
	*out = p;
	return 0;
}
