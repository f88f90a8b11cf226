/* Codes -> what people read, in French; gateway/words/report.tsv has it in English and Arabic, too.  An unknown code
 * is shown as it is. */
#ifndef GATEWAY_LABELS_H
#define GATEWAY_LABELS_H

#include "flows/text/str.h"

struct str label_country(struct str iso);      /* "" and ZZ: n/d */
struct str label_region(struct str code);      /* MA-01 … MA-12 */
struct str label_vulnerability(struct str code);
struct str label_age_band(struct str code);
struct str label_alert(struct str kind);
struct str label_tag(struct str tag);
struct str label_donor(struct str tag);        /* "" not known */
struct str label_state(struct str state);      /* of the return request */
struct str label_language(struct str code);
bool label_is_vulnerability(struct str code);

#endif
