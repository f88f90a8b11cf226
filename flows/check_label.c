/* Labels of options: each must mean itself when it is typed in words. */
#include "flows/checker.h"

#include "flows/text/fold.h"

static void check_same(struct checker *c, const struct option *a, const struct option *b, size_t l)
{
	char one[512], two[512];
	struct buf x = buf_over(one, sizeof one), y = buf_over(two, sizeof two);
	if (text_fold(a->label->in[l], &x) || text_fold(b->label->in[l], &y))
		return;
	if (str_eq(buf_str(&x), buf_str(&y)))
		check_say(c, FINDING_ERROR, (int)l, "options %d and %d read the same", b->number, a->number);
}

/* A label beats every keyword but STOP (match.h): whoever typed this one would be heard as saying STOP.  An option whose
 * code is STOP means something near it, and the agreed table of texts has one ("rr.urgent.ack", in Arabic): a note. */
static void check_stop(struct checker *c, const struct option *o, size_t l)
{
	const struct question none = { 0 };
	struct answer answer;
	match_answer(&c->book->words, o->label->in[l], &none, c->book->languages, c->book->languages_count, (int)l, &answer);
	if (answer.kind == ANSWER_KEYWORD && answer.keyword == KEYWORD_STOP)
		check_say(c, str_eq_z(o->code, "STOP") ? FINDING_NOTE : FINDING_ERROR, (int)l,
			  "option %d, \"%.*s\", is a word for STOP: typed, it ends all messages", o->number,
			  STR_ARG(o->label->in[l]));
}

void check_label_words(struct checker *c, const struct prompt *prompt)
{
	for (size_t l = 0; l < c->book->languages_count; l++)
		for (size_t i = 0; i < prompt->options_count; i++) {
			if (!prompt->options[i].label)
				continue;
			check_stop(c, &prompt->options[i], l);
			for (size_t j = 0; j < i; j++)
				if (prompt->options[j].label)
					check_same(c, &prompt->options[i], &prompt->options[j], l);
		}
}
