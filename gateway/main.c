/* Where every command begins: hardens the process, reads what all commands share, finds the command in one table. */
#include "flows/nearest.h"
#include "gateway/command.h"
#include "gateway/staff_command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* One line a command, in the order in which a person meets them. */
static const struct command commands[] = {
	{ "init", "DIR", "writes a commented configuration, the key and the database", command_init },
	{ "serve", "[--web-dir DIR] [--demo [--state DIR] [--port N]]", "the daemon, in the foreground", command_serve },
	{ "check", "", "configuration, flows, texts, database: every problem with file and line", command_check },
	{ "doctor", "", "versions, paths, permissions, disk, clock, database, aggregators", command_doctor },
	{ "flow", "list | show NAME | graph NAME | check [--texts | --cost] [FILE…] |"
	  " try [NAME] [--language fr] [--mode ussd|sms] | test [FILE…]",
	  "the conversations: read, draw, check, walk, test them", command_flow },
	{ "handset", "[--channel ID] [--number NUMBER] [--ussd CODE | --sms]", "a phone in the terminal", command_handset },
	{ "channel", "list | explain --channel ID [--at TIME] [FILE…] | send --channel ID --to +212… --text TEXT |"
	  " poll --channel ID [--since CURSOR] | parked | token",
	  "aggregators: health, raw requests, one send, one fetch", command_channel },
	{ "case", "list [--status S] [--priority P] | show REF | set REF KEY=VALUE… --as USER [--reason TEXT] | history REF |"
	  " note REF TEXT | notes REF | consent REF PURPOSE yes|no | consents REF | mentor REF CODE | external REF NUMBER |"
	  " texts REF on|off | missed REF | snooze REF DAY | checkin REF | merge REF OTHER [--duplicate yes] | steps | points",
	  "the cases", command_case },
	{ "alert", "list [--office O] [--level L] | closed | take ID | release ID | close ID OUTCOME [--action TEXT]; --as USER",
	  "what must be looked at", command_alert },
	{ "task", "list [--office O] [--kind K] | take ID | release ID | done ID OUTCOME [--note TEXT] | add REF KIND; --as USER",
	  "what must be done", command_task },
	{ "referral", "add REF SERVICE ORGANISATION [--feedback_due DAY] | outcome ID OUTCOME | list [--case REF] [--open yes]; --as USER",
	  "who was sent to which partner", command_referral },
	{ "session", "list | show ID | add --at 'DAY TIME' --place P [--tag T] | invite ID REF | attended ID REF yes|no; --as USER",
	  "group information sessions", command_session },
	{ "appointment", "list REF | add REF --at 'DAY TIME' --place P | send ID | attended ID yes|no; --as USER",
	  "one person's appointments", command_appointment },
	{ "approval", "list [--state S] | approve ID --as USER --reason TEXT | refuse ID --as USER --reason TEXT",
	  "what waits for a second person", command_approval },
	{ "number", "list [--state S] | refuse REF --as USER --reason TEXT", "claims of a new number", command_number },
	{ "answers", "[--case REF] [--flow F] [--from D] [--to D]", "the logged answers", command_answers },
	{ "query", "'SELECT …'", "read-only SQL over the views, sealed columns opened", command_query },
	{ "export", "NAME --format csv|csv-excel-fr|jsonl|xlsx|floip [--output FILE] [--year Y | --from D --to D] [--direction D]"
	  " [--tag T] [--office O] [--flow F] [--columns MAP] [--language ar] [--password-file FILE] [--purpose TEXT] [--as USER]"
	  " [--names --approval N] |"
	  " request NAME --as USER --reason TEXT",
	  "rows for whoever works on with them, pseudonymous unless a second person agreed", command_export },
	{ "import", "cases|historic FILE [--as USER] [--reason TEXT]", "cases, or totals of other years, out of a file: all of it or "
			"nothing",
	  command_import },
	{ "report", "NAME [--year Y | --from D --to D] [--direction FROM_MA|TO_MA] [--tag T] [--office O]"
	  " [--outside [--national]] [--lang fr|en|ar] [--format table|csv|csv-excel-fr|json|xlsx] [--output FILE]",
	  "what the programme reports; `wasl report` lists the names", command_report },
	{ "schedule", "list | resume", "what is said first, and when; goes on after a pause", command_schedule },
	{ "holiday", "list | add COUNTRY DAY [--name TEXT] --as USER | remove COUNTRY DAY --as USER", "quiet days, beside the file's",
	  command_holiday },
	{ "outbound", "on | off | status | release | drop", "the brake; what a restore parked", command_outbound },
	{ "person", "--case REF | --contact ID --as USER --reason TEXT", "what we hold about one person, to print", command_person },
	{ "erase", "--case REF | --contact ID --as USER --reason TEXT", "asks for an erasure; a second person decides", command_erase },
	{ "purge", "[--dry-run]", "what is past its time goes; --dry-run counts it", command_purge },
	{ "backup", "FILE | FOLDER", "one sealed file of everything, made while the daemon serves", command_backup },
	{ "restore", "FILE [--verify | --configuration]", "the way back; --verify changes nothing", command_restore },
	{ "text", "measure|transliterate|normalise|fold|match|paginate|phone",
	  "what a text costs, how it is cut, what an answer means: one JSON object a line in, one out", command_text },
	{ "user", "add NAME --role R[,R…] [--office O[,O…]] [--name TEXT] [--language fr] | list | reset NAME | disable NAME",
	  "accounts of the console; prints a one-time link, never a password", command_user },
	{ "audit", "verify [--head SEQ:HASH]", "does the chain of the audit hold?", command_audit },
	{ "version", "", "the version of this program", command_version },
};

enum { COMMANDS = sizeof commands / sizeof commands[0], ARGUMENTS_MAX = 256 };

static const struct command *command_named(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *names[COMMANDS + 2];
	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i].name;
	names[COMMANDS] = "help";
	names[COMMANDS + 1] = NULL;
	const char *near = nearest(str_of(name), names);
	(void)fprintf(stderr, "wasl: there is no command \"%.80s\"", name);
	if (near)
		(void)fprintf(stderr, "; did you mean `wasl %s`?", near);
	(void)fprintf(stderr, "\nType `wasl help` for all of them.\n");
	return EX_USAGE;
}

/* ---- wasl help */

static void print_commands(FILE *out)
{
	(void)fprintf(out, "wasl [-c FILE] [--json] COMMAND [ARGUMENTS]\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		(void)fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].does);
	(void)fprintf(out, "  %-10s %s\n\n"
			   "  -c FILE    the configuration; without it ./wasl.json, then /etc/wasl/wasl.json\n"
			   "  --json     JSON instead of text\n\n"
			   "`wasl help COMMAND` says what a command takes.\n", "help", "this page");
}

static int help(const char *name)
{
	if (!name) {
		print_commands(stdout);
		return EX_OK;
	}
	const struct command *command = command_named(name);
	if (!command)
		return unknown_command(name);
	(void)printf("wasl %s%s%s\n    %s\n", command->name, command->arguments[0] ? " " : "", command->arguments,
		     command->does);
	return EX_OK;
}

/* ---- the process */

/* A descriptor 0, 1 or 2 that is closed would be given to the next file that is opened, the database for one. */
static int hold_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			return -1; /* opened the wrong way round: using it stays an error */
	return 0;
}

/* No core file, no debugger of another process and no file for others: people's data passes through here. */
static int harden(void)
{
	const struct rlimit none = { 0, 0 };
	(void)umask(077);
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return -1;
#ifndef __SANITIZE_ADDRESS__ /* its leak checker attaches to its own process */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return -1;
#endif
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	return sigaction(SIGPIPE, &ignore, NULL);
}

/* Data that did not arrive is no success. */
static int finish(int code)
{
	bool lost = fflush(stdout) != 0 || ferror(stdout);
	if (!lost || code != EX_OK)
		return code;
	(void)fprintf(stderr, "wasl: the output could not be written\n");
	return EX_IOERR;
}

/* ---- arguments */

struct parsed {
	struct invocation in;
	char *kept[ARGUMENTS_MAX + 1]; /* without -c FILE and --json */
	bool help;
};

/* Takes what all commands share out of argv, wherever it stands before "--".  NULL, or what is wrong. */
static const char *take_shared(int argc, char **argv, struct parsed *out)
{
	bool only_words = false;
	for (int i = 1; i < argc; i++) {
		char *word = argv[i];
		if (out->in.argc >= ARGUMENTS_MAX)
			return "too many arguments";
		if (only_words) {
			out->kept[out->in.argc++] = word;
		} else if (strcmp(word, "-c") == 0) {
			if (i + 1 == argc)
				return "-c needs the name of a configuration file";
			out->in.config_path = argv[++i];
		} else if (strcmp(word, "--json") == 0) {
			out->in.json = true;
		} else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
			out->help = true;
		} else {
			only_words = strcmp(word, "--") == 0;
			out->kept[out->in.argc++] = word;
		}
	}
	out->in.argv = out->kept;
	return NULL;
}

static int run(int argc, char **argv)
{
	struct parsed p = { .help = false };
	const char *wrong = take_shared(argc, argv, &p);
	if (wrong) {
		(void)fprintf(stderr, "wasl: %s\nType `wasl help`.\n", wrong);
		return EX_USAGE;
	}
	const char *name = p.kept[0];
	if (!name && p.help)
		return help(NULL);
	if (!name) {
		print_commands(stderr);
		return EX_USAGE;
	}
	if (strcmp(name, "help") == 0)
		return help(p.kept[1]);
	const struct command *command = command_named(strcmp(name, "--version") == 0 ? "version" : name);
	if (!command)
		return unknown_command(name);
	return p.help ? help(command->name) : command->run(&p.in);
}

int main(int argc, char **argv)
{
	if (hold_standard_descriptors() != 0)
		return EX_OSERR;
	if (harden() != 0) {
		(void)fprintf(stderr, "wasl: the process could not be protected: %s\n", strerror(errno));
		return EX_OSERR;
	}
	return finish(run(argc, argv));
}
