# Makes a page of the overview, `$overview[0]` from `brokenpipe report --format json`, and of the matrix, from
# `brokenpipe report --details --format json`. All text from the results passes through @html.
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

# The answers of all systems to each question, in the order of the overview.
def questions:
    $overview[0] | (map(.system) | unique | length) as $systems
    | if $systems == 0 then empty else range(0; length; $systems) as $first | .[$first:$first + $systems] end;

def answer:
    "<td>" + (if .provenance != null and .provenance != "measured" then "≈" else "" end)
        + (if (.outcomes | length) == 0 then "·" else ([.outcomes[] | text] | join("<br>")) end) + "</td>";

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
"<h2>Overview</h2>",
"<p>The best evidence of each system; ≈ was not measured by brokenpipe. As data: <a href=overview.json>overview.json</a>.</p>",
"<table>",
"<thead><tr><th>situation<th>question" + ([first(questions)[] | "<th>" + (.system | text)] | join("")) + "</thead>",
(questions | "<tr><td>" + (.[0].topic | text) + "<td>" + (.[0].question | text) + (map(answer) | join(""))),
"</table>",
"<h2>Where platforms differ</h2>",
"<p>Rows in which platforms differ; a marked cell differs from what most measured platforms gave. All rows: <a href=matrix.csv>matrix.csv</a>, <a href=matrix.json>matrix.json</a>. The results themselves: <a href=results/platforms.csv>platforms.csv</a>" + ([.platforms[] | ", <a href=\"results/" + (.platform | @uri) + ".csv\">" + (.platform | text) + "</a>"] | join("")) + ".</p>",
"<table>",
"<thead><tr><th>scenario<th>step<th>operation<th>cases" + ([.platforms[] | "<th>" + (.platform | text)] | join("")) + "</thead>",
(.rows[] | "<tr><td>" + (.scenario | text) + "<td>" + (.step | text) + "<td>" + (.actor | text) + " " + (.operation | text) + "<td>" + (.cases | join(", ") | text) + ([.cells[] | cell] | join(""))),
"</table>",
"</html>"
