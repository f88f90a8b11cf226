/* Files -> book: who is read when.  Languages first, because texts are told apart from other members by them; then the
 * words, the shared texts, and the flows, which may all refer to each other. */
#include "flows/load.h"

#include "flows/lint.h"
#include "flows/load_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Untouched pages cost nothing: this is a ceiling, not a use. */
enum { BOOK_BYTES = 32 * 1024 * 1024 };

static bool named(struct str file, const char *name)
{
	struct str end = str_of(name);
	return str_ends(file, end) && (file.len == end.len || file.at[file.len - end.len - 1] == '/');
}

static const struct source *find(const struct source *sources, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (named(sources[i].name, name))
			return &sources[i];
	return NULL;
}

static bool is_flow(struct str file)
{
	return str_ends(file, STR(".json")) && !named(file, "languages.json") && !named(file, "messages.json") &&
	       !named(file, "weights.json"); /* that one is flows/load_weights.c's */
}

static int check_names(const struct source *sources, size_t count, struct err *err)
{
	static const char *const known[] = { "keywords.tsv", "words.tsv", "phones.tsv", "lint.tsv" };
	for (size_t i = 0; i < count; i++) {
		bool fine = str_ends(sources[i].name, STR(".json"));
		for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
			fine = fine || named(sources[i].name, known[k]);
		if (!fine)
			return err_set(err, -EINVAL, "%.*s: not a file of the definitions: conversations are *.json, lists "
				       "are keywords.tsv, words.tsv, phones.tsv and lint.tsv", STR_ARG(sources[i].name));
	}
	return 0;
}

static int need(const struct source *sources, size_t count, const char *name, struct reader *r)
{
	const struct source *s = find(sources, count, name);
	if (!s)
		return err_set(r->err, -EINVAL, "%s is missing among the definitions", name);
	r->file = s->name;
	r->bytes = s->bytes;
	reader_back(r, 0);
	return 0;
}

/* Puts the file's name in front of what a list's own loader says. */
static int list_failed(struct err *err, struct str file, const struct err *why, int rc)
{
	return err_set(err, rc, "%.*s: %s", STR_ARG(file), why->text);
}

/* words_load() names its two files itself, without their folder. */
static int load_words(struct reader *r, const struct source *sources, size_t count)
{
	struct book *b = r->book;
	struct err why = { .text = "" };
	int rc = need(sources, count, "words.tsv", r);
	struct str words = r->bytes;
	if (rc == 0)
		rc = need(sources, count, "keywords.tsv", r);
	if (rc)
		return rc;
	rc = words_load(&b->words, r->bytes, words, b->languages, b->languages_count, &b->arena, &why);
	struct str folder = str_slice(r->file, 0, r->file.len - strlen("keywords.tsv"));
	return rc ? err_set(r->err, rc, "%.*s%s", STR_ARG(folder), why.text) : 0;
}

static int load_lists(struct reader *r, const struct source *sources, size_t count)
{
	struct book *b = r->book;
	struct err why = { .text = "" };
	const struct source *phones = find(sources, count, "phones.tsv"), *lints = find(sources, count, "lint.tsv");
	int rc = load_words(r, sources, count);
	if (rc)
		return rc;
	if (phones) {
		rc = phone_plan_load(&b->phones, phones->bytes, &b->arena, &why);
		if (rc)
			return list_failed(r->err, phones->name, &why, rc);
	}
	if (lints) {
		struct lint *lint = arena_alloc(&b->arena, sizeof *lint);
		rc = lint ? lint_load(lint, lints->bytes, &b->arena, &why) : -ENOMEM;
		if (rc)
			return list_failed(r->err, lints->name, &why, rc);
		b->lint = lint;
	}
	return 0;
}

static int parse_flows(struct reader *r, const struct source *sources, size_t count, json_t **roots)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_flow(sources[i].name))
			continue;
		if (r->roots_count == FLOWS_MAX)
			return err_set(r->err, -EINVAL, "there are more than %d conversations", FLOWS_MAX);
		r->file = sources[i].name;
		r->bytes = sources[i].bytes;
		int rc = reader_parse(r, &roots[r->roots_count]);
		if (rc)
			return rc;
		r->roots_count++;
	}
	if (r->roots_count == 0)
		return err_set(r->err, -EINVAL, "there is no conversation among the definitions");
	return 0;
}

static int load_flows(struct reader *r, const struct source *sources, size_t count)
{
	json_t *roots[FLOWS_MAX] = { NULL };
	size_t n = 0;
	r->roots = roots;
	int rc = parse_flows(r, sources, count, roots);
	for (size_t i = 0; i < count && rc == 0; i++) {
		if (!is_flow(sources[i].name))
			continue;
		r->file = sources[i].name;
		r->bytes = sources[i].bytes;
		rc = load_flow(r, roots[n++]);
	}
	for (size_t i = 0; i < r->roots_count; i++)
		json_decref(roots[i]);
	r->roots = NULL;
	return rc;
}

static int load_all(struct reader *r, const struct source *sources, size_t count)
{
	json_t *messages = NULL;
	int rc = check_names(sources, count, r->err);
	if (rc == 0)
		rc = need(sources, count, "languages.json", r);
	if (rc == 0)
		rc = load_languages(r);
	if (rc == 0)
		rc = load_lists(r, sources, count);
	if (rc == 0)
		rc = need(sources, count, "messages.json", r);
	if (rc == 0)
		rc = reader_parse(r, &messages);
	if (rc == 0)
		rc = load_messages(r, messages);
	r->shared = json_object_get(messages, "messages");
	if (rc == 0)
		rc = load_flows(r, sources, count);
	json_decref(messages);
	return rc;
}

int book_load(struct book *book, const struct source *sources, size_t count, const struct load_options *options,
	      struct err *err)
{
	struct reader r = { .book = book, .options = options, .err = err };
	*book = (struct book){ 0 };
	if (arena_new(&book->arena, BOOK_BYTES))
		return err_set(err, -ENOMEM, "no memory for the definitions");
	int rc = load_all(&r, sources, count);
	if (rc)
		book_free(book);
	return rc;
}

static bool have_version(const struct book *book, struct str source)
{
	for (size_t i = 0; i < book->flows_count; i++)
		if (str_eq(book->flows[i]->source, source))
			return true;
	return false;
}

int book_add_version(struct book *book, struct source old, struct err *err)
{
	struct reader r = { .book = book, .err = err, .file = old.name, .bytes = old.bytes, .old = true };
	json_t *root;
	size_t mark = arena_mark(&book->arena), patterns = book->patterns_count;
	if (have_version(book, old.bytes))
		return 0;
	int rc = reader_parse(&r, &root);
	if (rc)
		return rc;
	r.shared = json_object_get(root, "messages");
	rc = load_flow(&r, root);
	json_decref(root);
	if (rc == 0)
		return 0;
	while (book->patterns_count > patterns)
		pattern_free(book->patterns[--book->patterns_count]);
	arena_back(&book->arena, mark);
	return rc;
}

void book_free(struct book *book)
{
	for (size_t i = 0; i < book->patterns_count; i++)
		pattern_free(book->patterns[i]);
	arena_free(&book->arena);
	*book = (struct book){ 0 };
}
