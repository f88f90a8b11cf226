#include "gateway/export_write.h"

#include "gateway/json.h"
#include "gateway/parcel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- the code book */

static const struct { const char *column, *meaning; } book[] = {
	{ "person", "Pseudonyme de la personne, le même dans tous les exports de cette base" },
	{ "walk", "Pseudonyme d'un parcours : les réponses données d'une traite" },
	{ "direction", "FROM_MA depuis le Maroc, TO_MA vers le Maroc ; messages : in reçu, out envoyé" },
	{ "status", "État du dossier (PARTIAL NEW ASSIGNED … CLOSED) ou du message" },
	{ "priority", "P1 vie, enfant, sécurité ; P2 santé, sans abri ; P3 famille ; P4 autres" },
	{ "nationality", "ISO 3166-1, ZZ pas encore codé" }, { "return_country", "Pays de retour, ISO 3166-1" },
	{ "host_country", "Pays d'accueil, ISO 3166-1" }, { "country", "Pays de résidence après le retour, ISO 3166-1" },
	{ "region", "ISO 3166-2, MA-01 à MA-12" }, { "city", "Ville au Maroc" }, { "office", "Bureau" },
	{ "sex", "M masculin, F féminin, U non précisé" }, { "age_band", "U18, 18_39, 40_59, 60P, U inconnu" },
	{ "group_size", "Autres personnes du groupe" }, { "children", "Dont moins de 18 ans" },
	{ "travel_doc", "YES NO EXPIRED OTHER" }, { "step", "Étape de réintégration, 1 à 5" }, { "tags",
			"Projets, séparés par une espace" },
	{ "question", "Nom de la question dans le parcours" }, { "answer", "Code de l'option ou nombre entier ; vide : texte libre "
			"ou réponse sensible" },
	{ "wave", "ARR M1 M3 M6 M12 M18 SPONT" }, { "outcome", "Résultat" }, { "instrument", "Jamais deux instruments dans une moyenne" },
	{ "score_e", "Score économique, 0 à 1 ; indice court SMS, non comparable au score RSS" }, { "score_s", "Score social, 0 à 1" },
	{ "score_p", "Score psychosocial, 0 à 1" }, { "score_c", "Score d'ensemble, 0 à 1" },
	{ "q1_economic", "Satisfait de la situation économique, 1 très … 5 pas du tout" }, { "q2_food",
			"Moins de nourriture à cause du prix, 1 jamais … 5 très souvent" },
	{ "q3_housing", "Logement, 1 très bon … 5 très mauvais" }, { "q4_health", "Soins, 1 très bons … 5 très mauvais" },
	{ "q5_belonging", "Se sent membre de la communauté, 1 tout à fait … 5 pas du tout" }, { "q6_safety",
			"Se sent en sécurité, 1 toujours … 5 jamais" },
	{ "q7_help", "Aide reçue" }, { "x1_work", "Travaille" }, { "x2_stay", "Peut rester" }, { "x3_satisfaction",
			"Satisfait de l'aide" },
	{ "x4_school", "Enfants à l'école" }, { "segments", "SMS de 140 octets" }, { "level", "URGENT HIGH NORMAL …" },
	{ "persons", "Personnes retournées, publié" }, { "requests", "Demandes, publié" }, { "approximate", "1 : environ" },
	{ "ref", "Référence du dossier (8 chiffres)" }, { "name", "Nom donné" }, { "phone", "Numéro, E.164" },
};

/* Of the code book; "" none. */
static struct str meaning_of(struct str column)
{
	for (size_t i = 0; i < sizeof book / sizeof *book; i++)
		if (str_eq_z(column, book[i].column))
			return str_of(book[i].meaning);
	return STR("");
}

/* ---- opening */

static const char *folder_of(const char *path, char *folder, size_t cap)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	return slash && str_copy(str_span(path, slash + 1), folder, cap) ? folder : ".";
}

int export_open(struct export_writer *w, const struct export_ask *ask, struct err *err)
{
	char folder[4096];
	*w = (struct export_writer){ .format = ask->format, .out = { .fd = -1 }, .to_stdout = !ask->path && ask->format != EXPORT_XLSX };
	if (!ask->path && ask->zip)
		return err_set(err, -EINVAL, "an archive needs a file");
	if (w->to_stdout) {
		w->to = stdout;
		return 0;
	}
	int rc = outfile_open(&w->out, ask->path, err);
	if (rc == 0 && ask->format == EXPORT_XLSX)
		rc = sheet_file_open(w->out.by_fd, folder_of(ask->path, folder, sizeof folder), &w->sheet, err);
	else if (rc == 0 && !(w->to = outfile_stream(&w->out)))
		rc = err_set(err, -ENOMEM, "no memory");
	if (rc != 0)
		export_drop(w);
	return rc;
}

/* In characters: pseudonyms, names, numbers and instants are longer than their heads. */
static int width_of(struct str head)
{
	static const char *const wide[] = { "person", "walk", "name", "phone", "flow", "question", "answer" };
	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		if (str_eq_z(head, wide[i]))
			return 22;
	return str_ends(head, STR("_at")) ? 26 : str_ends(head, STR("_on")) ? 12 : 0;
}

void export_head(struct export_writer *w, const struct export_ask *ask, struct str watermark, const struct str *heads, size_t count)
{
	char name[32] = "";
	int widths[EXPORT_COLUMNS_MAX];
	w->count = count;
	for (size_t i = 0; i < count; i++)
		widths[i] = width_of(heads[i]);
	memcpy(w->heads, heads, count * sizeof *heads);
	if (w->sheet) {
		sheet_begin(w->sheet, str_copy(ask->name, name, sizeof name) ? name : "export", watermark, ask->right_to_left);
		sheet_head(w->sheet, heads, widths, count);
		return;
	}
	if (w->format == EXPORT_JSONL)
		return;
	csv_begin(&w->csv, w->to, w->format == EXPORT_CSV_EXCEL_FR);
	for (size_t i = 0; i < count; i++)
		csv_text(&w->csv, heads[i]);
	csv_end_line(&w->csv);
}

/* ---- rows */

static void sheet_row(struct sheet_file *f, const struct cell *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
		switch (cells[i]->kind) {
		case CELL_INTEGER: sheet_number(f, (double)cells[i]->integer, 0); break;
		case CELL_REAL: sheet_number(f, cells[i]->real, 3); break;
		case CELL_TEXT: sheet_text(f, cells[i]->text); break;
		case CELL_NULL:
		case CELL_BLOB: sheet_blank(f); break;
		}
	sheet_end_row(f);
}

static void csv_row(struct csv *csv, const struct cell *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
		switch (cells[i]->kind) {
		case CELL_INTEGER: csv_integer(csv, cells[i]->integer); break;
		case CELL_REAL: csv_real(csv, cells[i]->real, 4); break;
		case CELL_TEXT: csv_text(csv, cells[i]->text); break;
		case CELL_NULL:
		case CELL_BLOB: csv_blank(csv); break;
		}
	csv_end_line(csv);
}

static void json_row(struct export_writer *w, const struct cell *const *cells)
{
	json_t *object = json_object();
	for (size_t i = 0; i < w->count; i++) {
		char head[128];
		const struct cell *c = cells[i];
		json_t *value = c->kind == CELL_INTEGER ? json_integer(c->integer) : c->kind == CELL_REAL ? json_real(c->real) :
				c->kind == CELL_TEXT ? json_from_str(c->text) : json_null();
		if (str_copy(w->heads[i], head, sizeof head))
			(void)json_object_set_new(object, head, value);
		else
			json_decref(value);
	}
	(void)json_dumpf(object, w->to, JSON_COMPACT);
	(void)fputc('\n', w->to);
	json_decref(object);
}

void export_row(struct export_writer *w, const struct cell *const *cells)
{
	if (w->sheet)
		sheet_row(w->sheet, cells, w->count);
	else if (w->format == EXPORT_JSONL)
		json_row(w, cells);
	else
		csv_row(&w->csv, cells, w->count);
}

/* ---- the end */

static void code_book(struct export_writer *w, const struct str *columns)
{
	static const struct str heads[] = { { "Colonne", 7 }, { "Nom dans la base", 16 }, { "Signification", 13 } };
	static const int widths[] = { 24, 24, 90 };
	sheet_begin(w->sheet, "Codes", STR("Codes"), false);
	sheet_head(w->sheet, heads, widths, 3);
	for (size_t i = 0; i < w->count; i++) {
		sheet_text(w->sheet, w->heads[i]);
		sheet_text(w->sheet, columns[i]);
		sheet_text(w->sheet, meaning_of(columns[i]));
		sheet_end_row(w->sheet);
	}
}

int export_finish(struct export_writer *w, struct str watermark, const struct str *columns, struct err *err)
{
	if (w->sheet) {
		code_book(w, columns);
		struct sheet_file *sheet = w->sheet;
		w->sheet = NULL;
		return sheet_file_close(sheet, err);
	}
	if (!w->to_stdout && w->format == EXPORT_JSONL) { /* what goes through a pipe is for a program: rows alone */
		json_t *mark = json_object();
		json_put_str(mark, "_watermark", watermark);
		(void)json_dumpf(mark, w->to, JSON_COMPACT);
		(void)fputc('\n', w->to);
		json_decref(mark);
	} else if (!w->to_stdout) {
		csv_text(&w->csv, watermark);
		csv_end_line(&w->csv);
	}
	bool lost = fflush(w->to) != 0 || ferror(w->to);
	if (!w->to_stdout)
		lost |= fclose(w->to) != 0;
	w->to = NULL;
	return lost ? err_set(err, errno == ENOSPC ? -ENOSPC : -EIO, "the file could not be written%s",
			errno == ENOSPC ? ": the disk is full" : "")
		    : 0;
}

const char *export_ending(enum export_format format)
{
	static const char *const ends[] = { "csv", "csv", "jsonl", "xlsx", "json" };
	return ends[format];
}

/* The open file never had a name; only the archive gets one. */
static int keep_locked(struct export_writer *w, const struct export_ask *ask, struct err *err)
{
	char name[64];
	struct outfile archive;
	(void)snprintf(name, sizeof name, "wasl-%.*s.%s", STR_ARG(ask->name), export_ending(ask->format));
	const struct parcel_member member = { .name = name, .path = w->out.by_fd };
	int rc = outfile_open(&archive, ask->path, err);
	if (rc == 0)
		rc = parcel_write(&archive, &member, 1, ask->password, err);
	if (rc == 0)
		rc = outfile_keep(&archive, err);
	outfile_drop(&archive);
	outfile_drop(&w->out);
	return rc;
}

int export_keep(struct export_writer *w, const struct export_ask *ask, struct err *err)
{
	if (ask->zip)
		return keep_locked(w, ask, err);
	return w->to_stdout ? 0 : outfile_keep(&w->out, err);
}

void export_drop(struct export_writer *w)
{
	sheet_file_abandon(w->sheet);
	w->sheet = NULL;
	if (w->to && !w->to_stdout)
		(void)fclose(w->to);
	w->to = NULL;
	outfile_drop(&w->out);
}
