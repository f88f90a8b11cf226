#include "gateway/definitions.h"

#include "flows/embedded.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_BYTES = 16 * 1024 * 1024 };

static int read_all(int fd, char *at, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static int read_file(struct definitions *d, int folder, const char *name, struct str path, struct err *err)
{
	struct stat st;
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		int rc = fd < 0 ? -errno : -EINVAL;
		if (fd >= 0)
			(void)close(fd);
		return err_set(err, rc, "%.*s: cannot be read: %s", STR_ARG(path),
			       rc == -EINVAL ? "not a file" : strerror(-rc));
	}
	int rc = -EFBIG;
	struct source *s = &d->sources[d->count];
	char *bytes = st.st_size <= DEFINITION_BYTES_MAX ? arena_alloc(&d->arena, (size_t)st.st_size + 1) : NULL;
	if (bytes)
		rc = read_all(fd, bytes, (size_t)st.st_size);
	(void)close(fd);
	if (rc)
		return err_set(err, rc, "%.*s: cannot be read: %s", STR_ARG(path), strerror(-rc));
	*s = (struct source){ path, { bytes, (size_t)st.st_size } };
	d->count++;
	return 0;
}

static int is_definition(const struct dirent *entry)
{
	struct str name = str_of(entry->d_name);
	return entry->d_name[0] != '.' && (str_ends(name, STR(".json")) || str_ends(name, STR(".tsv")));
}

static struct str path_of(struct definitions *d, struct str folder, const char *name)
{
	struct buf path = buf_new(&d->arena, folder.len + strlen(name) + 2);
	buf_put(&path, folder);
	if (folder.len && folder.at[folder.len - 1] != '/')
		buf_put_char(&path, '/');
	buf_put_z(&path, name);
	return path.full ? (struct str){ NULL, 0 } : buf_str(&path);
}

static int read_folder(struct definitions *d, const char *folder, struct err *err)
{
	struct dirent **names;
	int count = scandir(folder, &names, is_definition, alphasort), rc = 0;
	if (count < 0)
		return err_set(err, -errno, "%s: the folder of the conversations cannot be read: %s", folder, strerror(errno));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		rc = err_set(err, -errno, "%s: cannot be read: %s", folder, strerror(errno));
	if (rc == 0 && count == 0)
		rc = err_set(err, -ENOENT, "%s: holds no conversation (*.json)", folder);
	if (rc == 0 && count > DEFINITIONS_MAX)
		rc = err_set(err, -EINVAL, "%s: holds more than %d files", folder, DEFINITIONS_MAX);
	for (int i = 0; i < count; i++) {
		struct str path = rc ? STR("") : path_of(d, str_of(folder), names[i]->d_name);
		if (rc == 0)
			rc = path.at ? read_file(d, fd, names[i]->d_name, path, err) :
				       err_set(err, -ENOMEM, "%s: too large", folder);
		free(names[i]);
	}
	free(names);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

int definitions_read(struct definitions *d, struct str folder, struct err *err)
{
	char path[4096];
	*d = (struct definitions){ 0 };
	if (folder.len == 0) {
		for (const struct embedded_file *f = flow_files; f->name && d->count < DEFINITIONS_MAX; f++)
			d->sources[d->count++] = (struct source){ str_of(f->name), { f->bytes, f->len } };
		return 0;
	}
	if (!str_copy(folder, path, sizeof path))
		return err_set(err, -EINVAL, "the name of the folder of the conversations is too long");
	if (arena_new(&d->arena, FILES_BYTES))
		return err_set(err, -ENOMEM, "no memory for the definitions");
	int rc = read_folder(d, path, err);
	if (rc)
		definitions_free(d);
	return rc;
}

void definitions_free(struct definitions *d)
{
	arena_free(&d->arena);
	*d = (struct definitions){ 0 };
}

int definitions_load(struct book *book, const struct config *config, struct err *err)
{
	struct definitions d;
	struct load_options options = { 0 };
	if (config && config->languages_count) {
		options.languages = config->languages;
		options.languages_count = config->languages_count;
	}
	if (config) {
		options.optional_states = config->optional_states;
		options.optional_states_count = config->optional_states_count;
	}
	int rc = definitions_read(&d, config ? config->flows : STR(""), err);
	if (rc)
		return rc;
	rc = book_load(book, d.sources, d.count, &options, err);
	definitions_free(&d);
	return rc;
}

static int embedded_weights(struct weights *weights, struct err *err)
{
	for (const struct embedded_file *f = flow_files; f->name; f++)
		if (strcmp(f->name, "weights.json") == 0)
			return weights_load(weights, (struct source){ str_of(f->name), { f->bytes, f->len } }, err);
	return err_set(err, -ENOENT, "weights.json is not in the program");
}

int definitions_weights(struct weights *weights, const struct config *config, struct err *err)
{
	struct definitions d = { 0 };
	if (config->weights.len == 0)
		return embedded_weights(weights, err);
	if (arena_new(&d.arena, DEFINITION_BYTES_MAX + 4096) != 0)
		return err_set(err, -ENOMEM, "no memory for the weights");
	int rc = read_file(&d, AT_FDCWD, config->weights.at, config->weights, err);
	if (rc == 0)
		rc = weights_load(weights, d.sources[0], err);
	definitions_free(&d);
	return rc;
}
