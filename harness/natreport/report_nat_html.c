/* The page, from top to bottom. */
#include <errno.h>

#include "natreport/html.h"
#include "natreport/natreport.h"
#include "natreport/words.h"

int tw_nat_report_html(FILE *out, const struct tw_nat_campaign *c, struct tw_err *err)
{
	fputs("<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" "
	      "lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, "
	      "initial-scale=1\"/>\n<title>NAT timestamp loss, kernel ",
	      out);
	tw_html_text(out, "%s", c->release);
	fputs("</title>\n<style>\n", out);
	tw_html_style(out);
	fputs("</style>\n</head>\n<body>\n<main>\n", out);
	tw_html_head(out, c);
	tw_html_scenarios(out, c);
	tw_html_remedies(out, c);
	tw_html_figures(out, c);
	tw_html_loads(out, c);
	fputs("<p class=\"soft\">", out);
	tw_html_text(out, "twprobe %s nat", c->version ? c->version : "");
	fputs("</p>\n</main>\n</body>\n</html>\n", out);
	if (fflush(out) || ferror(out))
		return tw_err_set(err, EIO, "the HTML report could not be written");
	return 0;
}
