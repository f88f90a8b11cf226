/* What the configuration lets one choose from: offices, projects (tags), partners, and how the five steps are called. */
#include "gateway/console/handlers.h"

static json_t *pair(const char *code, struct str id, struct str name)
{
	json_t *one = json_object();
	json_put_str(one, code, id);
	json_put_str(one, "name", name.len ? name : id);
	return one;
}

static json_t *words(const struct str *all, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, json_from_str(all[i]));
	return list;
}

static json_t *partners(const struct config *config)
{
	json_t *list = json_array();
	for (size_t i = 0; i < config->partners_count; i++) {
		json_t *one = pair("id", config->partners[i].id, config->partners[i].name);
		(void)json_object_set_new(one, "services", words(config->partners[i].services, config->partners[i].services_count));
		(void)json_array_append_new(list, one);
	}
	return list;
}

static json_t *steps(const struct config *config)
{
	static const char *const languages[] = { "fr", "en", "ar" };
	json_t *list = json_array();
	for (int64_t step = 1; step <= (int64_t)config->steps_count; step++) {
		json_t *one = json_object();
		for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
			json_put_str(one, languages[i], config_step_label(config, step, str_of(languages[i])));
		(void)json_array_append_new(list, one);
	}
	return list;
}

void api_lists(struct call *call)
{
	const struct config *config = &call->c->g->config;
	json_t *offices = json_array(), *projects = json_array();
	for (size_t i = 0; i < config->offices_count; i++)
		(void)json_array_append_new(offices, pair("id", config->offices[i].id, config->offices[i].name));
	for (size_t i = 0; i < config->projects_count; i++)
		(void)json_array_append_new(projects, pair("tag", config->projects[i].tag, config->projects[i].name));
	const struct country *home = config_country(config, config->programme_country);
	json_t *callback = json_from_str(home ? home->callback : STR(""));
	call_answer(call, 200, json_pack("{s:o, s:o, s:o, s:o, s:o, s:i}", "offices", offices, "projects", projects, "partners",
					 partners(config), "steps", steps(config), "callback", callback, "assignment_hours",
					 (int)config->limits.assignment_hours));
}
