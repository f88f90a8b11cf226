#include "flows/flow.h"

const struct flow *book_flow(const struct book *book, struct str name, struct str version)
{
	for (size_t i = 0; i < book->flows_count; i++) {
		const struct flow *f = book->flows[i];
		if (!str_eq(f->name, name))
			continue;
		if (version.len ? str_eq_z(version, f->version) : !f->old)
			return f;
	}
	return NULL;
}

const struct state *flow_state(const struct flow *flow, struct str name)
{
	for (size_t i = 0; i < flow->states_count; i++)
		if (str_eq(flow->states[i].name, name))
			return &flow->states[i];
	return NULL;
}

const struct text *book_message(const struct book *book, struct str key)
{
	size_t from = 0, to = book->messages_count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = str_cmp(key, book->messages[middle]->key);
		if (order == 0)
			return book->messages[middle];
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

int book_language(const struct book *book, struct str code)
{
	for (size_t i = 0; i < book->languages_count; i++)
		if (str_eq(book->languages[i], code))
			return (int)i;
	return -1;
}
