#include "gateway/config.h"
#include "gateway/json.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define URL "\"public_url\": \"https://gw.example.org\""
#define HEAD "{\"id\": \"at\", \"adapter\": \"africastalking\", \"token\": \"k7Qm2vXw9pLr4TzB\""
#define CHANNELS "\"channels\": [" HEAD "}]"
/* x stands on line 3 */
#define TOP(x) "{\n" URL ",\n" x ",\n" CHANNELS "\n}"
/* x stands on line 4, inside a channel that has everything else */
#define CHANNEL(x) \
	"{\n" URL ",\n\"channels\": [" HEAD ",\n" x "\n}]}"

static struct config config; /* large: not on the stack */

struct reports {
	size_t count;
	char all[32768];
	size_t len;
};

static void note(const char *problem, void *user)
{
	struct reports *r = user;
	size_t len = strlen(problem);
	r->count++;
	if (r->len + len + 2 > sizeof r->all)
		return;
	memcpy(r->all + r->len, problem, len);
	r->len += len;
	r->all[r->len++] = '\n';
	r->all[r->len] = '\0';
}

static int parse(const char *text, struct reports *r)
{
	r->count = r->len = 0;
	r->all[0] = '\0';
	return config_parse(&config, "t.json", str_of(text), note, r);
}

/* ---- what is refused, and the words */

static const struct bad {
	const char *text, *says;
} bad[] = {
	/* the file as a whole */
	{ "", "t.json:1: empty, not JSON" },
	{ "[]", "t.json:1: the configuration must be an object" },
	{ "{\n\"state\": \"a\",\n\"state\": \"b\"}", "t.json:3: the key \"state\" stands twice in the same object" },
	{ "{\n\"state\": \"a\"", "t.json:2: the text ends too early" },
	{ "{\n\"state\": 'a'}", "t.json:2: not valid JSON" },
	{ "{\n" CHANNELS "}", "t.json:1: public_url: is missing" },
	{ "{\n" URL "}", "t.json:1: channels: is missing" },
	/* unknown keys */
	{ TOP("\"programm\": {}"), "t.json:3: programm: unknown key; did you mean \"programme\"?" },
	{ TOP("\"listn\": {}"), "t.json:3: listn: unknown key; did you mean \"listen\"?" },
	{ TOP("\"zzzzzz\": 1"), "t.json:3: zzzzzz: unknown key; known here: programme, public_url, console_url, listen, state" },
	{ TOP("\"listen\": {\n\"webhook\": \"127.0.0.1:1\"}"),
	  "t.json:4: listen.webhook: unknown key; did you mean \"webhooks\"?" },
	{ TOP("\"countries\": {\"MA\": {\n\"telefone\": \"1\"}}"),
	  "t.json:4: countries.MA.telefone: unknown key; did you mean \"telephone\"?" },
	{ CHANNEL("\"sendr\": \"IOM\""), "t.json:4: channels[0].sendr: unknown key; did you mean \"sender\"?" },
	{ CHANNEL("\"api-key\": \"x\""), "t.json:4: channels[0].api-key: unknown key; did you mean \"api_key\"?" },
	{ CHANNEL("\"client_secret\": \"x\""), "t.json:4: channels[0].client_secret: unknown key" },
	{ TOP("\"retention\": {\"partial_day\": 3}"),
	  "t.json:3: retention.partial_day: unknown key; did you mean \"partial_days\"?" },
	/* types */
	{ TOP("\"state\": 5"), "t.json:3: state: must be a string in quotes" },
	{ TOP("\"state\": null"), "t.json:3: state: must be a string in quotes" },
	{ TOP("\"state\": {\"path\": \"x\"}"), "t.json:3: state: must be a string; of objects only {\"env\"" },
	{ TOP("\"state\": \"a\\u0000b\""), "t.json:3: state: is longer than 16 kB or holds U+0000" },
	{ TOP("\"listen\": \"127.0.0.1:8080\""), "t.json:3: listen: must be an object in { }" },
	{ TOP("\"limits\": {\"max_segments\": \"3\"}"),
	  "t.json:3: limits.max_segments: must be a whole number from 1 to 10, without quotes" },
	{ TOP("\"limits\": {\"max_segments\": 3.0}"), "t.json:3: limits.max_segments: must be a whole number" },
	{ TOP("\"limits\": {\"max_segments\": 0}"),
	  "t.json:3: limits.max_segments: 0 is out of range; write a number from 1 to 10" },
	{ TOP("\"limits\": {\"max_segments\": -1}"), "t.json:3: limits.max_segments: -1 is out of range" },
	{ TOP("\"limits\": {\"body_bytes\": 4294967297}"), "t.json:3: limits.body_bytes: 4294967297 is out of range" },
	{ TOP("\"offices\": {}"), "t.json:3: offices: must be a list in [ ]" },
	{ TOP("\"countries\": []"), "t.json:3: countries: must be an object in { } whose keys are country codes" },
	{ TOP("\"countries\": {\"MA\": \"x\"}"), "t.json:3: countries.MA: must be an object in { }" },
	{ CHANNEL("\"ucs2\": \"false\""), "t.json:4: channels[0].ucs2: must be true or false, without quotes" },
	{ "{" URL ",\n\"channels\": [\"at\"]}", "t.json:2: channels[0]: must be an object in { }" },
	/* words */
	{ TOP("\"programme\": {\"intake\": \"pause\"}"),
	  "t.json:3: programme.intake: \"pause\" is none of open, paused; did you mean \"paused\"?" },
	{ TOP("\"log\": {\"level\": \"verbose\"}"),
	  "t.json:3: log.level: \"verbose\" is none of debug, info, warn, error" },
	{ TOP("\"log\": {\"format\": \"jsn\"}"), "log.format: \"jsn\" is none of text, json; did you mean \"json\"?" },
	{ TOP("\"optional_states\": [\"HELTH\"]"),
	  "t.json:3: optional_states[0]: \"HELTH\" is none of HEALTH, NAME, PIN; did you mean \"HEALTH\"?" },
	{ CHANNEL("\"encoding\": \"allways\""),
	  "t.json:4: channels[0].encoding: \"allways\" is none of auto, always, never; did you mean \"always\"?" },
	{ CHANNEL("\"modes\": [\"sms\", \"voice\"]"),
	  "t.json:4: channels[0].modes[1]: \"voice\" is no mode; write \"sms\" or \"ussd\"" },
	{ CHANNEL("\"modes\": []"), "t.json:4: channels[0].modes: must be [\"sms\"]" },
	/* countries, regions, languages, zones */
	{ TOP("\"programme\": {\"country\": \"Morocco\"}"),
	  "t.json:3: programme.country: \"Morocco\" is no country code of ISO 3166-1" },
	{ TOP("\"programme\": {\"country\": \"ma\"}"),
	  "programme.country: \"ma\" is no country code of ISO 3166-1; write two capital" },
	{ TOP("\"programme\": {\"intake_stopped_for\": [\"ML\", \"XX\"]}"),
	  "programme.intake_stopped_for[1]: \"XX\" is no country code" },
	{ TOP("\"programme\": {\"intake_stopped_for\": [\"ML\", \"ML\"]}"),
	  "programme.intake_stopped_for[1]: \"ML\" stands twice" },
	{ TOP("\"programme\": {\"languages\": [\"french\"]}"),
	  "programme.languages[0]: \"french\" is no language code; write such as \"fr\"" },
	{ TOP("\"programme\": {\"languages\": []}"), "t.json:3: programme.languages: must name at least one language" },
	{ TOP("\"programme\": {\"timezone\": \"Casablanca\"}"),
	  "programme.timezone: \"Casablanca\" is no time zone; write such as \"Africa/Casablanca\"" },
	{ TOP("\"programme\": {\"timezone\": \"/etc/passwd\"}"),
	  "programme.timezone: \"/etc/passwd\" is no time zone" },
	{ TOP("\"countries\": {\"Guinea\": {}}"), "t.json:3: countries: \"Guinea\" is no country code" },
	{ TOP("\"countries\": {\"JP\": {\"sos\": \"119\"}}"), "t.json:3: countries.JP: timezone is missing" },
	{ TOP("\"countries\": {\"MA\": {\"sos\": \"112 ou 19\"}}"), "countries.MA.sos: \"112 ou 19\" must be digits" },
	{ TOP("\"countries\": {\"MA\": {\"quiet_hours\": \"19h-9h\"}}"),
	  "countries.MA.quiet_hours: \"19h-9h\" are no hours; write such as \"19:00-09:00\"" },
	{ TOP("\"countries\": {\"MA\": {\"quiet_hours\": \"19:00-25:00\"}}"),
	  "countries.MA.quiet_hours: \"19:00-25:00\" are no hours" },
	{ TOP("\"countries\": {\"MA\": {\"quiet_hours\": \"19:60-09:00\"}}"),
	  "countries.MA.quiet_hours: \"19:60-09:00\" are no hours" },
	{ TOP("\"countries\": {\"MA\": {\"quiet_hours\": \"19:00-19:00\"}}"),
	  "countries.MA.quiet_hours: \"19:00-19:00\" are no hours" },
	{ TOP("\"countries\": {\"MA\": {\"quiet_days\": [{\"day\": \"friday\", \"hours\": \"12:00-15:00\"}]}}"),
	  "countries.MA.quiet_days[0].day: \"friday\" is none of sun, mon" },
	{ TOP("\"countries\": {\"MA\": {\"quiet_days\": [{\"day\": \"fri\"}]}}"),
	  "countries.MA.quiet_days[0].hours: is missing" },
	/* offices, duty, check-ins */
	{ TOP("\"offices\": [{\"id\": \"R\", \"default\": true},\n{\"id\": \"R\"}]"),
	  "t.json:4: offices[1]: \"R\" stands twice: number 1 of the list has it already" },
	{ TOP("\"offices\": [{\"name\": \"Rabat\"}]"), "t.json:3: offices[0].id: is missing" },
	{ TOP("\"offices\": [{\"id\": \"a b\"}]"), "offices[0].id: \"a b\" must have 1 to 32 characters" },
	{ TOP("\"offices\": [{\"id\": \"A\"}, {\"id\": \"B\"}]"), "offices[0]: no office of MA is the default" },
	{ TOP("\"offices\": [{\"id\": \"A\", \"default\": true}, {\"id\": \"B\", \"default\": true}]"),
	  "offices[1]: 2 offices of MA are the default" },
	{ TOP("\"offices\": [{\"id\": \"A\", \"country\": \"GN\"}]"),
	  "offices[0].country: \"GN\" is none of the configured countries" },
	{ TOP("\"offices\": [{\"id\": \"A\", \"regions\": [\"MA-13\"]}]"),
	  "offices[0].regions[0]: \"MA-13\" is no region of ISO 3166-2" },
	{ TOP("\"offices\": [{\"id\": \"A\", \"regions\": [\"SN-DK\"]}]"),
	  "offices[0].regions[0]: \"SN-DK\" is no region of the office's country MA" },
	{ TOP("\"offices\": [{\"id\": \"A\", \"default\": true, \"regions\": [\"MA-04\"]},\n"
	      "{\"id\": \"B\", \"regions\": [\"MA-04\"]}]"),
	  "t.json:4: offices[1].regions[0]: \"MA-04\" is already with offices[0]" },
	{ TOP("\"duty\": [{\"role\": \"protection\", \"office\": \"RABBAT\", \"phone\": \"+212600000101\"}]"),
	  "duty[0].office: there is no office \"RABBAT\" in \"offices\"" },
	{ TOP("\"duty\": [{\"role\": \"protecton\", \"phone\": \"+212600000101\"}]"),
	  "duty[0].role: \"protecton\" is none of operator" },
	{ TOP("\"duty\": [{\"role\": \"protection\", \"phone\": \"0600000101\"}]"),
	  "duty[0].phone: the value is no phone number in international form" },
	{ TOP("\"duty\": [{\"role\": \"protection\"}]"), "t.json:3: duty[0].phone: is missing" },
	{ TOP("\"checkins\": {\"waves\": [{\"id\": \"M2\", \"day\": 60}]}"),
	  "checkins.waves[0].id: \"M2\" is none of ARR, M1, M3" },
	{ TOP("\"checkins\": {\"waves\": [{\"id\": \"M1\", \"day\": 0}]}"),
	  "checkins.waves[0].day: 0 is out of range" },
	{ TOP("\"checkins\": {\"waves\": [{\"id\": \"M1\", \"day\": 3}, {\"id\": \"M1\", \"day\": 30}]}"),
	  "checkins.waves[1]: \"M1\" stands twice" },
	/* addresses */
	{ TOP("\"listen\": {\"webhooks\": \"localhost:8080\"}"),
	  "listen.webhooks: \"localhost:8080\" is no address to listen on; write numbers" },
	{ TOP("\"listen\": {\"webhooks\": \"8080\"}"), "listen.webhooks: \"8080\" is no address to listen on" },
	{ TOP("\"listen\": {\"webhooks\": \"127.0.0.1:65536\"}"),
	  "listen.webhooks: \"127.0.0.1:65536\" is no address" },
	{ TOP("\"listen\": {\"webhooks\": \"::1:8080\"}"), "listen.webhooks: \"::1:8080\" is no address" },
	{ TOP("\"listen\": {\"webhooks\": \"127.0.0.1:1\", \"console\": \"127.0.0.1:1\"}"),
	  "listen.console: is the same as listen.webhooks" },
	{ "{\n\"public_url\": \"http://gw.example.org\",\n" CHANNELS "}",
	  "t.json:2: public_url: \"http://gw.example.org\" must begin with https://: "
	  "http:// is only for an address of this machine" },
	{ "{\n\"public_url\": \"gw.example.org\",\n" CHANNELS "}",
	  "t.json:2: public_url: \"gw.example.org\" must begin with https://" },
	{ "{\n\"public_url\": \"https://u:p@gw.example.org\",\n" CHANNELS "}",
	  "public_url: \"https://u:p@gw.example.org\" is no URL" },
	{ "{\n\"public_url\": \"https://gw.example.org/?x\",\n" CHANNELS "}",
	  "public_url: \"https://gw.example.org/?x\" is no URL" },
	{ "{\n\"public_url\": \"https://gw.example.org:x\",\n" CHANNELS "}", "is no URL" },
	{ "{\n\"public_url\": \"https://\",\n" CHANNELS "}", "is no URL" },
	{ "{\n\"public_url\": \"\",\n" CHANNELS "}", "public_url: must not be empty" },
	{ "{\n\"public_url\": \"http://localhost.evil.example\",\n" CHANNELS "}",
	  "public_url: \"http://localhost.evil.example\" must begin" },
	/* channels */
	{ CHANNEL("\"base_url\": \"http://10.0.0.1\""),
	  "t.json:4: channels[0].base_url: \"http://10.0.0.1\" must begin with https://" },
	{ CHANNEL("\"allow_from\": [\"10.0.0.1/8\"]"),
	  "channels[0].allow_from[0]: \"10.0.0.1/8\" has bits set behind its prefix" },
	{ CHANNEL("\"allow_from\": [\"10.0.0.0/33\"]"),
	  "channels[0].allow_from[0]: \"10.0.0.0/33\" must end with /0 to /32" },
	{ CHANNEL("\"allow_from\": [\"example.org\"]"),
	  "channels[0].allow_from[0]: \"example.org\" is no address range" },
	{ CHANNEL("\"ussd_limit\": {\"gsm7\": 183}"),
	  "channels[0].ussd_limit.gsm7: 183 is out of range; write a number from 20 to 182" },
	{ CHANNEL("\"ussd_limit\": {\"gsm7\": 19}"), "channels[0].ussd_limit.gsm7: 19 is out of range" },
	{ CHANNEL("\"ussd_limit\": {\"ucs2\": 81}"),
	  "channels[0].ussd_limit.ucs2: 81 is out of range; write a number from 10 to 80" },
	{ CHANNEL("\"ussd_limit\": {\"ucs2\": 9}"), "channels[0].ussd_limit.ucs2: 9 is out of range" },
	{ CHANNEL("\"country\": \"MAR\""), "channels[0].country: \"MAR\" is no country code" },
	{ CHANNEL("\"rate_per_second\": 0"), "channels[0].rate_per_second: 0 is out of range" },
	{ CHANNEL("\"username\": null"), "channels[0].username: null says nothing" },
	{ "{" URL ",\n\"channels\": [{\"id\": \"at\", \"adapter\": \"africastalkin\"}]}",
	  "t.json:2: channels[0].adapter: no adapter is named \"africastalkin\"; did you mean \"africastalking\"?" },
	{ "{" URL ",\n\"channels\": [{\"id\": \"at\", \"adapter\": \"zzz\"}]}",
	  "t.json:2: channels[0].adapter: no adapter is named \"zzz\"; there are " },
	{ "{" URL ",\n\"channels\": [{\"id\": \"at\"}]}", "t.json:2: channels[0].adapter: is missing" },
	{ "{" URL ",\n\"channels\": [{\"id\": \"at\", \"adapter\": \"africastalking\"}]}",
	  "t.json:2: channels[0]: token is missing" },
	{ "{" URL ",\n\"channels\": [{\"id\": \"a/b\", \"adapter\": \"africastalking\", "
	  "\"token\": \"k7Qm2vXw9pLr4TzB\"}]}",
	  "channels[0].id: \"a/b\" must have 1 to 32" },
	{ "{" URL ",\n\"channels\": [{\"id\": \"at\", \"adapter\": \"africastalking\",\n\"token\": \"SECRETsecret\"}]}",
	  "t.json:3: channels[0].token: the value must have 16 to 128 characters" },
	{ "{" URL ",\n\"channels\": [" HEAD "},\n" HEAD "}]}", "t.json:3: channels[1]: \"at\" stands twice" },
	/* a string from elsewhere */
	{ TOP("\"state\": {\"env\": \"WASL_TEST_UNSET\"}"),
	  "t.json:3: state: the environment variable \"WASL_TEST_UNSET\" is not set" },
	{ TOP("\"state\": {\"file\": \"/nonexistent/x\"}"),
	  "t.json:3: state: the file /nonexistent/x cannot be read: No such file" },
	{ TOP("\"state\": {\"file\": \"/\"}"), "t.json:3: state: the file / is not a regular file" },
	{ TOP("\"state\": {\"file\": \"\"}"), "t.json:3: state: names no file" },
	{ TOP("\"state\": {\"env\": \"A\", \"file\": \"B\"}"), "t.json:3: state: must be a string; of objects" },
	/* an adapter's own keys are no less strict: a secret that is misspelt is never sent as it stands */
	{ "{" URL ",\n\"channels\": [{\"id\": \"at\", \"adapter\": \"africastalking\", \"token\": \"k7Qm2vXw9pLr4TzB\",\n"
	  "\"api_key\": {\"evn\": \"KEY\"}}]}", "t.json:3: channels[0].api_key: must be a string; of objects only" },
	{ "{" URL ",\n\"channels\": [{\"id\": \"at\", \"adapter\": \"africastalking\", \"token\": \"k7Qm2vXw9pLr4TzB\",\n"
	  "\"api_key\": [\"KEY\"]}]}", "t.json:3: channels[0].api_key: must be a string in quotes" },
};

static void test_bad(void)
{
	static struct reports r;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		check_begin("refused: %.80s", bad[i].says);
		CHECK_INT(parse(bad[i].text, &r), -EINVAL);
		CHECK_INT(r.count, 1);
		if (!strstr(r.all, bad[i].says))
			check_fail(__FILE__, __LINE__, "says %s", r.all);
		if (strncmp(r.all, "t.json:", 7) != 0)
			check_fail(__FILE__, __LINE__, "names no file: %s", r.all);
		if (strstr(r.all, "SECRETsecret") || strstr(r.all, "0600000101"))
			check_fail(__FILE__, __LINE__, "shows a secret: %s", r.all);
	}
}

static void test_all_at_once(void)
{
	static struct reports r;
	check_begin("all problems are reported, in the order of lines");
	CHECK_INT(parse("{\n\"channels\": [{\"id\": \"at\", \"adapter\": \"africastalking\", \"token\": \"x\"}],\n"
			"\"stat\": 1,\n\"log\": {\"level\": 3},\n\"public_url\": \"ftp://x\"\n}", &r), -EINVAL);
	CHECK_INT(r.count, 4);
	const char *two = strstr(r.all, "t.json:2: "), *three = strstr(r.all, "t.json:3: "),
		   *four = strstr(r.all, "t.json:4: "), *five = strstr(r.all, "t.json:5: ");
	CHECK(two && three && four && five);
	CHECK(two < three && three < four && four < five);

	check_begin("a flood of problems is counted, not printed");
	static char text[8192];
	struct buf b = buf_over(text, sizeof text);
	buf_put_z(&b, "{\"a0\": 0");
	for (int i = 1; i < 300; i++)
		buf_printf(&b, ", \"zzz%d\": 0", i);
	buf_put_char(&b, '}');
	buf_put_char(&b, '\0');
	CHECK(!b.full);
	CHECK_INT(parse(text, &r), -EINVAL);
	CHECK_INT(r.count, 101);
	CHECK(strstr(r.all, "t.json: and 202 problems more") != NULL);
}

/* ---- what is taken, and the defaults */

static void test_minimal(void)
{
	static struct reports r;
	check_begin("channels, public_url and one sos are enough; everything else has its default");
	CHECK_INT(parse("{" URL ", \"countries\": {\"MA\": {\"sos\": \"112\"}}, " CHANNELS "}", &r), 0);
	CHECK_STR(str_of(r.all), STR(""));
	CHECK_STR(config.programme_country, STR("MA"));
	CHECK_STR(config.timezone, STR("Africa/Casablanca"));
	CHECK_INT(config.languages_count, 4);
	CHECK_STR(config.languages[0], STR("fr"));
	CHECK_STR(config.languages[3], STR("es"));
	CHECK(!config.intake_paused);
	CHECK_STR(config.listen_webhooks, STR("127.0.0.1:8080"));
	CHECK_STR(config.listen_console, STR("127.0.0.1:8081"));
	CHECK_STR(config.state, STR("/var/lib/wasl"));
	CHECK_STR(config.key_file, STR("/etc/wasl/wasl.key"));
	CHECK_INT(config.limits.inbound_per_hour, 60);
	CHECK_INT(config.limits.outbound_unsolicited_per_14_days, 3);
	CHECK_INT(config.limits.max_segments, 3);
	CHECK_INT(config.limits.body_bytes, 16384);
	CHECK_INT(config.limits.header_bytes, 8192);
	CHECK_INT(config.retention.unconsented_hours, 24);
	CHECK_INT(config.retention.partial_days, 30);
	CHECK_INT(config.retention.bodies_days_after_close, 90);
	CHECK_INT(config.waves_count, 5);
	CHECK_INT(config.waves[4].day, 365);
	CHECK_INT(config.log_level, LOG_INFO);
	CHECK(!config.log_json);
	CHECK_INT(config_problems_before_serving(&config, note, &r), 0);

	check_begin("Morocco's country keys");
	CHECK_INT(config.countries_count, 1);
	const struct country *ma = config_country(&config, STR("MA"));
	CHECK(ma != NULL);
	if (ma) {
		CHECK_STR(ma->timezone, STR("Africa/Casablanca"));
		CHECK_STR(ma->telephone, STR("0537652881"));
		CHECK_STR(ma->callback, STR("0500000000"));
		CHECK_STR(ma->sos, STR("112"));
		CHECK_INT(ma->quiet.from, 19 * 60);
		CHECK_INT(ma->quiet.to, 9 * 60);
		CHECK_INT(ma->quiet_days_count, 1);
		CHECK_INT(ma->quiet_days[0].weekday, 5);
		CHECK_INT(ma->quiet_days[0].hours.from, 12 * 60);
		CHECK_INT(ma->office.from, 9 * 60);
		CHECK_INT(ma->office.to, 17 * 60);
	}

	check_begin("a channel's defaults");
	const struct channel *at = config_channel(&config, STR("at"));
	CHECK(at != NULL && config_channel(&config, STR("a")) == NULL);
	if (at) {
		CHECK(at->sms && at->ussd && at->ucs2 && !at->sink);
		CHECK_INT(at->screen.gsm7, 160);
		CHECK_INT(at->screen.ucs2, 80);
		CHECK_INT(at->encoding, TRANSLITERATE_AUTO);
		CHECK_INT(at->max_segments, 3);
		CHECK_INT(at->poll_seconds, 0);
		CHECK_INT(at->allow_from_count, 0);
		CHECK_STR(at->base_url, STR(""));
		CHECK_STR(at->country, STR(""));
	}
	config_free(&config);
}

static void test_countries(void)
{
	static struct reports r;
	static const struct { const char *iso, *zone; } of[] = {
		{ "GN", "Africa/Conakry" }, { "CI", "Africa/Abidjan" }, { "CM", "Africa/Douala" },
		{ "SN", "Africa/Dakar" },
		{ "ML", "Africa/Bamako" }, { "NG", "Africa/Lagos" }, { "CD", "Africa/Kinshasa" },
		{ "CG", "Africa/Brazzaville" },
	};
	check_begin("countries of return have their time zone, and the office's number as dialled from abroad");
	CHECK_INT(parse(TOP("\"countries\": {\"MA\": {}, \"GN\": {}, \"CI\": {}, \"CM\": {}, \"SN\": {}, \"ML\": {}, "
			    "\"NG\": {}, \"CD\": {}, \"CG\": {\"telephone\": \"066\"}}"), &r), 0);
	for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
		const struct country *c = config_country(&config, str_of(of[i].iso));
		CHECK(c != NULL);
		if (!c)
			continue;
		CHECK_STR(c->timezone, str_of(of[i].zone));
		CHECK_STR(c->telephone, i == 7 ? STR("066") : STR("+212537652881"));
		CHECK_STR(c->callback, STR("+212500000000"));
	}
	check_begin("check fails for every sos that is not set");
	CHECK_INT(config_problems_before_serving(&config, note, &r), 9);
	CHECK(strstr(r.all, "t.json:3: countries.GN.sos: is not set") != NULL);
	config_free(&config);

	check_begin("a programme at home elsewhere");
	CHECK_INT(parse(TOP("\"countries\": {\"SN\": {\"sos\": \"17\"}}"), &r), 0);
	CHECK_STR(config.programme_country, STR("SN"));
	CHECK_STR(config.timezone, STR("Africa/Dakar"));
	CHECK_INT(config.offices_count, 1);
	CHECK(config.offices[0].is_default);
	CHECK_STR(config.offices[0].country, STR("SN"));
	CHECK_STR(config.countries[0].telephone, STR("+212537652881"));
	config_free(&config);
}

static void test_offices(void)
{
	static struct reports r;
	check_begin("the office of a region, of a country, of neither");
	CHECK_INT(parse(TOP("\"countries\": {\"MA\": {}, \"GN\": {}}"), &r), 0);
	CHECK_INT(config.offices_count, 5);
	CHECK_STR(config_office(&config, STR("MA"), STR("MA-05"))->id, STR("KHOURIBGA"));
	CHECK_STR(config_office(&config, STR("MA"), STR("MA-06"))->id, STR("CASABLANCA"));
	CHECK_STR(config_office(&config, STR("MA"), STR("MA-12"))->id, STR("RABAT"));
	CHECK_STR(config_office(&config, STR("MA"), STR(""))->id, STR("RABAT"));
	CHECK_STR(config_office(&config, STR("GN"), STR(""))->id, STR("RABAT"));
	config_free(&config);

	check_begin("each country has its own default, a single office is one by itself");
	CHECK_INT(parse(TOP("\"countries\": {\"MA\": {}, \"GN\": {}},\n"
			    "\"offices\": [{\"id\": \"CONAKRY\", \"country\": \"GN\"},"
			    " {\"id\": \"A\", \"default\": true}, {\"id\": \"B\", \"name\": \"Bé\"}]"), &r), 0);
	CHECK_STR(str_of(r.all), STR(""));
	CHECK_STR(config_office(&config, STR("GN"), STR(""))->id, STR("CONAKRY"));
	CHECK_STR(config_office(&config, STR("MA"), STR("MA-01"))->id, STR("A"));
	CHECK_STR(config.offices[1].name, STR("A"));
	CHECK_STR(config.offices[2].name, STR("Bé"));
	config_free(&config);
}

/* The example of CONTRACT 4, its "…" filled in. */
static const char contract[] =
	"{ \"programme\": {\"name\": \"AVRR Maroc\", \"country\": \"MA\", \"timezone\": \"Africa/Casablanca\","
	" \"languages\": [\"fr\",\"ar\",\"en\",\"es\"], \"intake\": \"paused\", \"intake_stopped_for\": [\"ML\"]},\n"
	"\"public_url\": \"https://gw.example.org/wasl/\",\n"
	"\"listen\": {\"webhooks\": \"127.0.0.1:8080\", \"console\": \"[::1]:8081\"},\n"
	"\"state\": \"/var/lib/wasl\", \"key_file\": \"keys/wasl.key\", \"flows\": \"/usr/share/wasl/flows\",\n"
	"\"countries\": {\"MA\": {\"timezone\": \"Africa/Casablanca\", \"telephone\": \"0537652881\","
	" \"callback\": \"0500000000\", \"sos\": \"112\", \"quiet_hours\": \"\", \"quiet_days\": ["
	"{\"day\": \"fri\", \"hours\": \"12:00-15:00\"}, {\"day\": \"sun\", \"hours\": \"00:00-24:00\"}],"
	" \"holidays\": \"holidays-ma.txt\"}, \"GN\": {\"sos\": \"117\", \"//\": 1}},\n"
	"\"offices\": [{\"id\": \"RABAT\", \"name\": \"Rabat\", \"country\": \"MA\", \"regions\": [\"MA-04\"],"
	" \"default\": true}],\n"
	"\"duty\": [{\"role\": \"protection\", \"office\": \"RABAT\", \"phone\": \"+212600000101\","
	" \"hours\": \"17:00-09:00\", \"escalate_after_minutes\": 25}],\n"
	"\"checkins\": {\"waves\": [{\"id\": \"ARR\", \"day\": 5}, {\"id\": \"M1\", \"day\": 30}]},\n"
	"\"weights\": \"weights.json\",\n"
	"\"limits\": {\"inbound_per_hour\": 61, \"outbound_unsolicited_per_14_days\": 2, \"max_segments\": 4},\n"
	"\"retention\": {\"unconsented_hours\": 12, \"partial_days\": 31, \"bodies_days_after_close\": 91},\n"
	"\"log\": {\"level\": \"warn\", \"format\": \"json\"},\n"
	"\"// a comment\": [1, {\"x\": null}],\n"
	"\"channels\": [" HEAD ", \"//\": \"one\", \"username\": \"iom\", \"api_key\": \"k\","
	" \"modes\": [\"ussd\"], \"ussd_limit\": {\"gsm7\": 182, \"ucs2\": 10},"
	" \"ucs2\": false, \"encoding\": \"always\", \"rate_per_second\": 5, \"poll_seconds\": 60,"
	" \"allow_from\": [\"196.201.214.0/24\", \"2001:db8::/32\", \"10.1.2.3\"],"
	" \"base_url\": \"http://127.0.0.1:9\"}]}";

static void test_contract(void)
{
	static struct reports r;
	check_begin("the contract's example is taken, every value where it belongs");
	r.count = r.len = 0;
	CHECK_INT(config_parse(&config, "/etc/x/wasl.json", str_of(contract), note, &r), 0);
	CHECK_STR(str_of(r.len ? r.all : ""), STR(""));
	CHECK(config.intake_paused && config.intake_stopped_count == 1);
	CHECK_STR(config.public_url, STR("https://gw.example.org/wasl"));
	CHECK_STR(config.key_file, STR("/etc/x/keys/wasl.key"));
	CHECK_STR(config.state, STR("/var/lib/wasl"));
	CHECK_INT(config.countries[0].quiet.from, 0);
	CHECK_INT(config.countries[0].quiet.to, 0);
	CHECK_INT(config.countries[0].quiet_days[1].weekday, 0);
	CHECK_INT(config.countries[0].quiet_days[1].hours.to, 1440);
	CHECK_STR(config.countries[0].holidays, STR("/etc/x/holidays-ma.txt"));
	CHECK_STR(config.duty[0].phone, STR("+212600000101"));
	CHECK_INT(config.duty[0].escalate_after_minutes, 25);
	CHECK_INT(config.waves_count, 2);
	CHECK_INT(config.limits.inbound_per_hour, 61);
	CHECK_INT(config.retention.partial_days, 31);
	CHECK_INT(config.log_level, LOG_WARN);
	CHECK(config.log_json);
	const struct channel *at = &config.channels[0];
	CHECK(!at->sms && at->ussd && !at->ucs2);
	CHECK_INT(at->screen.gsm7, 182);
	CHECK_INT(at->max_segments, 4);
	CHECK_INT(at->allow_from_count, 3);
	CHECK_INT(at->allow_from[0].bits, 120);
	CHECK_INT(at->allow_from[1].bits, 32);
	CHECK_INT(at->allow_from[2].bits, 128);
	CHECK_STR(channel_key(at, "username"), STR("iom"));
	CHECK_STR(channel_key(at, "nothing"), STR(""));

	check_begin("a file that the configuration names and that is not there stops serve");
	r.len = 0;
	CHECK_INT(config_problems_before_serving(&config, note, &r), 1);
	CHECK(strstr(r.all, "/etc/x/wasl.json:5: countries.MA.holidays: /etc/x/holidays-ma.txt: cannot be read: No such file"));
	config_free(&config);
}

static void test_payload_channel(const char *path)
{
	static struct reports r;
	static char text[4096];
	check_begin("the channel of %s is ready to use", path);
	json_t *payload = json_load_file(path, 0, NULL);
	CHECK(payload != NULL);
	char *channel = json_dumps(json_object_get(payload, "channel"), 0);
	CHECK(channel != NULL);
	struct buf b = buf_over(text, sizeof text);
	buf_put_z(&b, "{" URL ", \"countries\": {\"MA\": {\"sos\": \"112\"}}, \"channels\": [");
	buf_put_z(&b, channel);
	buf_put_z(&b, "]}");
	buf_put_char(&b, '\0');
	CHECK(!b.full);
	CHECK_INT(parse(text, &r), 0);
	CHECK_STR(str_of(r.all), STR(""));
	CHECK_INT(config_problems_before_serving(&config, note, &r), 0);
	CHECK_STR(config.channels[0].token, STR("k7Qm2vXw9pLr4TzB"));
	free(channel);
	json_decref(payload);
	config_free(&config);
}

/* ---- strings from elsewhere */

static bool put_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool good = write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, mode) == 0;
	close(fd);
	return good;
}

static void test_indirect(void)
{
	static struct reports r;
	char folder[] = "/tmp/wasl-config-XXXXXX", path[64], name[64], text[1024];
	CHECK(mkdtemp(folder) != NULL);
	(void)snprintf(path, sizeof path, "%s/secret", folder);
	(void)snprintf(name, sizeof name, "%s/wasl.json", folder);
	(void)snprintf(text, sizeof text, "{" URL ", \"programme\": {\"name\": {\"env\": \"WASL_TEST_NAME\"}},\n"
		"\"channels\": [{\"id\": \"at\", \"adapter\": \"africastalking\","
		" \"token\": {\"//\": 1, \"file\": \"secret\"},\n"
		"\"api_key\": {\"file\": \"%s\"}}]}", path);
	(void)setenv("WASL_TEST_NAME", "Retour", 1);

	check_begin("a string may come from the environment or from a file beside the configuration");
	CHECK(put_file(path, "k7Qm2vXw9pLr4TzBxxxxxx\n", 0600));
	r.count = r.len = 0;
	CHECK_INT(config_parse(&config, name, str_of(text), note, &r), 0);
	CHECK_STR(config.programme_name, STR("Retour"));
	CHECK_STR(config.channels[0].token, STR("k7Qm2vXw9pLr4TzBxxxxxx"));
	CHECK_STR(channel_key(&config.channels[0], "api_key"), STR("k7Qm2vXw9pLr4TzBxxxxxx"));
	config_free(&config);

	check_begin("a secret that everybody can read is refused by the file's name, never with its value");
	CHECK(put_file(path, "k7Qm2vXw9pLr4TzBxxxxxx\n", 0644));
	CHECK_INT(config_parse(&config, name, str_of(text), note, &r), -EINVAL);
	CHECK_INT(r.count, 2);
	CHECK(strstr(r.all, "can be read by everybody; type chmod 600") != NULL);
	CHECK(strstr(r.all, path) != NULL);
	CHECK(strstr(r.all, "k7Qm2") == NULL);

	check_begin("a file that is no text is refused");
	CHECK(put_file(path, "\xff\xfe", 0600));
	r.count = r.len = 0;
	CHECK_INT(config_parse(&config, name, str_of(text), note, &r), -EINVAL);
	CHECK(strstr(r.all, "is not a text in UTF-8") != NULL);
	(void)unlink(path);
	(void)rmdir(folder);
}

static void test_load(void)
{
	static struct reports r;
	char folder[] = "/tmp/wasl-config-XXXXXX", name[64];
	CHECK(mkdtemp(folder) != NULL);
	(void)snprintf(name, sizeof name, "%s/wasl.json", folder);
	check_begin("a file that is missing is named");
	r.count = r.len = 0;
	CHECK_INT(config_load(&config, name, note, &r), -ENOENT);
	CHECK_INT(r.count, 1);
	CHECK(strstr(r.all, name) != NULL);
	check_begin("a file is loaded, problems name it");
	CHECK(put_file(name, TOP("\"stat\": 1"), 0600));
	r.count = r.len = 0;
	CHECK_INT(config_load(&config, name, note, &r), -EINVAL);
	CHECK(strstr(r.all, "wasl.json:3: stat: unknown key; did you mean \"state\"?") != NULL);
	CHECK(put_file(name, TOP("\"state\": \"s\""), 0600));
	CHECK_INT(config_load(&config, name, note, &r), 0);
	CHECK_INT(config.state.len, strlen(folder) + 2);
	check_begin("a path is followed by a NUL");
	CHECK_INT(config.state.at[config.state.len], 0);
	config_free(&config);
	(void)unlink(name);
	CHECK_INT(config_load(&config, folder, note, &r), -EIO);
	(void)rmdir(folder);
}

static void test_every_prefix(void)
{
	static struct reports r;
	check_begin("every prefix of a configuration is refused without harm");
	for (size_t len = 0; len + 1 < sizeof contract; len++) {
		r.count = r.len = 0;
		int rc = config_parse(&config, "t.json", (struct str){ contract, len }, note, &r);
		if (rc != -EINVAL || r.count == 0)
			check_fail(__FILE__, __LINE__, "prefix of %zu bytes: %d", len, rc);
	}
}

static void test_warnings(void)
{
	static struct reports r;
	check_begin("what may stay so is a warning: no duty phone, a channel that cannot send, the example's URL");
	CHECK_INT(parse(TOP("\"countries\": {\"MA\": {\"sos\": \"112\", \"callback\": \"0522000000\"}},\n"
			    "\"listen\": {\"console\": \"0.0.0.0:8081\"}"), &r), 0);
	CHECK_INT(config_warnings(&config, note, &r), 5);
	CHECK(strstr(r.all, "public_url: is still the example's") != NULL);
	CHECK(strstr(r.all, "listen.console: is not on loopback") != NULL);
	CHECK(strstr(r.all, "duty: is empty") != NULL);
	CHECK(strstr(r.all, "t.json:5: channels[0]: username is missing: this channel cannot send SMS") != NULL);
	CHECK(strstr(r.all, "t.json:5: channels[0]: api_key is missing") != NULL);
	config_free(&config);
	check_begin("no channel at all loads, and stops serve");
	r.count = r.len = 0;
	CHECK_INT(parse("{" URL ", \"countries\": {\"MA\": {\"sos\": \"112\"}}, \"channels\": []}", &r), 0);
	CHECK_INT(config_problems_before_serving(&config, note, &r), 1);
	CHECK(strstr(r.all, "t.json:1: channels: is empty") != NULL);
	config_free(&config);
}

/* Rewrites what `wasl init` wrote as a person would: sos, and the example moved into the list. */
static char *filled_in(const char *written)
{
	json_t *root = json_loads(written, 0, NULL);
	json_t *ma = json_object_get(json_object_get(root, "countries"), "MA");
	json_t *example = json_object_get(root, "// a channel, to be filled in and moved into the list below");
	CHECK(json_is_object(example) && json_is_string(json_object_get(ma, "sos")));
	(void)json_object_set_new(ma, "sos", json_string("112"));
	(void)json_object_set_new(example, "api_key", json_string("atsk_test_0001"));
	(void)json_object_set_new(example, "username", json_string("iomavrr"));
	(void)json_array_append(json_object_get(root, "channels"), example);
	char *text = json_dumps(root, JSON_INDENT(1));
	json_decref(root);
	return text;
}

static void test_written(void)
{
	static struct reports r;
	char *written = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&written, &len);
	check_begin("what init writes is taken as it is, and only sos and a channel are missing");
	CHECK(out != NULL);
	config_write(out, &(struct config_example){ .token = "0123456789abcdefghijklmnopq" });
	CHECK_INT(fclose(out), 0);
	CHECK_INT(parse(written, &r), 0);
	CHECK_STR(str_of(r.all), STR(""));
	CHECK_INT(config_problems_before_serving(&config, note, &r), 2);
	CHECK(strstr(r.all, "countries.MA.sos") && strstr(r.all, "channels: is empty"));
	config_free(&config);

	check_begin("once sos and a channel are filled in nothing is missing, and nothing is unlike the defaults");
	char *filled = filled_in(written);
	CHECK_INT(parse(filled, &r), 0);
	CHECK_STR(str_of(r.all), STR(""));
	CHECK_INT(config_problems_before_serving(&config, note, &r), 0);
	CHECK_STR(config.channels[0].token, STR("0123456789abcdefghijklmnopq"));
	static struct config written_one;
	written_one = config;
	CHECK_INT(config_parse(&config, "t.json", STR("{" URL ", \"channels\": []}"), note, &r), 0);
	CHECK_INT(memcmp(&written_one.limits, &config.limits, sizeof config.limits), 0);
	CHECK_INT(memcmp(&written_one.retention, &config.retention, sizeof config.retention), 0);
	CHECK_INT(written_one.offices_count, config.offices_count);
	CHECK_INT(written_one.waves_count, config.waves_count);
	CHECK_STR(written_one.countries[0].telephone, config.countries[0].telephone);
	CHECK_STR(written_one.countries[0].callback, config.countries[0].callback);
	CHECK_STR(written_one.timezone, config.timezone);
	CHECK_STR(written_one.weights, config.weights);
	CHECK_STR(written_one.flows, config.flows);
	config_free(&config);
	config_free(&written_one);
	free(filled);
	free(written);
}

int main(void)
{
	test_written();
	test_bad();
	test_all_at_once();
	test_minimal();
	test_countries();
	test_offices();
	test_contract();
	test_payload_channel("tests/data/payloads/africastalking_sms.json");
	test_payload_channel("tests/data/payloads/africastalking_ussd.json");
	test_indirect();
	test_load();
	test_every_prefix();
	test_warnings();
	return check_end();
}
