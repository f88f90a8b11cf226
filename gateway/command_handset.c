/* wasl handset [--channel ID] [--number +212…] [--ussd CODE | --sms]: a phone in the terminal, through the same webhook
 * path as an aggregator.  On a terminal a framed screen; in a pipe plain lines, so that a script can type. */
#include "gateway/command.h"

#include "gateway/demo.h"
#include "gateway/handset.h"
#include "gateway/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANYBODY "+212600000101" /* an invented person's, for the demo only */

struct wish { /* the command line */
	const char *channel, *number, *code;
	bool sms;
};

static int parse_wish(const struct invocation *in, struct wish *wish)
{
	for (int i = 1; i < in->argc; i++) {
		const char *word = in->argv[i], **value = strcmp(word, "--channel") == 0 ? &wish->channel :
							  strcmp(word, "--number") == 0 ? &wish->number :
							  strcmp(word, "--ussd") == 0 ? &wish->code : NULL;
		if (value && i + 1 < in->argc)
			*value = in->argv[++i];
		else if (strcmp(word, "--sms") == 0)
			wish->sms = true;
		else
			return command_usage("handset", "takes --channel ID, --number NUMBER, and --ussd CODE or --sms");
	}
	if (wish->code && wish->sms)
		return command_usage("handset", "takes --ussd or --sms, not both; in the phone /sms and /redial change");
	if (wish->code && (!handset_is_code(str_of(wish->code)) || strlen(wish->code) > HANDSET_CODE_MAX))
		return command_usage("handset", "a code looks like '*384*2200#'; in a shell it stands in quotes");
	return 0;
}

/* ---- the channel */

static bool speaks(const struct channel *channel)
{
	return strcmp(channel->adapter->name, "africastalking") == 0;
}

static const struct channel *first_channel(const struct config *config, const struct wish *wish)
{
	for (size_t i = 0; i < config->channels_count; i++) {
		const struct channel *c = &config->channels[i];
		if (speaks(c) && (c->sms || !wish->sms) && (c->ussd || !wish->code))
			return c;
	}
	return NULL;
}

/* NULL: there is none, and why was said. */
static const struct channel *pick_channel(const struct config *config, const struct wish *wish)
{
	const struct channel *c = wish->channel ? config_channel(config, str_of(wish->channel)) : first_channel(config, wish);
	const char *wrong = NULL;
	if (!c)
		wrong = wish->channel ? "the configuration has no channel of this id" :
			"no channel of the configuration has this mode and the adapter africastalking";
	else if (!speaks(c))
		wrong = "this phone plays Africa's Talking; the channel has another adapter";
	else if ((wish->sms && !c->sms) || (wish->code && !c->ussd))
		wrong = "the channel does not have this mode";
	if (wrong)
		(void)command_fail("handset", EX_CONFIG, wrong);
	return wrong ? NULL : c;
}

/* ---- the daemon */

static int no_daemon(const struct invocation *in, const struct config *config, const struct channel *channel)
{
	fprintf(stderr, "wasl handset: no gateway runs on %.*s.  In another terminal type\n\n", STR_ARG(config->state));
	if (str_eq_z(channel->token, DEMO_TOKEN))
		fprintf(stderr, "  make run\n");
	else
		fprintf(stderr, "  wasl serve%s%s\n", in->config_path ? " -c " : "", in->config_path ? in->config_path : "");
	return EX_UNAVAILABLE;
}

/* With a gateway that is not the demo an answer reaches the owner of the number, whoever that is. */
static int check_daemon(struct terminal_phone *p, const struct invocation *in, const struct config *config, const struct wish *wish,
			const struct channel *channel)
{
	char note[80];
	size_t count;
	p->kind = inbox_read(&p->inbox, 0, &count, NULL, NULL);
	if (p->kind == INBOX_DEMO && !str_copy(STR(DEMO_CODE), p->handset.service, sizeof p->handset.service))
		return EX_SOFTWARE;
	if (p->kind == INBOX_NO_DAEMON)
		return no_daemon(in, config, channel);
	if (p->kind != INBOX_DEMO && !wish->number)
		return command_fail("handset", EX_USAGE, "this gateway is not the demo: SMS go out and cases are real; name a "
				    "phone of your own with --number");
	(void)snprintf(note, sizeof note, "%zu SMS in the inbox: /inbox shows them", count);
	if (p->kind != INBOX_DEMO)
		handset_show_note(&p->show, "this gateway is not the demo: cases are real, and SMS go to the aggregator instead "
				  "of this terminal");
	else if (count > 0)
		handset_show_note(&p->show, note);
	if (p->show.framed)
		handset_show_note(&p->show, "type answers; /help lists the rest, /quit ends");
	return 0;
}

static int use_phone(struct terminal_phone *p, const struct invocation *in, const struct config *config, const struct wish *wish)
{
	struct err err = { .text = "" };
	struct str number = str_of(wish->number ? wish->number : ANYBODY);
	const struct channel *channel = pick_channel(config, wish);
	if (!channel)
		return EX_CONFIG;
	if (handset_init(&p->handset, channel, config->listen_webhooks, number, &err) != 0)
		return command_fail("handset", EX_USAGE, err.text[0] ? err.text : "no memory");
	p->show = handset_show(in->json, channel->screen, number);
	p->lines.fd = STDIN_FILENO;
	p->inbox.number = number;
	p->sms = wish->sms || !channel->ussd;
	int code = str_copy(config->state, p->inbox.state, sizeof p->inbox.state) &&
	       str_copy(str_of(wish->code ? wish->code : DEMO_CODE), p->code, sizeof p->code) ? 0 : EX_USAGE;
	if (code == 0)
		code = check_daemon(p, in, config, wish, channel);
	if (code == 0)
		code = terminal_phone_run(p, !p->sms);
	handset_release(&p->handset);
	return code;
}

int command_handset(const struct invocation *in)
{
	struct wish wish = { .sms = false };
	struct config config;
	int code = parse_wish(in, &wish);
	if (code == 0)
		code = open_config(in, &config);
	if (code != 0)
		return code;
	struct terminal_phone *p = calloc(1, sizeof *p);
	code = p ? use_phone(p, in, &config, &wish) : EX_OSERR;
	free(p);
	config_free(&config);
	return code;
}
