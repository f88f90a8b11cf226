/* Countries and offices: what follows from the country when the configuration is silent. */
#include "gateway/config_key.h"

#include <assert.h>

/* domain.md 3.2, 5: the countries of the programme and those that people return from.  trunk: national numbers begin
 * with a 0 that falls away behind the code. */
static const struct known_country {
	const char *iso, *timezone, *code;
	bool trunk;
} known[] = {
	{ "MA", "Africa/Casablanca", "+212", true }, { "GN", "Africa/Conakry", "+224", false },
	{ "CI", "Africa/Abidjan", "+225", false },   { "CM", "Africa/Douala", "+237", false },
	{ "SN", "Africa/Dakar", "+221", false },     { "ML", "Africa/Bamako", "+223", false },
	{ "NG", "Africa/Lagos", "+234", true },      { "CD", "Africa/Kinshasa", "+243", true },
	{ "CG", "Africa/Brazzaville", "+242", false }, { "GM", "Africa/Banjul", "+220", false },
	{ "GH", "Africa/Accra", "+233", true },      { "SL", "Africa/Freetown", "+232", true },
	{ "LR", "Africa/Monrovia", "+231", true },   { "BF", "Africa/Ouagadougou", "+226", false },
	{ "BJ", "Africa/Porto-Novo", "+229", false }, { "TG", "Africa/Lome", "+228", false },
	{ "NE", "Africa/Niamey", "+227", false },    { "TD", "Africa/Ndjamena", "+235", false },
	{ "CF", "Africa/Bangui", "+236", false },    { "GA", "Africa/Libreville", "+241", false },
	{ "GQ", "Africa/Malabo", "+240", false },    { "GW", "Africa/Bissau", "+245", false },
	{ "MR", "Africa/Nouakchott", "+222", false }, { "DZ", "Africa/Algiers", "+213", true },
	{ "TN", "Africa/Tunis", "+216", false },     { "LY", "Africa/Tripoli", "+218", true },
	{ "EG", "Africa/Cairo", "+20", true },       { "SD", "Africa/Khartoum", "+249", true },
	{ "DE", "Europe/Berlin", "+49", true },      { "TR", "Europe/Istanbul", "+90", true },
	{ "GR", "Europe/Athens", "+30", false },     { "BA", "Europe/Sarajevo", "+387", true },
	{ "IT", "Europe/Rome", "+39", false },       { "BE", "Europe/Brussels", "+32", true },
	{ "NL", "Europe/Amsterdam", "+31", true },   { "ES", "Europe/Madrid", "+34", false },
	{ "FR", "Europe/Paris", "+33", true },
};

static const struct known_country *known_country(struct str iso)
{
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (str_eq_z(iso, known[i].iso))
			return &known[i];
	return NULL;
}

static struct country *add_country(struct loading *r, struct str iso)
{
	struct config *config = r->config;
	if (config->countries_count == CONFIG_COUNTRIES_MAX) {
		loading_say(r, "at most %d countries", CONFIG_COUNTRIES_MAX);
		return NULL;
	}
	struct country *country = &config->countries[config->countries_count++];
	return loading_keep(r, iso, &country->iso) ? country : NULL;
}

void read_countries(struct loading *r, const struct key *key, json_t *value, void *at)
{
	json_t *one;
	const char *iso;
	(void)key, (void)at;
	if (!json_is_object(value)) {
		loading_say(r, "must be an object in { } whose keys are country codes");
		return;
	}
	json_object_foreach(value, iso, one) {
		if (key_is_comment(iso))
			continue;
		const char *wrong = check_country(str_of(iso));
		if (wrong) {
			loading_say(r, "%s %s", shown(str_of(iso)).text, wrong);
			continue;
		}
		struct country *country = add_country(r, str_of(iso));
		size_t mark = loading_enter(r, ".%s", iso);
		if (!json_is_object(one))
			loading_say(r, "must be an object in { }");
		else if (country)
			read_members(r, one, country_keys, country, NULL, false);
		loading_leave(r, mark);
	}
}

/* ---- the programme's own country, and what the others borrow from it */

static struct country *country_of(struct config *config, struct str iso)
{
	for (size_t i = 0; i < config->countries_count; i++)
		if (str_eq(config->countries[i].iso, iso))
			return &config->countries[i];
	return NULL;
}

static struct country *finish_home(struct loading *r)
{
	struct config *config = r->config;
	if (!config->programme_country.at) {
		bool other = config->countries_count > 0 && !country_of(config, STR("MA"));
		config->programme_country = other ? config->countries[0].iso : STR("MA");
	}
	struct country *home = country_of(config, config->programme_country);
	if (!home && (home = add_country(r, config->programme_country)))
		read_members(r, NULL, country_keys, home, NULL, false);
	bool morocco = str_eq_z(config->programme_country, "MA"); /* IOM Morocco's: domain.md 1, row 15; CONTRACT 4 */
	if (home && !home->telephone.at)
		home->telephone = morocco ? STR("0537652881") : STR("+212537652881");
	if (home && !home->callback.at)
		home->callback = morocco ? STR("0500000000") : STR("+212500000000");
	return home;
}

/* A number of the home country as it is dialled from elsewhere. */
static struct str dialled_from_abroad(struct loading *r, const struct country *home, struct str number)
{
	const struct known_country *k = known_country(home->iso);
	struct str out = STR("");
	if (number.len == 0 || number.at[0] == '+' || !k)
		return number;
	char z[40];
	struct buf b = buf_over(z, sizeof z);
	buf_put_z(&b, k->code);
	buf_put(&b, k->trunk && number.at[0] == '0' ? str_from(number, 1) : number);
	assert(!b.full); /* check_dialled() allows 16 bytes */
	(void)loading_keep(r, buf_str(&b), &out);
	return out;
}

void finish_countries(struct loading *r)
{
	struct config *config = r->config;
	const struct country *home = finish_home(r);
	for (size_t i = 0; home && i < config->countries_count; i++) {
		struct country *country = &config->countries[i];
		const struct known_country *k = known_country(country->iso);
		size_t mark = loading_enter(r, "countries.%.*s", STR_ARG(country->iso));
		if (!country->timezone.at && k)
			country->timezone = str_of(k->timezone);
		else if (!country->timezone.at)
			loading_say(r, "timezone is missing: Wasl does not know this country's; write such as "
				      "\"Africa/Abidjan\"");
		if (!country->telephone.at)
			country->telephone = dialled_from_abroad(r, home, home->telephone);
		if (!country->callback.at)
			country->callback = dialled_from_abroad(r, home, home->callback);
		if (!country->sos.at)
			country->sos = STR("");
		loading_leave(r, mark);
	}
	if (home && !config->timezone.at)
		config->timezone = home->timezone;
}

/* ---- offices */

static void default_offices(struct loading *r)
{
	struct config *config = r->config;
	const struct key *key = config_keys;
	while (key->name && !str_eq_z(STR("offices"), key->name))
		key++;
	assert(key->name);
	if (str_eq_z(config->programme_country, "MA")) {
		json_t *value = json_loads(config_offices_of_morocco, 0, NULL);
		assert(value);
		read_value(r, key, value, config);
		json_decref(value);
		return;
	}
	config->offices[config->offices_count++] = (struct office){
		.id = STR("MAIN"), .name = config->programme_name, .country = config->programme_country,
		.is_default = true,
	};
}

static void check_regions(struct loading *r, size_t at)
{
	const struct config *config = r->config;
	const struct office *office = &config->offices[at];
	for (size_t i = 0; i < office->regions_count; i++) {
		struct str region = office->regions[i];
		size_t mark = loading_enter(r, "offices[%zu].regions[%zu]", at, i);
		if (region.len > 0 && !str_starts(region, office->country))
			loading_say(r, "%s is no region of the office's country %.*s", shown(region).text,
				   STR_ARG(office->country));
		for (size_t o = 0; o < at; o++)
			for (size_t j = 0; j < config->offices[o].regions_count && region.len > 0; j++)
				if (str_eq(region, config->offices[o].regions[j]))
					loading_say(r, "%s is already with offices[%zu]; a region has one office",
						   shown(region).text, o);
		loading_leave(r, mark);
	}
}

/* One default for the country of this office, looked at once a country: at its first office. */
static void check_default(struct loading *r, size_t at)
{
	struct config *config = r->config;
	struct str country = config->offices[at].country;
	size_t defaults = 0, all = 0, last = at;
	for (size_t i = 0; i < config->offices_count; i++) {
		if (!str_eq(config->offices[i].country, country))
			continue;
		if (i < at)
			return;
		all++;
		if (config->offices[i].is_default) {
			defaults++;
			last = i;
		}
	}
	if (all == 1) {
		config->offices[at].is_default = true;
		return;
	}
	size_t mark = loading_enter(r, "offices[%zu]", last);
	if (defaults == 0)
		loading_say(r, "no office of %.*s is the default; write \"default\": true at the one that takes "
			       "what no office's regions hold", STR_ARG(country));
	else if (defaults > 1)
		loading_say(r, "%zu offices of %.*s are the default; leave \"default\": true at one", defaults,
			   STR_ARG(country));
	loading_leave(r, mark);
}

void finish_offices(struct loading *r)
{
	struct config *config = r->config;
	if (config->offices_count == 0)
		default_offices(r);
	for (size_t i = 0; i < config->offices_count; i++) {
		struct office *office = &config->offices[i];
		if (!office->name.at)
			office->name = office->id;
		if (!office->country.at)
			office->country = config->programme_country;
		if (!country_of(config, office->country)) {
			size_t mark = loading_enter(r, "offices[%zu].country", i);
			loading_say(r, "%s is none of the configured countries; add it to \"countries\"",
				   shown(office->country).text);
			loading_leave(r, mark);
		}
	}
	for (size_t i = 0; i < config->offices_count; i++) {
		check_regions(r, i);
		check_default(r, i);
	}
}
