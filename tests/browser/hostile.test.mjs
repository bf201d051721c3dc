// Text from results stays text in a browser: it makes no element, runs nothing, asks for nothing, and names no file.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { IDS, WORDS } from './hostile.mjs';
import { HOSTILE, SITE, filesIn, kindOf, largest, launch, onDisk, pagesIn, withPage } from './site.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const pages = pagesIn(HOSTILE);

/** The pages with words of the results, the largest two of each kind. */
function chosen() {
    return [...new Set(pages.map(kindOf))].flatMap(kind => largest(HOSTILE, kind, 2));
}

test('no script of the results runs, no request leaves, and no element is made of them', async () => {
    const seen = new Set(), wide = [];
    await withPage(browser, onDisk(HOSTILE), { viewport: { width: 360, height: 800 } }, async page => {
        for (const path of chosen()) {
            await page.goto(onDisk(HOSTILE, path));
            // The data of the search are loaded when its field gets the focus.
            await page.locator('#search-input').fill('script');
            await page.waitForFunction(() => document.querySelector('#search-status')?.textContent);
            const found = await page.evaluate(() => {
                document.querySelectorAll('details').forEach(details => { details.open = true; });
                return {
                    ran: window.hostile,
                    made: [...document.querySelectorAll('hostile-element, img, iframe, [onerror], [onload], [onclick], '
                        + 'meta[http-equiv=refresh i], a[href^="javascript:" i], [href*="hostile.example"], main a#main')]
                        .map(element => element.outerHTML.slice(0, 100)),
                    scripts: [...document.scripts].map(script => script.getAttribute('src')?.split('/').pop() ?? 'inline'),
                    mains: document.querySelectorAll('main').length,
                    text: document.body.textContent,
                    width: document.documentElement.scrollWidth,
                };
            });
            assert.equal(found.ran, undefined, path);
            assert.deepEqual(found.made, [], path);
            assert.equal(found.mains, 1, path);
            assert.deepEqual(found.scripts.sort(), ['search-data.js', 'site.js', 'ufuzzy.js'], path);
            assert.doesNotMatch(found.text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/, path);
            for (const word of WORDS) if (found.text.includes(word)) seen.add(word);
            if (found.width > 360) wide.push(`${path}: ${found.width} px`);
        }
    });
    // If a page did not show them at all, the above would prove nothing. Characters that turn text are replaced.
    const shown = WORDS.filter(word => !/[\u2028\u202e]/.test(word));
    assert.deepEqual(shown.filter(word => !seen.has(word)), []);
    assert.deepEqual(wide, [], 'a very long word makes a page wider than the window');
});

test('results lead nowhere that the site does not lead without them', () => {
    const outward = folder => new Set(pagesIn(folder).flatMap(path =>
        [...readFileSync(join(folder, path), 'utf8').matchAll(/(?:href|src)="((?:[a-z]+:|\/)[^"]*)"/gi)].map(([, url]) => url)));
    const known = outward(SITE);
    assert.deepEqual([...outward(HOSTILE)].filter(url => !known.has(url)), []);
});

test('no file is made of an id of the results, or outside the folder', () => {
    const beside = readdirSync(dirname(HOSTILE)).filter(name => name !== basename(HOSTILE));
    assert.deepEqual(beside.filter(name => /outside|own|\.html/.test(name) && name !== 'own.toml'), []);
    for (const id of IDS.filter(id => id !== 'index')) {
        const last = id.split('/').pop();
        assert.deepEqual(filesIn(HOSTILE).filter(path => path.endsWith(`/${last}.html`) && path !== `families/${last}.html`), []);
    }
    const paths = filesIn(HOSTILE);
    assert.deepEqual(paths.filter(path => !/^[\w.\/~-]+$/.test(path)), []);
    assert.equal(new Set(paths.map(path => path.toLowerCase())).size, paths.length, 'no two differ in case alone');
});

test('a platform that is called like a page takes its place from no other', () => {
    const list = readFileSync(join(HOSTILE, 'platforms/index.html'), 'utf8');
    assert.match(list, /<h1>[^<]*Platforms/i, 'platforms/index.html is the list of platforms');
});
