/* Where the conversations come from: the binary, or a folder. */
#include "flows/embedded.h"
#include "gateway/definitions.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/wasl-definitions-XXXXXX";

static void path_of(char *out, size_t cap, const char *name)
{
	(void)snprintf(out, cap, "%s/%s", folder, name);
}

static void write_file(const char *name, const char *bytes, size_t len)
{
	char path[256];
	path_of(path, sizeof path, name);
	FILE *f = fopen(path, "w");
	if (!f || fwrite(bytes, 1, len, f) != len || fclose(f))
		check_fail(__FILE__, __LINE__, "%s: %s", path, strerror(errno));
}

static void remove_all(void)
{
	char path[256];
	for (const struct embedded_file *f = flow_files; f->name; f++) {
		path_of(path, sizeof path, f->name);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

static void test_embedded(void)
{
	struct book book;
	struct err err = { .text = "" };
	check_begin("without a configuration the embedded conversations load");
	CHECK_INT(definitions_load(&book, NULL, &err), 0);
	CHECK(book_flow(&book, STR("return_request"), STR("")) != NULL);
	book_free(&book);
}

static void test_folder(struct config *config)
{
	struct book book, embedded;
	struct err err = { .text = "" };
	check_begin("a folder with the same files gives the same versions");
	CHECK_INT(definitions_load(&embedded, NULL, &err), 0);
	CHECK_INT(definitions_load(&book, config, &err), 0);
	for (size_t i = 0; i < embedded.flows_count; i++)
		CHECK(book_flow(&book, embedded.flows[i]->name, str_of(embedded.flows[i]->version)) != NULL);
	book_free(&embedded);
	book_free(&book);

	check_begin("the programme's languages are those of the configuration, in its order");
	config->languages[0] = STR("ar");
	config->languages[1] = STR("fr");
	config->languages_count = 2;
	CHECK_INT(definitions_load(&book, config, &err), 0);
	CHECK_INT(book.languages_count, 2);
	CHECK_STR(book.languages[0], STR("ar"));
	book_free(&book);
	config->languages[1] = STR("wo");
	CHECK_INT(definitions_load(&book, config, &err), -EINVAL);
	CHECK(strstr(err.text, "\"wo\"") != NULL);
	config->languages_count = 0;
}

static void test_broken(struct config *config)
{
	struct book book;
	struct err err = { .text = "" };
	check_begin("a broken file is named with folder and line");
	write_file("entry.json", "{\n \"flow\": \"entry\",\n}", 22);
	CHECK_INT(definitions_load(&book, config, &err), -EINVAL);
	CHECK(strncmp(err.text, folder, strlen(folder)) == 0);
	CHECK(strstr(err.text, "entry.json:3: not valid JSON") != NULL);

	check_begin("a folder that is not there, or empty, is said so");
	config->flows = STR("/tmp/wasl-no-such-folder");
	CHECK_INT(definitions_load(&book, config, &err), -ENOENT);
	CHECK(strstr(err.text, "/tmp/wasl-no-such-folder") != NULL);
}

static void test_weights(struct config *config)
{
	struct weights weights;
	struct err err = { .text = "" };
	char path[300];
	check_begin("the weights of the configuration's file, else those inside the program");
	CHECK_INT(definitions_weights(&weights, config, &err), 0);
	CHECK(weights_for_wave(&weights, STR("M6")) != NULL);
	weights_free(&weights);
	(void)snprintf(path, sizeof path, "%s/weights.json", folder);
	config->weights = str_of(path);
	CHECK_INT(definitions_weights(&weights, config, &err), 0);
	weights_free(&weights);
	check_begin("a broken weights file says where and what");
	write_file("weights.json", "{\n\"instrments\": {}}", 19);
	CHECK_INT(definitions_weights(&weights, config, &err), -EINVAL);
	CHECK(strstr(err.text, "/weights.json:2: instrments: there is no such member; did you mean \"instruments\"?") != NULL);
	check_begin("a weights file that is not there says so");
	config->weights = STR("/tmp/wasl-no-such-weights.json");
	CHECK_INT(definitions_weights(&weights, config, &err), -ENOENT);
	CHECK(strstr(err.text, "/tmp/wasl-no-such-weights.json") != NULL);
}

int main(void)
{
	static struct config config;
	test_embedded();
	if (!mkdtemp(folder))
		return 1;
	for (const struct embedded_file *f = flow_files; f->name; f++)
		write_file(f->name, f->bytes, f->len);
	config.flows = str_of(folder);
	test_folder(&config);
	test_weights(&config);
	test_broken(&config);
	remove_all();
	return check_end();
}
