// Every address in the site leads to a file of the site, and to an element in it. No browser is needed for that.

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { test } from 'node:test';
import { HOSTILE, KINDS, SITE, filesIn, kindOf, pagesIn } from './site.mjs';

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const decode = text => text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, ten, hex, name) =>
    name ? entities[name] ?? whole : String.fromCodePoint(ten ? Number(ten) : parseInt(hex, 16)));

/** The start tags of a page, as the names and attributes that are in them. */
function tags(html) {
    const attribute = /\s([^\s"'<>\/=]+)(?:="([^"]*)")?/g;
    const all = html.matchAll(/<([a-zA-Z][^\s\/>]*)((?:\s+[^\s"'<>\/=]+(?:="[^"]*")?)*)\s*\/?>/g);
    return [...all].map(([, name, rest]) => ({
        name: name.toLowerCase(),
        attributes: [...rest.matchAll(attribute)].map(([, key, value]) => [key.toLowerCase(), decode(value ?? '')]),
    }));
}

/** What is in a page: its ids, its addresses, its elements and the attributes of them. */
function parts(html) {
    const ids = [], addresses = [], elements = new Set(), names = new Set();
    for (const { name, attributes } of tags(html)) {
        elements.add(name);
        for (const [key, value] of attributes) {
            names.add(key);
            if (key === 'id') ids.push(value);
            if (['href', 'src', 'srcset', 'action', 'poster', 'xlink:href'].includes(key)) addresses.push(value);
        }
    }
    return { ids, addresses, elements, names };
}

const OUTWARD = /^https:\/\/[\w.-]+\//;

for (const [name, folder] of Object.entries({ site: SITE, 'site of hostile results': HOSTILE })) {
    const pages = new Map(pagesIn(folder).map(path => [path, parts(readFileSync(join(folder, path), 'utf8'))]));
    const files = new Set(filesIn(folder));

    test(`${name}: every address leads to something`, () => {
        const broken = [];
        let followed = 0;
        for (const [page, { addresses }] of pages) {
            for (const address of addresses) {
                // Sources of statements are elsewhere; only a reader's click goes there.
                if (OUTWARD.test(address)) continue;
                followed += 1;
                const [path, fragment] = address.replace(/\?[^#]*/, '').split('#');
                const target = path === '' ? page : posix.join(posix.dirname(page), decodeURIComponent(path));
                if (/^[a-z][a-z0-9+.-]*:|^\/|\\/i.test(path) || !files.has(target)) {
                    broken.push(`${page}: ${address}`);
                } else if (fragment && !pages.get(target)?.ids.includes(decodeURIComponent(fragment))) {
                    broken.push(`${page}: ${address}: no such id`);
                }
            }
        }
        assert.deepEqual(broken.slice(0, 20), [], `${broken.length} addresses are broken`);
        assert.ok(followed > pages.size * 8, `each page has the links of the layout: ${followed}`);
    });

    test(`${name}: every page is linked to, and has a kind`, () => {
        const linked = new Set(['index.html']);
        for (const [page, { addresses }] of pages) {
            for (const address of addresses) linked.add(posix.join(posix.dirname(page), address.split(/[?#]/)[0]));
        }
        assert.deepEqual([...pages.keys()].filter(page => !linked.has(page)), []);
        assert.deepEqual([...pages.keys()].filter(page => !kindOf(page)), []);
    });

    test(`${name}: no id is there twice on a page`, () => {
        const twice = [...pages].filter(([, { ids }]) => new Set(ids).size !== ids.length).map(([page]) => page);
        assert.deepEqual(twice, []);
    });

    test(`${name}: nothing on a page is or loads what the policy forbids`, () => {
        const wrong = [];
        for (const [page, { elements, names }] of pages) {
            for (const key of names) if (key.startsWith('on') || key === 'style') wrong.push(`${page}: ${key}=`);
            for (const element of ['iframe', 'object', 'embed', 'base', 'form', 'style']) {
                if (elements.has(element)) wrong.push(`${page}: <${element}>`);
            }
        }
        assert.deepEqual(wrong, []);
        const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; `
            + `script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'">`;
        const without = [...pages.keys()].filter(page => !readFileSync(join(folder, page), 'utf8').includes(policy));
        assert.deepEqual(without, []);
    });

    test(`${name}: the style sheet loads nothing`, () => {
        const style = readFileSync(join(folder, 'style.css'), 'utf8');
        assert.doesNotMatch(style, /@import|url\(/i);
    });
}

test('every kind of page is there', () => {
    const pages = pagesIn(SITE);
    assert.deepEqual(Object.entries(KINDS).filter(([, path]) => !pages.includes(path)), []);
});

test('pages, and the scripts together, are no larger than allowed', () => {
    const size = path => statSync(join(SITE, path)).size;
    const large = pagesIn(SITE).filter(path => size(path) > 300_000).map(path => `${path}: ${size(path)}`);
    assert.deepEqual(large, []);
    assert.ok(size('index.html') <= 150_000, `index.html has ${size('index.html')} bytes`);
    // What is searched in is data, which is loaded when somebody searches.
    const scripts = filesIn(SITE).filter(path => path.endsWith('.js') && path !== 'search-data.js');
    const bytes = scripts.reduce((sum, path) => sum + size(path), 0);
    assert.ok(bytes > 0 && bytes <= 30_000, `${scripts} have ${bytes} bytes`);
});
