#include "gateway/channels/xhtml.h"

#include "gateway/channels/template.h"

void xhtml_put(struct buf *out, struct str text, struct str action, struct str input)
{
	buf_put_z(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		       "<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>-</title></head><body>\n<p>");
	escape_put(out, text, ESCAPE_XML);
	buf_put_z(out, "</p>\n");
	if (action.len) {
		buf_put_z(out, "<form action=\"");
		escape_put(out, action, ESCAPE_XML);
		buf_put_z(out, "\" method=\"get\"><p><input type=\"text\" name=\"");
		escape_put(out, input, ESCAPE_XML);
		buf_put_z(out, "\"/></p></form>\n");
	}
	buf_put_z(out, "</body></html>\n");
}
