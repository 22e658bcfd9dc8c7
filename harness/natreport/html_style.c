/* Colours are those of Okabe and Ito, which people with any kind of colour vision can tell apart, darkened or lightened for contrast. */
#include "natreport/html.h"

static const char light[] =
	":root{--bg:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--grid:#e7eaee;--card:#f6f8fa;"
	"--c0:#0072b2;--c1:#d55e00;--c2:#00835f;--c3:#a8447d;--c4:#9a6700;--c5:#2a8fc9;--c6:#"
	"6e5494;--c7:#57606a;"
	"--ok:#0072b2;--lost:#c44e00;--rst:#8250a8;--none:#6e7781}\n";

static const char dark[] =
	"--bg:#12161b;--ink:#e6edf3;--soft:#9da7b3;--line:#3a434d;--grid:#262d35;--card:#1a2027;"
	"--c0:#58b4ea;--c1:#ff9147;--c2:#2fc79b;--c3:#e59ac4;--c4:#e6b64c;--c5:#8ad0f5;--c6:#"
	"b7a3dc;--c7:#9da7b3;"
	"--ok:#58b4ea;--lost:#ff9147;--rst:#c9a5ea;--none:#8b949e";

static const char page[] =
	"*{box-sizing:border-box}\n"
	"html{color-scheme:light dark}\n"
	"body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 "
	"system-ui,-apple-system,'Segoe UI',"
	"'Noto Sans','DejaVu Sans',sans-serif}\n"
	"main{max-width:1120px;margin:0 auto;padding:32px 24px 64px}\n"
	"h1{font-size:15px;letter-spacing:.04em;text-transform:uppercase;color:var(--soft);margin:"
	"0 0 10px;font-weight:600}\n"
	"h2{font-size:21px;line-height:1.3;margin:52px 0 6px}\n"
	"p{margin:6px 0 12px;max-width:78ch}\n"
	".verdict{font-size:25px;line-height:1.35;font-weight:600;margin:0 0 "
	"14px;max-width:none;text-wrap:balance}\n"
	".soft,figcaption{color:var(--soft)}\n"
	"code,.mono{font-family:ui-monospace,'DejaVu Sans "
	"Mono',Menlo,Consolas,monospace;font-size:.92em}\n"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;margin:18px 0 "
	"0;padding:14px 18px;"
	"background:var(--card);border-radius:8px}\n"
	"dt{color:var(--soft)}\n"
	"dd{margin:0;min-width:0;overflow-wrap:anywhere}\n";

static const char tables[] =
	".wide{overflow-x:auto;margin:14px 0}\n"
	"table{border-collapse:collapse;font-size:14.5px;font-variant-numeric:tabular-nums;min-"
	"width:100%}\n"
	"th,td{padding:7px 10px;border-bottom:1px solid "
	"var(--line);text-align:right;vertical-align:top;white-space:nowrap}\n"
	"th{font-weight:600;color:var(--soft);font-size:13px;vertical-align:bottom}\n"
	"th.wrap{white-space:normal}\n"
	"th:first-child,td:first-child{text-align:left;padding-left:0;white-space:normal;min-width:"
	"190px}\n"
	"td .says{display:block;color:var(--soft);font-size:13px;line-height:1.35;max-width:44ch}\n"
	"td.mid,th.mid{text-align:center}\n"
	".PASS{color:var(--c2);font-weight:600}.FAIL,.ERROR{color:var(--lost);font-weight:700}."
	"SKIP{color:var(--c4);font-weight:600}\n"
	".bad{color:var(--lost);font-weight:700}.good{color:var(--c2)}\n"
	"svg.interval{width:120px;height:18px;vertical-align:middle;min-width:0}\n"
	".why{margin:4px 0;padding:8px 12px;border-left:4px solid "
	"var(--lost);background:var(--card)}\n"
	"table.remedies td,table.remedies th{text-align:center;padding:7px 5px;line-height:1.3}\n"
	"table.remedies th{white-space:normal;min-width:80px;font-size:12.5px;line-height:1.25}\n"
	"table.remedies td:first-child,table.remedies "
	"th:first-child{text-align:left;min-width:96px;position:sticky;left:0;"
	"background:var(--bg)}\n"
	"table.remedies td{border:2px solid var(--bg)}\n"
	"table.remedies b{display:block;font-size:16px}\n"
	"table.remedies small{display:block;color:var(--soft)}table.remedies "
	"small.FAIL,table.remedies small.ERROR"
	"{color:var(--lost)}\n"
	"table.remedies .never b::after{content:' \\2715'}\n"
	"details{margin:10px 0}summary{cursor:pointer;color:var(--soft);font-size:14.5px}\n"
	"td.empty{color:var(--soft)}\n";

static const char figures[] =
	"figure{margin:16px 0 0}\n"
	"figcaption{font-size:14.5px;max-width:90ch;margin-top:6px}\n"
	".fig{overflow-x:auto}\n"
	".fig svg{display:block;width:100%;min-width:720px;height:auto}\n"
	"svg{color:var(--ink);font-family:inherit}\n"
	"svg text{fill:currentColor;font-size:13px}\n"
	"svg .tick{fill:var(--soft);font-size:12.5px;font-variant-numeric:tabular-nums}\n"
	"svg .title{fill:var(--soft);font-size:13px}svg .panel{font-weight:600;font-size:14px}\n"
	"svg "
	".region{font-size:14px;font-weight:600;stroke:var(--bg);stroke-width:5px;paint-order:"
	"stroke}\n"
	"svg .grid{stroke:var(--grid)}svg.interval .grid{stroke:var(--line)}svg .axis,svg "
	".life{stroke:var(--soft)}\n"
	"svg .limit{stroke:var(--ink);stroke-dasharray:5 4}\n"
	"svg .step{fill:none;stroke:currentColor;stroke-width:2}\n"
	"svg .stem{stroke:currentColor;stroke-width:1.5;opacity:.8}\n"
	"svg .leader{fill:none;stroke:currentColor;opacity:.45}\n"
	"svg .fill{fill:currentColor;stroke:none}svg "
	".ring{fill:none;stroke:currentColor;stroke-width:1.8}\n"
	"svg .hollow{fill:var(--bg);fill-opacity:.65;stroke:currentColor;stroke-width:1.8}\n"
	"svg .arrow{fill:none;stroke:currentColor;stroke-width:1.6}\n"
	"svg .seg{font-family:ui-monospace,'DejaVu Sans "
	"Mono',Menlo,Consolas,monospace;font-size:12px;"
	"stroke:var(--bg);stroke-width:4px;paint-order:stroke}\n"
	"svg .area{stroke:none;fill:currentColor;opacity:.09}svg .area.seq{opacity:.2}\n"
	".c0{color:var(--c0)}.c1{color:var(--c1)}.c2{color:var(--c2)}.c3{color:var(--c3)}.c4{color:"
	"var(--c4)}"
	".c5{color:var(--c5)}.c6{color:var(--c6)}.c7{color:var(--c7)}\n"
	".control{color:var(--c7)}.control .step{stroke-width:1.2}\n"
	".d1 .step{stroke-dasharray:9 3}.d2 .step{stroke-dasharray:3 3}\n"
	".curve:hover .step{stroke-width:4;stroke-dasharray:none}.curve:hover "
	".label{font-weight:700}\n"
	".ok{color:var(--ok)}.lost,.seq{color:var(--lost)}.none{color:var(--none)}.rst{color:var(--"
	"rst)}.odd{color:var(--ink)}\n"
	".emulated{display:inline-block;border:2px solid "
	"var(--c4);color:var(--c4);border-radius:4px;padding:0 8px;"
	"font-weight:700;font-size:13px;letter-spacing:.06em}\n";

static const char narrow[] = "@media(max-width:640px){main{padding:20px 14px "
			     "40px}.verdict{font-size:20px}h2{margin-top:38px}"
			     "dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:8px}}\n"
			     "@media "
			     "print{body{font-size:11pt}main{max-width:none;padding:0}figure,tr,."
			     "why{break-inside:avoid}h2{break-after:avoid}"
			     ".wide,.fig{overflow:visible}.fig svg{min-width:0}}\n";

void tw_html_style(FILE *out)
{
	fprintf(out, "%s@media screen and (prefers-color-scheme:dark){:root{%s}}\n%s%s%s%s", light,
		dark, page, tables, figures, narrow);
}
