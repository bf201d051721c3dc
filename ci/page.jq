# Makes a page of the matrix from `brokenpipe report --format json`. All text from the results passes through @html.
def text: tostring | @html;

# Outcomes that were not counted, as in a race, have no share.
def cell:
    if . == null or (.outcomes | length) == 0 then "<td></td>"
    else
        .trials as $trials
        | (if .stands_out then "<td class=out>" else "<td>" end)
        + ([.outcomes[] | (.outcome | text) + (if .count != null and .count != $trials then " " + "\(.count)/\($trials)" else "" end)] | join("<br>"))
        + "</td>"
    end;

"<!doctype html>",
"<html lang=en>",
"<meta charset=utf-8>",
"<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">",
"<meta name=viewport content=\"width=device-width\">",
"<title>brokenpipe: where platforms differ</title>",
"<style>",
"body { font-family: sans-serif; margin: 1rem } table { border-collapse: collapse } td, th { border: 1px solid #aaa; padding: .2em .5em; text-align: left; white-space: nowrap }",
"thead th { position: sticky; top: 0; background: #eee } .out { background: #fdd; font-weight: bold }",
"</style>",
"<h1>What each platform reports when the other end of a connection goes away</h1>",
"<p>Rows in which platforms differ; a marked cell differs from what most measured platforms gave. All rows: <a href=matrix.csv>matrix.csv</a>, <a href=matrix.json>matrix.json</a>. The results themselves: <a href=results/platforms.csv>platforms.csv</a>" + ([.platforms[] | ", <a href=\"results/" + (.platform | @uri) + ".csv\">" + (.platform | text) + "</a>"] | join("")) + ".</p>",
"<table>",
"<thead><tr><th>scenario<th>step<th>operation<th>cases" + ([.platforms[] | "<th>" + (.platform | text)] | join("")) + "</thead>",
(.rows[] | "<tr><td>" + (.scenario | text) + "<td>" + (.step | text) + "<td>" + (.actor | text) + " " + (.operation | text) + "<td>" + (.cases | join(", ") | text) + ([.cells[] | cell] | join(""))),
"</table>",
"</html>"
