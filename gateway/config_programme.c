/* The programme's own words in the configuration: the five steps, projects (tags), partners.  IOM changes them without a line of
 * code (domain.md 1, rows 4, 5, 7 to 13). */
#include "gateway/config_key.h"

#include "flows/date.h"

#define TEXT(s, member, text_default, good, words_for_people) \
	{ .name = #member, .type = KEY_STR, .offset = offsetof(struct s, member), .standard = text_default, \
	  .check = good, .help = words_for_people }
#define END { .name = NULL }

static const char *check_tag(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.at[i] >= 'A' && s.at[i] <= 'Z') || (s.at[i] >= '0' && s.at[i] <= '9') || s.at[i] == '_'))
			return "must be capital letters, digits and _, such as FORAS";
	return s.len >= 2 && s.len <= 15 ? NULL : "must be 2 to 15 characters";
}

static const char *check_line_or_none(struct str s)
{
	return s.len == 0 ? NULL : check_one_line(s);
}

static const char *check_day(struct str s)
{
	struct date d;
	return s.len == 0 || date_parse(s, &d) ? NULL : "must be a day such as 2026-03-31, or empty";
}

/* ---- the five steps of reintegration */

static const struct key step_keys[] = {
	{ .name = "fr", .type = KEY_STR, .offset = offsetof(struct step_label, fr), .check = check_one_line, .required = true,
	  .help = "" },
	{ .name = "en", .type = KEY_STR, .offset = offsetof(struct step_label, en), .check = check_one_line, .required = true,
	  .help = "" },
	TEXT(step_label, ar, "\"\"", check_line_or_none, "without it the French"),
	TEXT(step_label, es, "\"\"", check_line_or_none, "without it the French"),
	END,
};
const struct key a_step = { .name = "", .type = KEY_SECTION, .members = step_keys };

const char config_steps_standard[] =
	"[{\"fr\": \"Accueil et premier contact\", \"en\": \"Welcome and first contact\","
	" \"ar\": \"الاستقبال\", \"es\": \"Acogida\"},"
	" {\"fr\": \"Conseil et évaluation des besoins\", \"en\": \"Counselling and needs assessment\","
	" \"ar\": \"تقييم الاحتياجات\", \"es\": \"Asesoramiento y necesidades\"},"
	" {\"fr\": \"Projet de réintégration\", \"en\": \"Reintegration plan\","
	" \"ar\": \"مشروع إعادة الإدماج\", \"es\": \"Proyecto de reintegración\"},"
	" {\"fr\": \"Appui et orientation\", \"en\": \"Support and referral\","
	" \"ar\": \"الدعم والتوجيه\", \"es\": \"Apoyo y derivación\"},"
	" {\"fr\": \"Suivi et clôture\", \"en\": \"Monitoring and closure\","
	" \"ar\": \"المتابعة والإغلاق\", \"es\": \"Seguimiento y cierre\"}]";

void finish_steps(struct loading *r)
{
	if (r->config->steps_count == CONFIG_STEPS)
		return;
	size_t mark = loading_enter(r, "steps");
	loading_say(r, "must be five, in their order; there are %zu", r->config->steps_count);
	loading_leave(r, mark);
}

struct str config_step_label(const struct config *config, int64_t step, struct str language)
{
	if (step < 1 || step > CONFIG_STEPS || (size_t)step > config->steps_count)
		return STR("");
	const struct step_label *l = &config->steps[step - 1];
	struct str label = str_eq_z(language, "en") ? l->en : str_eq_z(language, "ar") ? l->ar : str_eq_z(language, "es") ? l->es : l->fr;
	return label.len ? label : l->fr;
}

/* ---- projects */

static const struct key a_target = { .name = "", .type = KEY_STR, .check = check_country };

static const struct key project_keys[] = {
	{ .name = "tag", .type = KEY_STR, .offset = offsetof(struct project, tag), .check = check_tag, .required = true,
	  .help = "as in `case set tags=+TAG` and in reports" },
	TEXT(project, name, "\"\"", check_line_or_none, "as staff read it"),
	TEXT(project, donor, "\"\"", check_line_or_none, ""),
	TEXT(project, from, "\"\"", check_day, "first day"),
	TEXT(project, to, "\"\"", check_day, "last day; \"\" = goes on"),
	{ .name = "countries", .type = KEY_LIST, .offset = offsetof(struct project, countries),
	  .count_offset = offsetof(struct project, countries_count), .stride = sizeof(struct str), .most = CONFIG_TARGETS_MAX,
	  .element = &a_target, .unique = true, .standard = "[]", .help = "target countries; [] = all" },
	END,
};
const struct key a_project = { .name = "", .type = KEY_SECTION, .members = project_keys };

/* FORAS' eight: probable, to be confirmed by IOM (domain.md 1, row 8). */
const char config_projects_standard[] =
	"[{\"tag\": \"EUIOM_NA\", \"name\": \"EU-IOM Joint Initiative, North Africa\", \"donor\": \"EU\", \"from\": \"2018-08-15\","
	" \"to\": \"2021-12-31\"},"
	" {\"tag\": \"FORAS\", \"name\": \"FORAS\", \"from\": \"2017-09-01\","
	" \"countries\": [\"CM\", \"CG\", \"CI\", \"GN\", \"ML\", \"NG\", \"CD\", \"SN\"]},"
	" {\"tag\": \"ORION\", \"name\": \"ORION mentoring\", \"donor\": \"DFID\", \"countries\": [\"GN\", \"MA\", \"SN\"]},"
	" {\"tag\": \"RDPP_NA\", \"name\": \"RDPP North Africa\", \"donor\": \"EU\"},"
	" {\"tag\": \"HEALTH_PROT\", \"name\": \"Health and protection\", \"donor\": \"Finland\"},"
	" {\"tag\": \"UASC\", \"name\": \"Unaccompanied and separated children\"}]";

const struct project *config_project(const struct config *config, struct str tag)
{
	for (size_t i = 0; i < config->projects_count; i++)
		if (str_eq(config->projects[i].tag, tag))
			return &config->projects[i];
	return NULL;
}

/* ---- partners */

static const char *const service_words[] = { "HEALTH", "SHELTER", "FOOD", "PSYCHOSOCIAL", "LEGAL", "PROTECTION", "TRAINING",
					     "EMPLOYMENT", "EDUCATION", "BUSINESS", "COMMUNITY", "OTHER", NULL };
static const struct key a_service = { .name = "", .type = KEY_STR, .words = service_words };

static const struct key partner_keys[] = {
	{ .name = "id", .type = KEY_STR, .offset = offsetof(struct partner, id), .check = check_id, .required = true,
	  .help = "as in `referral add`" },
	TEXT(partner, name, "\"\"", check_line_or_none, "as staff read it"),
	{ .name = "services", .type = KEY_LIST, .offset = offsetof(struct partner, services),
	  .count_offset = offsetof(struct partner, services_count), .stride = sizeof(struct str), .most = CONFIG_SERVICES_MAX,
	  .element = &a_service, .unique = true, .standard = "[]", .help = "what people are referred there for; [] = anything" },
	END,
};
const struct key a_partner = { .name = "", .type = KEY_SECTION, .members = partner_keys };

/* ---- what SMS cost */

static const char *check_amount(struct str s)
{
	size_t point = s.len;
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '.' && point == s.len && i > 0)
			point = i;
		else if (s.at[i] < '0' || s.at[i] > '9')
			point = 0;
	}
	bool good = s.len > 0 && s.len <= 12 && point > 0 && point + 1 != s.len && (point == s.len || s.len - point <= 5);
	return good ? NULL : "is no amount: write \"0.35\", with a point and at most four decimals";
}

static const char *check_currency(struct str s)
{
	bool good = s.len == 3;
	for (size_t i = 0; i < s.len; i++)
		good = good && s.at[i] >= 'A' && s.at[i] <= 'Z';
	return good ? NULL : "is no currency: write its ISO 4217 code, such as \"MAD\"";
}

static const char *check_country_or_none(struct str s)
{
	return s.len ? check_country(s) : NULL;
}

static const struct key price_keys[] = {
	{ .name = "channel", .type = KEY_STR, .offset = offsetof(struct price, channel), .check = check_id, .required = true,
	  .help = "a channel's id" },
	TEXT(price, country, "\"\"", check_country_or_none, "of the number that is written to; \"\" = any"),
	{ .name = "segment", .type = KEY_STR, .offset = offsetof(struct price, segment), .check = check_amount, .required = true,
	  .help = "of one segment, as text: \"0.35\"" },
	{ .name = "currency", .type = KEY_STR, .offset = offsetof(struct price, currency), .check = check_currency, .required = true,
	  .help = "ISO 4217" },
	END,
};
const struct key a_price = { .name = "", .type = KEY_SECTION, .members = price_keys };

void finish_prices(struct loading *r)
{
	for (size_t i = 0; i < r->config->prices_count; i++) {
		bool known = false;
		for (size_t k = 0; k < r->config->channels_count; k++)
			known |= str_eq(r->config->channels[k].id, r->config->prices[i].channel);
		if (known)
			continue;
		size_t mark = loading_enter(r, "prices[%zu].channel", i);
		loading_say(r, "there is no channel of this id");
		loading_leave(r, mark);
	}
}

const struct price *config_price(const struct config *config, struct str channel, struct str country)
{
	for (size_t i = 0; i < config->prices_count; i++) {
		const struct price *p = &config->prices[i];
		if (str_eq(p->channel, channel) && (!p->country.len || str_eq(p->country, country)))
			return p;
	}
	return NULL;
}

bool config_service(struct str service)
{
	for (size_t i = 0; service_words[i]; i++)
		if (str_eq_z(service, service_words[i]))
			return true;
	return false;
}
