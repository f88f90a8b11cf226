/* The loader: what it takes, and how it words a mistake: file, line, path, and what was probably meant. */
#include "flows/load.h"
#include "flows/text/buf.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <string.h>

#define LANGUAGES "{\"languages\": [{\"code\": \"fr\", \"name\": \"Français\"}, {\"code\": \"ar\", \"name\": \"العربية\"}]}"
#define MESSAGES                                                                                                       \
	"{\"messages\": {\n\"bye\": {\"kind\": \"Q\", \"fr\": \"Merci\", \"ar\": \"شكرا\"},\n"                          \
	"\"co.done\": {\"kind\": \"Q\", \"fr\": \"{n} jours\", \"ar\": \"{n}\"}}}"
#define HEAD "{\"flow\": \"talk\", \"title\": \"T\", \"initial\": \"A\",\n\"states\": {\n"
#define ASK "\"ask\": {\"key\": \"t.a\", \"kind\": \"N\", \"fr\": \"Quoi ?\", \"ar\": \"ماذا؟\"}"
#define OPTIONS "\"options\": [{\"1\": \"YES\", \"fr\": \"Oui\", \"ar\": \"نعم\"},\n{\"2\": \"NO\", \"fr\": \"Non\", \"ar\": \"لا\"}]"
#define END "\"LAST\": {\"final\": true, \"say\": \"bye\"}}}"

static struct book book;

static int load_with(const char *flow, const char *languages, const char *messages, const struct load_options *options,
		     struct err *err)
{
	struct source sources[] = { { STR("d/t.json"), str_of(flow) },
				    { STR("d/languages.json"), str_of(languages) },
				    { STR("d/messages.json"), str_of(messages) },
				    { STR("d/keywords.tsv"), STR("action\tlang\tforms\nSTOP\tfr\tSTOP\n") },
				    { STR("d/words.tsv"), STR("kind\tlang\tforms\nyes\tfr\toui\n") } };
	*err = (struct err){ .text = "" };
	return book_load(&book, sources, 5, options, err);
}

static void refuse(const char *flow, const char *want)
{
	struct err err;
	check_begin("refused: %s", want);
	int rc = load_with(flow, LANGUAGES, MESSAGES, NULL, &err);
	CHECK_INT(rc, -EINVAL);
	if (!strstr(err.text, want))
		check_fail(__FILE__, __LINE__, "said instead: %s", err.text);
	if (rc == 0)
		book_free(&book);
}

static void test_good(void)
{
	struct err err;
	check_begin("a small flow loads with everything in its place");
	CHECK_INT(load_with(HEAD "\"A\": {\n" ASK ", " OPTIONS ",\n\"saves\": \"x\", \"go\": \"LAST\"},\n" END, LANGUAGES, MESSAGES,
			    NULL, &err), 0);
	CHECK_STR(str_of(err.text), STR(""));
	const struct flow *f = book_flow(&book, STR("talk"), STR(""));
	const struct state *a = f ? flow_state(f, STR("A")) : NULL;
	if (!a) {
		check_fail(__FILE__, __LINE__, "no state A");
		return;
	}
	CHECK_INT(a->kind, STATE_QUESTION);
	CHECK_INT(a->prompts[0].options_count, 2);
	CHECK_STR(a->prompts[0].options[1].code, STR("NO"));
	CHECK_STR(a->prompts[0].options[0].label->in[1], STR("نعم"));
	CHECK_STR(a->next[0].state, STR("LAST"));
	CHECK_INT(strlen(f->version), VERSION_LEN);
	book_free(&book);
}

static void test_mistakes(void)
{
	refuse("{\"flow\": \"talk\",\n\"states\": {}\n", "d/t.json:3: not valid JSON");
	refuse(HEAD "\"A\": {\n" ASK ",\n\"optoins\": [], \"go\": \"LAST\"},\n" END,
	       "d/t.json:5: states.A.optoins: there is no such member; did you mean \"options\"?");
	refuse(HEAD "\"A\": {\n" ASK ", " OPTIONS ",\n\"go\": \"LATS\"},\n" END,
	       "d/t.json:6: states.A.go: there is no state \"LATS\"; did you mean \"LAST\"?");
	refuse(HEAD "\"A\": {\n" ASK ", " OPTIONS ",\n\"next\": [{\"go\": \"tolk\"}]},\n" END,
	       "d/t.json:6: states.A.next[0].go: there is no state or flow of this name; did you mean \"talk\"?");
	refuse(HEAD "\"A\": {\n\"ask\": {\"key\": \"t.a\", \"kind\": \"N\",\n\"fr\": \"Quoi ?\"}, " OPTIONS ", \"go\": \"LAST\"},\n" END,
	       "d/t.json:4: states.A.ask: the text in \"ar\" is missing");
	refuse(HEAD "\"A\": {\n" ASK ",\n\"options\": [{\"1\": \"YES\", \"fr\": \"Oui\", \"ar\": \"نعم\"},\n"
	       "{\"1\": \"NO\", \"fr\": \"Non\", \"ar\": \"لا\"}], \"go\": \"LAST\"},\n" END,
	       "d/t.json:6: states.A.options[1]: number 1 stands twice");
	refuse(HEAD "\"A\": {\n" ASK ", \"go\": \"LAST\"},\n" END, "d/t.json:3: states.A: a choice needs \"options\"");
	refuse(HEAD "\"A\": {\n\"say\": \"bye\"},\n" END, "states.A: must be one of three: a question");
	refuse(HEAD "\"A\": {\n\"final\": true, \"say\": \"bey\"},\n" END,
	       "d/t.json:4: states.A.say: messages.json has no text \"bey\"; did you mean \"bye\"?");
	refuse(HEAD "\"A\": {\n" ASK ", " OPTIONS ",\n\"effects\": [{\"effect\": \"alrt\"}], \"go\": \"LAST\"},\n" END,
	       "d/t.json:6: states.A.effects[0].effect: there is no such effect; did you mean \"alert\"?");
	refuse(HEAD "\"A\": {\n" ASK ", " OPTIONS ",\n\"effects\": [{\"effect\": \"task\", \"kind\": \"READ\",\n"
	       "\"role\": \"counsellor\", \"words\": \"w\",\n\"due\": \"5 weeks\"}], \"go\": \"LAST\"},\n" END,
	       "d/t.json:8: states.A.effects[0].due: must say how soon");
	refuse(HEAD "\"a\": {\"final\": true, \"say\": \"bye\"},\n" END, "d/t.json:1: initial: there is no state \"A\"");
	refuse(HEAD "\"A\": {\"final\": true, \"say\": \"bye\", \"go\": \"LAST\"},\n" END, "lead nowhere");
	refuse(HEAD "\"A\": {\"route\": true},\n" END, "states.A: \"next\" or \"go\" is missing");
	refuse(HEAD "\"A\": {\n" ASK ", \"accept\": \"pattern\",\n\"pattern\": \"([0-9]\", \"go\": \"LAST\"},\n" END,
	       "d/t.json:5: states.A.pattern: ");
	refuse(HEAD "\"A\": {\n" ASK ", " OPTIONS ",\n\"yes_no\": \"true\", \"go\": \"LAST\"},\n" END,
	       "d/t.json:6: states.A.yes_no: must be true or false, without quotes");
}

static void test_languages(void)
{
	static const struct str programme[] = { { "ar", 2 } };
	struct load_options only = { .languages = programme, .languages_count = 1 };
	struct err err;
	check_begin("a programme that speaks one language needs the texts of that one only");
	CHECK_INT(load_with(HEAD "\"A\": {\n\"ask\": {\"key\": \"t.a\", \"kind\": \"N\", \"ar\": \"ماذا؟\"},\n"
			    "\"options\": [{\"1\": \"YES\", \"ar\": \"نعم\"}], \"go\": \"LAST\"},\n" END,
			    LANGUAGES, MESSAGES, &only, &err), 0);
	CHECK_INT(book.languages_count, 1);
	CHECK_STR(book.languages[0], STR("ar"));
	book_free(&book);
	check_begin("a language stands once");
	CHECK_INT(load_with("{}", "{\"languages\": [{\"code\": \"fr\", \"name\": \"a\"},\n{\"code\": \"fr\", \"name\": \"b\"}]}",
			    MESSAGES, NULL, &err), -EINVAL);
	CHECK(strstr(err.text, "d/languages.json:2: languages[1]: language \"fr\" stands here twice"));
}

static void version_of(const char *flow, const char *messages, char *out)
{
	struct err err;
	CHECK_INT(load_with(flow, LANGUAGES, messages, NULL, &err), 0);
	const struct flow *f = book_flow(&book, STR("talk"), STR(""));
	memcpy(out, f ? f->version : "", f ? VERSION_LEN + 1 : 1);
	book_free(&book);
}

static void test_versions(void)
{
	char first[VERSION_LEN + 1], other[VERSION_LEN + 1];
	check_begin("layout and comments do not change a version; words, options and shared texts do");
	version_of(HEAD "\"A\": {" ASK ", " OPTIONS ", \"go\": \"LAST\"}, " END, MESSAGES, first);
	version_of(HEAD "\"//\": \"a note\",\n\"A\": {\n\n" ASK ",\n" OPTIONS ",\n\"go\": \"LAST\"},\n" END, MESSAGES, other);
	CHECK_STR(str_of(other), str_of(first));
	version_of(HEAD "\"A\": {" ASK ", " OPTIONS ", \"yes_no\": true, \"go\": \"LAST\"}, " END, MESSAGES, other);
	CHECK(strcmp(first, other) != 0);
	version_of(HEAD "\"A\": {" ASK ", " OPTIONS ", \"go\": \"LAST\"}, " END,
		   "{\"messages\": {\"bye\": {\"kind\": \"Q\", \"fr\": \"Adieu\", \"ar\": \"شكرا\"}}}", other);
	CHECK(strcmp(first, other) != 0);
}

static void test_old_version(void)
{
	struct err err;
	char bytes[4096];
	struct buf source = buf_over(bytes, sizeof bytes);
	char version[VERSION_LEN + 1];
	check_begin("an older version stands behind the current one, with the words it had");
	CHECK_INT(load_with(HEAD "\"A\": {" ASK ", " OPTIONS ", \"go\": \"LAST\"}, " END, LANGUAGES,
			    "{\"messages\": {\"bye\": {\"kind\": \"Q\", \"fr\": \"Adieu\", \"ar\": \"شكرا\"}}}", NULL, &err), 0);
	const struct flow *was = book_flow(&book, STR("talk"), STR(""));
	if (!was)
		return;
	buf_put(&source, was->source);
	memcpy(version, was->version, sizeof version);
	book_free(&book);
	CHECK_INT(load_with(HEAD "\"A\": {" ASK ", " OPTIONS ", \"yes_no\": true, \"go\": \"LAST\"}, " END, LANGUAGES, MESSAGES, NULL,
			    &err), 0);
	struct source old = { STR("flow t"), buf_str(&source) };
	CHECK_INT(book_add_version(&book, old, &err), 0);
	CHECK_INT(book_add_version(&book, old, &err), 0);
	CHECK_INT(book.flows_count, 2);
	const struct flow *f = book_flow(&book, STR("talk"), str_of(version));
	CHECK(f != NULL && f->old);
	CHECK(f && str_eq_z(f->states[1].prompts[0].text->in[0], "Adieu"));
	CHECK(!book_flow(&book, STR("talk"), STR(""))->old);

	check_begin("a stored version that is broken is refused and leaves the book as it was");
	size_t used = book.arena.used;
	old.bytes = STR("{\"flow\": \"talk\", \"states\": {\"A\": 1}}");
	CHECK_INT(book_add_version(&book, old, &err), -EINVAL);
	CHECK_INT(book.flows_count, 2);
	CHECK_INT(book.arena.used, used);
	book_free(&book);
}

static void test_files(void)
{
	struct err err;
	struct source sources[] = { { STR("d/notes.md"), STR("x") } };
	check_begin("a file that is none of the definitions, or a list that is missing, is named");
	CHECK_INT(book_load(&book, sources, 1, NULL, &err), -EINVAL);
	CHECK(strstr(err.text, "d/notes.md") != NULL);
	CHECK_INT(book_load(&book, sources, 0, NULL, &err), -EINVAL);
	CHECK(strstr(err.text, "languages.json is missing") != NULL);
}

int main(void)
{
	test_good();
	test_mistakes();
	test_languages();
	test_versions();
	test_old_version();
	test_files();
	return check_end();
}
