/* What was typed in this hop (aggregators.md 2): the stored history decides, people type stars. */
#include "gateway/ussd.h"
#include "tests/unit/check.h"

static struct vault vault;
static struct conversation talk;
static struct ussd_turn turn;

static void hop(const char *text)
{
	struct event e = { .kind = EVENT_USSD, .cumulative = true, .text = str_of(text), .session = STR("S") };
	ussd_read(&vault, &talk, &e, &turn);
	CHECK_INT(ussd_note(&vault, &talk, &e), 0);
}

static void fresh(int64_t id)
{
	talk = (struct conversation){ .session_id = id };
}

#define TYPED(...) check_typed((const char *[]){ __VA_ARGS__, NULL })

static void check_typed(const char *const *want)
{
	size_t n = 0;
	while (want[n])
		n++;
	CHECK_INT(turn.inputs, n);
	for (size_t i = 0; i < n && i < turn.inputs; i++)
		CHECK_STR(turn.input[i], str_of(want[i]));
}

int main(void)
{
	if (vault_from_key(&vault, NULL) != 0)
		return 1;
	check_begin("dialled without text: nothing was typed");
	fresh(1);
	hop("");
	CHECK(turn.is_new);
	CHECK_INT(turn.inputs, 0);

	check_begin("each hop adds one input");
	hop("1");
	CHECK(!turn.is_new && !turn.conflict);
	TYPED("1");
	hop("1*2");
	TYPED("2");
	hop("1*2*Conakry");
	TYPED("Conakry");

	check_begin("stars that a person types belong to the input");
	fresh(2);
	hop("7*a*b");
	TYPED("7", "a", "b");
	hop("7*a*b*****");
	TYPED("****");
	hop("7*a*b*******1*#");
	TYPED("*1*#");

	check_begin("an empty answer is empty");
	fresh(3);
	hop("1");
	hop("1*");
	TYPED("");
	CHECK(!turn.conflict);

	check_begin("a dialled path is walked");
	fresh(4);
	hop("3*1");
	CHECK(turn.is_new);
	TYPED("3", "1");

	check_begin("a text that does not go on from ours is a contradiction, and only its own part is read");
	fresh(5);
	hop("");
	hop("1");
	hop("1*2");
	hop("1*3");
	CHECK(turn.conflict);
	TYPED("3");
	fresh(6);
	hop("1");
	hop("12");
	CHECK(turn.conflict);

	check_begin("in a path, or after a lost hop, no part that may be a secret code is kept");
	struct arena arena;
	CHECK_INT(arena_new(&arena, 512), 0);
	fresh(12);
	struct event path = { .kind = EVENT_USSD, .cumulative = true, .text = STR("1*Awa*7391*٧٣٩١*12345*1"), .session = STR("S") };
	ussd_read(&vault, &talk, &path, &turn);
	CHECK_STR(ussd_words(&turn, &path, &arena), STR("1*Awa*xxxx*xxxx*12345*1"));
	CHECK_STR(ussd_without_codes(&path, turn.input[2], &arena), STR("7391")); /* an input of its own is answered */
	hop("1");
	hop("1*2");
	path.text = STR("1*2*Awa*7391");
	ussd_read(&vault, &talk, &path, &turn);
	CHECK(!turn.conflict);
	CHECK_STR(ussd_words(&turn, &path, &arena), STR("Awa*xxxx"));
	CHECK_STR(ussd_without_codes(&path, turn.input[0], &arena), STR("Awa*xxxx"));
	path.text = STR("1*7391");
	ussd_read(&vault, &talk, &path, &turn);
	CHECK(turn.conflict);
	CHECK_STR(ussd_words(&turn, &path, &arena), STR("xxxx"));
	path.text = STR("1*2*7391");
	ussd_read(&vault, &talk, &path, &turn);
	CHECK_STR(ussd_words(&turn, &path, &arena), STR("7391")); /* the state knows whether it asked for a secret */
	arena_free(&arena);

	check_begin("per step: what was dialled is no answer, what follows is");
	struct event step = { .kind = EVENT_USSD, .text = STR("*713*2#"), .session = STR("S"), .first_is_code = true };
	fresh(10);
	step.event = USSD_NEW;
	ussd_read(&vault, &talk, &step, &turn);
	CHECK(turn.is_new && turn.inputs == 0);
	CHECK_INT(ussd_note(&vault, &talk, &step), 0);
	step.event = USSD_CONTINUE, step.text = STR("1");
	ussd_read(&vault, &talk, &step, &turn);
	CHECK(!turn.is_new);
	TYPED("1");

	check_begin("the vendor's new, or a word behind the end, begins anew under the same name");
	step.event = USSD_NEW;
	ussd_read(&vault, &talk, &step, &turn);
	CHECK(turn.is_new && turn.inputs == 0);
	step.event = USSD_CONTINUE;
	talk.ended = true;
	ussd_read(&vault, &talk, &step, &turn);
	CHECK(turn.is_new && turn.inputs == 0);

	check_begin("a lost session's answer is applied to nothing");
	fresh(11);
	ussd_read(&vault, &talk, &step, &turn);
	CHECK(turn.is_new && turn.inputs == 0);

	check_begin("what is stored is length and hash, and another conversation's hash is another");
	struct conversation other = { .session_id = 7 };
	struct event e = { .cumulative = true, .text = STR("1"), .session = STR("S") };
	fresh(8);
	CHECK_INT(ussd_note(&vault, &talk, &e), 0);
	CHECK_INT(ussd_note(&vault, &other, &e), 0);
	CHECK(!str_eq((struct str){ (const char *)talk.hops[0].hash, HOP_HASH_LEN },
		      (struct str){ (const char *)other.hops[0].hash, HOP_HASH_LEN }));

	check_begin("a session without end is not served without end");
	fresh(9);
	for (int i = 0; i < HOPS_MAX; i++)
		CHECK_INT(ussd_note(&vault, &talk, &e), 0);
	CHECK(ussd_note(&vault, &talk, &e) < 0);
	vault_close(&vault);
	return check_end();
}
