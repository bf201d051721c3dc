// Writes results whose free text attacks a page, with a run, exceptions and scenarios for them.
//
// Usage: node hostile.mjs RESULTS OUT
//
// RESULTS is a file of valid results, from which the rows are taken. In OUT are the folders `results` and `run`, and
// `own.toml`.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Each of them would have an effect on a page that did not escape it. A script that ran would set `hostile`. */
export const WORDS = [
    '<script>window.hostile=1</script>',
    '"><img src=x onerror="window.hostile=2">',
    "'><svg onload=window.hostile=3>",
    'javascript:window.hostile=4',
    '</script><script>window.hostile=5</script>',
    '</span></td></table></details></main><hostile-element>',
    ']]><!-- --!> <![CDATA[',
    '{{7*7}} {% raw %} ${7*7} <%= 7*7 %>',
    'https://hostile.example/?q=" onclick="window.hostile=6',
    '</title><meta http-equiv=refresh content="0;url=https://hostile.example/">',
    '<a href="javascript:window.hostile=7" id=main class=filterable>',
    '&lt;script&gt; &amp;#60; &#60;b&#62;',
    "\u2028\u2029';window.hostile=8;//",
    '\u202eleft to right the other\u2066',
    '__proto__',
    'x'.repeat(1500),
];

/** All words but the longest, as one text. */
const ALL = WORDS.slice(0, -1).join(' ');

/** Ids of scenarios that no path may be made of. */
export const IDS = ['a/../../../outside', 'a/..', 'index', 'a b+c./.d', 'scenarios/peer-close', '0'];

const HEAD = 'platform,provenance,os,os_version,kernel,arch,abi,runtime,selector,rustc,mio,brokenpipe,await_deadline,'
    + 'connect_deadline,note';

/** A line of a table, with every field in quotes. */
const line = fields => fields.map(field => `"${field.replaceAll('"', '""')}"`).join(',') + '\n';

/** The fields of a line without quotes. */
const fields = text => text.split(',');

function write(path, text) {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
}

/** The table of a platform: rows of the catalogue's scenarios and of scenarios that are not in it. */
function table(head, rows, platform, provenance, change) {
    const outcomeAt = fields(head).indexOf('outcome');
    const own = IDS.map(id => [...rows[0].slice(0, 2), id, ...rows[0].slice(3)]);
    const lines = [...rows, ...own].map((row, at) => {
        const [place, rest] = [row.slice(2, outcomeAt), row.slice(outcomeAt)];
        const [outcome, code, name, kind, signal, flags, count, trials] = change(rest, at);
        const counts = provenance === 'measured' ? [count, trials] : ['', ''];
        const native = provenance === 'measured' ? [code, name, kind, signal, flags] : ['', '', '', signal, ''];
        return line([platform, provenance, ...place, outcome, ...native, ...counts, WORDS[at % WORDS.length]]);
    });
    return head + '\n' + lines.join('');
}

export function writeCorpus(file, out) {
    const [head, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
    const rows = lines.filter(text => !text.includes('"')).map(fields)
        .filter(row => /^(peer-close|peer-reset|broken-pipe)\//.test(row[2])).slice(0, 1500);
    const same = rest => rest;
    const changed = (rest, at) => at % 7 ? rest : ['EPIPE', '32', 'EPIPE', 'BrokenPipe', '', ...rest.slice(5)];
    // `index` and `documented` are names that pages and folders of the site have too.
    const platforms = [
        ['index', 'measured', 'linux'],
        ['documented', 'measured', 'linux'],
        ['Documented', 'measured', 'linux'],
        ['documented.linux', 'measured', 'linux'],
        ['box.b', 'measured', ALL],
        ['linux', 'documented', 'linux'],
        ['reported', 'reported', 'windows'],
    ];
    const facts = ([name, provenance, os]) => line([name, provenance, os, ALL, ALL, WORDS[0], WORDS[1],
        // A runtime names the system, unless it is a native one.
        os === ALL ? WORDS[4] : 'native', WORDS[5], WORDS[6], WORDS[7], WORDS[8], '', '', ALL]);
    for (const provenance of ['measured', 'documented', 'reported']) {
        const folder = join(out, 'results', provenance === 'measured' ? '' : provenance);
        const here = platforms.filter(platform => platform[1] === provenance);
        for (const [name] of here) {
            write(join(folder, `${name}.csv`), table(head, rows, name, provenance, name === 'index' ? same : changed));
        }
        write(join(folder, 'platforms.csv'), HEAD + '\n' + here.map(facts).join(''));
    }
    write(join(out, 'run', 'index.csv'), table(head, rows, 'index', 'measured', changed));
    write(join(out, 'run', 'platforms.csv'), HEAD + '\n' + facts(platforms[0]));
    const quoted = JSON.stringify(ALL).replaceAll('\u2028', '').replaceAll('\u202e', '');
    const known = `[[known]]\nselect = "peer-close/*"\noutcomes = ["EPIPE"]\nreason = ${quoted}\n`
        + `link = "https://hostile.example/\\"><img/src=x/onerror=window.hostile=9>"\n`;
    write(join(out, 'results', 'known.toml'), known + known.replace('EPIPE', 'ok 7'));
    write(join(out, 'own.toml'), `[[scenario]]\nid = "own/hostile"\ntitle = ${JSON.stringify(WORDS[0] + WORDS[1])}\n`
        + `why = ${quoted}\nsource = ${quoted}\ntransports = ["tcp4"]\n`
        + 'steps = """\nclient connect\nserver accept\nclient close\n"""\n');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) writeCorpus(process.argv[2], process.argv[3]);
