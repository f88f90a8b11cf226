/* wasl number list [--state S] · refuse REF --as USER --reason TEXT: claims of a new number.  The change itself is
 * `wasl case set REF phone=+… --as USER --reason TEXT`, which a second person approves. */
#include "gateway/staff_command.h"

static const struct staff_word words[] = {
	{ "list", NULL, "state", NULL,
	  "SELECT n.claim_id, n.case_ref, n.why, n.proved, n.state, n.claimed_at, p.phone, p.country FROM v_number_claim n"
	  " LEFT JOIN v_contact_point p ON p.point_id = n.point_id WHERE n.state = iif(?1 = '', 'OPEN', ?1) ORDER BY n.claim_id" },
	{ "refuse", "ref", "as! reason!", "number.refuse", NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

int command_number(const struct invocation *in)
{
	return staff_command(in, "number", words);
}
