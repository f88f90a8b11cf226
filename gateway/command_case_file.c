/* wasl case note|notes|history|consent|consents|mentor|external|missed|snooze|checkin|merge|texts:
 * what hangs on a case beside its keys. */
#include "gateway/staff_command.h"

static const struct staff_word words[] = {
	{ "list", NULL, "status priority", NULL, NULL }, /* command_case.c; here for the list of words */
	{ "show", "ref", NULL, NULL, NULL },
	{ "set", "ref", "as! reason", NULL, NULL },
	{ "history", "ref", NULL, NULL,
	  "SELECT at, actor, field, was, became FROM v_case_event WHERE case_ref = ?1 UNION ALL"
	  " SELECT set_at, set_by, 'tag', NULL, tag FROM v_case_tag WHERE case_ref = ?1 UNION ALL"
	  " SELECT removed_at, removed_by, 'tag', tag, NULL FROM v_case_tag WHERE case_ref = ?1 AND removed_at IS NOT NULL ORDER BY 1" },
	{ "note", "ref text", "as! corrects", "case.note", NULL },
	{ "notes", "ref", NULL, NULL, "SELECT note_id, at, author, corrects, text FROM v_note WHERE case_ref = ?1 ORDER BY note_id" },
	{ "consent", "ref purpose answer", "as! reason!", "case.consent", NULL },
	{ "consents", "ref", NULL, NULL,
	  "SELECT purpose, answer, at, withdrawn_at, text_key, language, channel FROM v_consent WHERE contact_id ="
	  " (SELECT contact_id FROM v_case WHERE ref = ?1) ORDER BY at" },
	{ "mentor", "ref mentor", "as!", "case.mentor", NULL },
	{ "external", "ref number", "as!", "case.external", NULL },
	{ "missed", "ref", "as!", "case.missed", NULL },
	{ "snooze", "ref until", "as!", "case.snooze", NULL },
	{ "checkin", "ref", "as!", "case.checkin", NULL },
	{ "merge", "ref other", "as! reason! duplicate", "merge.ask", NULL },
	{ "texts", "ref texts", "as! reason!", "case.texts", NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

int command_case_file(const struct invocation *in)
{
	return staff_command(in, "case", words);
}
