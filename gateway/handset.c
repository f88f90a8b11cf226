#include "gateway/handset.h"

#include "flows/nearest.h"
#include "flows/text/utf8.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { IDLE_MS = 500, LOOK_EVERY_MS = 50, ANSWER_WITHIN_S = 3, WAIT_S = 10, WAIT_MAX_S = 600 };

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

/* ---- what arrives */

/* A script must not go on typing where nobody listens. */
static void fail(struct terminal_phone *p, int exit_code, const char *why)
{
	handset_show_note(&p->show, why);
	if (p->show.framed)
		return;
	p->exit_code = exit_code;
	p->quit = exit_code == EX_UNAVAILABLE;
}

static void show_answer(struct terminal_phone *p, const struct handset_answer *answer)
{
	if (answer->heard == HEARD_NOTHING) {
		fail(p, EX_UNAVAILABLE, answer->why);
		return;
	}
	if (answer->why[0])
		handset_show_note(&p->show, answer->why);
	if (answer->heard != HEARD_TAKEN)
		handset_show_screen(&p->show, str_of(p->handset.service), answer->text, answer->heard == HEARD_END);
}

static void show_message(struct str text, int64_t at_ms, void *user)
{
	struct terminal_phone *p = user;
	if (p->prompted) /* its line ends here */
		putchar('\n');
	p->prompted = false;
	handset_show_sms(&p->show, str_of(p->handset.sender), text, at_ms);
}

static size_t look_for_sms(struct terminal_phone *p)
{
	size_t count;
	p->kind = inbox_read(&p->inbox, p->inbox.seen, &count, show_message, p);
	return count;
}

static void wait_for_sms(struct terminal_phone *p, uint64_t seconds)
{
	int64_t until = clock_monotonic_ms() + (int64_t)seconds * 1000;
	while (look_for_sms(p) == 0 && p->kind == INBOX_DEMO && !interrupted && clock_monotonic_ms() < until)
		(void)usleep(LOOK_EVERY_MS * 1000);
}

/* ---- what is typed: commands */

static void dial(struct terminal_phone *p, struct str code)
{
	struct handset_answer answer;
	char kept[sizeof p->code]; /* code may be p->code itself */
	if (!handset_is_code(code) || !str_copy(code, kept, sizeof kept)) {
		fail(p, EX_DATAERR, "a code looks like *384*2200# and has at most 63 characters");
		return;
	}
	memcpy(p->code, kept, sizeof kept);
	p->sms = false;
	handset_dial(&p->handset, str_of(p->code), &answer);
	show_answer(p, &answer);
}

static void do_redial(struct terminal_phone *p, struct str rest)
{
	(void)rest;
	dial(p, str_of(p->code));
}

static void do_dial(struct terminal_phone *p, struct str rest)
{
	dial(p, rest.len ? rest : str_of(p->code));
}

static void do_hang(struct terminal_phone *p, struct str rest)
{
	(void)rest;
	handset_show_note(&p->show, p->handset.open ? "hung up" : "no session is open");
	handset_hang_up(&p->handset);
}

static void do_again(struct terminal_phone *p, struct str rest)
{
	struct handset_answer answer;
	(void)rest;
	if (!p->handset.last_hook) {
		fail(p, EX_DATAERR, "nothing was sent yet that could be sent again");
		return;
	}
	handset_again(&p->handset, &answer);
	if (answer.heard == HEARD_TAKEN)
		handset_show_note(&p->show, "the same SMS was taken again");
	show_answer(p, &answer);
}

static void send_sms(struct terminal_phone *p, struct str text)
{
	struct handset_answer answer;
	if (!p->show.framed)
		(void)look_for_sms(p); /* what is waited for below comes after the SMS */
	handset_sms(&p->handset, text, &answer);
	show_answer(p, &answer);
	if (answer.heard != HEARD_TAKEN)
		return;
	handset_show_sent(&p->show, text);
	if (!p->show.framed)
		wait_for_sms(p, ANSWER_WITHIN_S);
}

static void do_sms(struct terminal_phone *p, struct str rest)
{
	if (rest.len) {
		send_sms(p, rest);
		return;
	}
	p->sms = true;
	handset_show_note(&p->show, "from here on each line is an SMS; /redial goes back to USSD");
}

static const char elsewhere[] = "this gateway is not the demo: SMS to this number go to the aggregator and cannot be shown here";

static void say_no_inbox(struct terminal_phone *p)
{
	switch (p->kind) {
	case INBOX_DEMO: break;
	case INBOX_ELSEWHERE: handset_show_note(&p->show, elsewhere); break;
	case INBOX_NO_DAEMON: fail(p, EX_UNAVAILABLE, "the gateway does not run any more"); break;
	case INBOX_UNKNOWN: handset_show_note(&p->show, "state/control.sock does not answer this user, so no SMS can be shown"); break;
	}
}

static void do_inbox(struct terminal_phone *p, struct str rest)
{
	size_t count;
	(void)rest;
	p->kind = inbox_read(&p->inbox, 0, &count, show_message, p);
	say_no_inbox(p);
	if (p->kind == INBOX_DEMO && count == 0)
		handset_show_note(&p->show, "no SMS yet");
}

static void do_wait(struct terminal_phone *p, struct str rest)
{
	uint64_t seconds = WAIT_S;
	if (rest.len && (!str_to_u64(rest, &seconds) || seconds > WAIT_MAX_S)) {
		fail(p, EX_DATAERR, "/wait takes seconds, at most 600");
		return;
	}
	wait_for_sms(p, seconds);
	say_no_inbox(p);
}

static void do_quit(struct terminal_phone *p, struct str rest)
{
	(void)rest;
	p->quit = true;
}

static void do_help(struct terminal_phone *p, struct str rest);

static const struct phone_command {
	const char *name, *takes, *does;
	void (*run)(struct terminal_phone *p, struct str rest);
} commands[] = {
	{ "redial", "", "dials the code again; a session that is open is hung up first", do_redial },
	{ "dial", " CODE", "dials another code; *384*2200*1# types 1 on the way", do_dial },
	{ "hang", "", "drops the session without an answer", do_hang },
	{ "again", "", "sends the last answer or SMS once more, as an aggregator does that heard nothing", do_again },
	{ "sms", " [TEXT]", "sends an SMS; without a text each further line is one", do_sms },
	{ "inbox", "", "all SMS that arrived at this number", do_inbox },
	{ "wait", " [SECONDS]", "waits for an SMS, for scripts", do_wait },
	{ "help", "", "this list", do_help },
	{ "quit", "", "hangs up and ends", do_quit },
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void do_help(struct terminal_phone *p, struct str rest)
{
	char line[160];
	(void)rest;
	for (size_t i = 0; i < COMMANDS; i++) {
		int head = snprintf(line, sizeof line, "/%s%s", commands[i].name, commands[i].takes);
		(void)snprintf(line + head, sizeof line - (size_t)head, "%*s%s", 18 - head, "", commands[i].does);
		handset_show_note(&p->show, line);
	}
	handset_show_note(&p->show, "An answer that begins with / is typed with // in front.");
}

static void unknown_command(struct terminal_phone *p, struct str name)
{
	const char *names[COMMANDS + 1] = { NULL };
	char note[120];
	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i].name;
	const char *near = nearest(name, names);
	if (near)
		(void)snprintf(note, sizeof note, "there is no such command; did you mean /%s?", near);
	else
		(void)snprintf(note, sizeof note, "there is no such command; /help lists them");
	fail(p, EX_DATAERR, note);
}

static void run_command(struct terminal_phone *p, struct str line)
{
	struct str rest = line, name = STR("");
	(void)str_split(&rest, ' ', &name);
	rest = str_trim(rest.at ? rest : STR(""));
	for (size_t i = 0; i < COMMANDS; i++)
		if (str_eq_z(name, commands[i].name)) {
			commands[i].run(p, rest);
			return;
		}
	unknown_command(p, name);
}

/* ---- what is typed: answers */

static void type_answer(struct terminal_phone *p, struct str typed)
{
	struct handset_answer answer;
	if (!text_fits(typed, p->show.limit)) {
		fail(p, EX_DATAERR, "longer than a screen: no network carries it, nothing was sent");
		return;
	}
	handset_type(&p->handset, typed, &answer);
	show_answer(p, &answer);
}

/* An empty line sends nothing: neither does a phone. */
static void take_line(struct terminal_phone *p, struct str line)
{
	bool command = str_starts(line, STR("/")) && !str_starts(line, STR("//"));
	if (line.len == 0)
		return;
	handset_show_typed(&p->show, line);
	if (command) {
		run_command(p, str_from(line, 1));
		return;
	}
	if (str_starts(line, STR("//")))
		line = str_from(line, 1);
	if (!utf8_valid(line))
		fail(p, EX_DATAERR, "this line is not UTF-8: nothing was sent");
	else if (p->sms)
		send_sms(p, line);
	else if (p->handset.open)
		type_answer(p, line);
	else if (handset_is_code(line))
		dial(p, line);
	else
		fail(p, EX_DATAERR, "no session is open: /redial dials again, /sms TEXT sends an SMS, /help lists the rest");
}

/* ---- the phone is on */

static void prompt(struct terminal_phone *p)
{
	if (!p->show.framed || p->prompted)
		return;
	printf("%s", p->sms ? "SMS> " : p->handset.open ? "answer> " : "phone> ");
	fflush(stdout);
	p->prompted = true;
}

static void take_next(struct terminal_phone *p)
{
	struct str line;
	switch (line_read(&p->lines, IDLE_MS, &line)) {
	case LINE_NONE:
		if (p->kind == INBOX_DEMO || p->kind == INBOX_NO_DAEMON)
			(void)look_for_sms(p);
		break;
	case LINE_READY:
		p->prompted = false;
		take_line(p, line);
		break;
	case LINE_TOO_LONG:
		p->prompted = false;
		fail(p, EX_DATAERR, "this line is too long: nothing was sent");
		break;
	case LINE_END:
		p->quit = true;
		break;
	}
}

int terminal_phone_run(struct terminal_phone *p, bool dial_first)
{
	const struct sigaction ask = { .sa_handler = interrupt }; /* no SA_RESTART: waiting ends */
	(void)sigaction(SIGINT, &ask, NULL);
	(void)sigaction(SIGTERM, &ask, NULL);
	if (dial_first)
		dial(p, str_of(p->code));
	while (!p->quit && !interrupted && !ferror(stdout)) {
		prompt(p);
		take_next(p);
	}
	if (p->prompted)
		putchar('\n');
	handset_hang_up(&p->handset);
	return p->exit_code;
}
