// What somebody does who searches for an error: from disk and from a server, and as far as it goes without JavaScript.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SITE, launch, onDisk, serve, withPage } from './site.mjs';

let browser, server;
before(async () => {
    browser = await launch();
    server = await serve(SITE);
});
after(async () => {
    await browser.close();
    server.stop();
});

const bases = { 'from disk': () => onDisk(SITE), 'from a server': () => server.base };

/** The path of the page in the site, with what follows it in the address. */
const place = (page, base) => page.url().slice(base.length);

/** Follows the first link to a scenario on the page. */
async function followToScenario(page, base) {
    await page.locator('main a[href*="scenarios/"][href*="/"]:not([href$="scenarios/index.html"])').first().click();
    await page.waitForURL(/\/scenarios\/[a-z0-9-]+\/[a-z0-9-]+\.html/);
    assert.equal(await page.locator('h1').count(), 1);
    return place(page, base);
}

/** Opens the evidence of a cell on the page of a scenario, one that the address has not opened. */
async function openEvidence(page) {
    const cells = page.locator('main details:has(.evidence)');
    const closed = await cells.evaluateAll(all => all.findIndex(details => !details.open && details.checkVisibility()));
    const evidence = cells.nth(closed).locator('.evidence');
    assert.equal(await evidence.isVisible(), false);
    await cells.nth(closed).locator('summary').click();
    await evidence.waitFor({ state: 'visible' });
    return evidence.innerText();
}

/** The rows of the overview that are shown: question, and what the shown systems answer. */
const shownRows = page => page.locator('#overview tbody tr[data-family]:visible').evaluateAll(rows => rows.map(row =>
    [row.cells[0].innerText.trim(), ...[...row.cells].slice(1).filter(cell => !cell.hidden).map(cell => cell.innerText.trim())]));

/** The rows in which both of these systems have an answer, and not the same; from the table as it was written. */
const differing = (page, systems) => page.evaluate(systems => {
    const heads = [...document.querySelectorAll('#overview thead th')];
    const at = systems.map(system => heads.findIndex(head => head.dataset.column === system));
    const text = cell => cell.querySelector('.t')?.textContent;
    return [...document.querySelectorAll('#overview tbody tr[data-family]')]
        .filter(row => new Set(at.map(column => text(row.cells[column])).filter(Boolean)).size > 1)
        .map(row => row.cells[0].textContent.trim());
}, systems);

for (const [name, base] of Object.entries(bases)) {
    test(`${name}: search, error, scenario, evidence`, async () => {
        await withPage(browser, base(), {}, async page => {
            await page.goto(base() + 'index.html');
            await page.keyboard.press('/');
            await page.keyboard.type('10054');
            const first = page.locator('#search-list [role=option]').first();
            await first.waitFor();
            assert.equal(await first.getAttribute('data-address'), 'errors/ECONNRESET.html');
            assert.equal(await first.getAttribute('aria-selected'), 'true');
            await page.keyboard.press('Enter');
            await page.waitForURL(/ECONNRESET/);
            assert.match(place(page, base()), /^errors\/ECONNRESET\.html/);
            assert.match(await page.locator('h1').innerText(), /ECONNRESET/);
            assert.match(await page.locator('main').innerText(), /10054/);
            await followToScenario(page, base());
            assert.match(await openEvidence(page), /measured|documented|reported/);
        });
    });

    test(`${name}: what differs between macOS and Linux, in an address that can be sent`, async () => {
        let wanted, address;
        await withPage(browser, base(), {}, async page => {
            await page.goto(base() + 'index.html');
            const all = (await shownRows(page)).length;
            wanted = await differing(page, ['linux', 'macos']);
            assert.ok(wanted.length > 0 && wanted.length < all, `${wanted.length} of ${all} rows differ`);
            const filters = page.locator('.filters[data-for=overview]');
            await filters.locator('details.columns > summary').click();
            await filters.locator('button[name=none]').click();
            for (const system of ['macos', 'linux']) await filters.locator(`input[name=column][value=${system}]`).check();
            await filters.locator('input[name=differs]').check();
            const rows = await shownRows(page);
            assert.deepEqual(rows.map(row => row[0]), wanted);
            assert.ok(rows.every(row => row.length === 3 && row[1] !== row[2]), JSON.stringify(rows));
            assert.match(await filters.locator('.count').innerText(), new RegExp(`^${wanted.length} of ${all} rows`));
            address = page.url();
            assert.equal(place(page, base()), 'index.html?columns=linux,macos&differs=1');
            await page.reload();
            assert.deepEqual(await shownRows(page), rows);
            assert.equal(page.url(), address);
        });
        await withPage(browser, base(), {}, async page => {
            await page.goto(address);
            assert.deepEqual((await shownRows(page)).map(row => row[0]), wanted);
        });
    });

    test(`${name}: without JavaScript, by the links`, async () => {
        await withPage(browser, base(), { javaScriptEnabled: false }, async page => {
            await page.goto(base() + 'index.html');
            const nav = page.locator('header nav');
            assert.equal(await page.locator('.filters *, #search *').count(), 0, 'nothing is there that does not work');
            await nav.getByRole('link', { name: 'Errors' }).click();
            assert.equal(place(page, base()), 'errors/index.html');
            await page.locator('main').getByRole('link', { name: 'ECONNRESET', exact: true }).first().click();
            assert.equal(place(page, base()), 'errors/ECONNRESET.html');
            assert.match(await page.locator('main').innerText(), /10054/);
            await followToScenario(page, base());
            assert.match(await openEvidence(page), /measured|documented|reported/);
            await nav.getByRole('link', { name: 'Compare' }).click();
            await page.locator('main a[href="compare/linux/macos.html"]').first().click();
            assert.ok(await page.locator('main tbody tr').count() > 10, 'the rows in which they differ');
        });
    });
}

test('the address of a step opens what is folded around it', async () => {
    await withPage(browser, onDisk(SITE), {}, async page => {
        await page.goto(onDisk(SITE, 'scenarios/peer-close/write-write-write-read.html') + '#step-9');
        await page.locator('#step-9').waitFor({ state: 'visible' });
        // A browser scrolls some time after the page is loaded.
        await page.waitForFunction(() => {
            const { top } = document.getElementById('step-9').getBoundingClientRect();
            return top >= 0 && top < 800;
        });
    });
});

test('with the keyboard alone', async () => {
    await withPage(browser, onDisk(SITE), {}, async page => {
        await page.goto(onDisk(SITE, 'index.html'));
        const focused = () => page.evaluate(() => {
            const { tagName, className, hash, id } = document.activeElement;
            return { tag: tagName, className, hash, id };
        });
        await page.keyboard.press('Tab');
        assert.equal((await focused()).className, 'skip', 'the first is the link to the content');
        const skip = await page.locator('a.skip').boundingBox();
        assert.ok(skip.x >= 0 && skip.y >= 0, 'it is to be seen');
        await page.keyboard.press('Enter');
        assert.equal((await focused()).id, 'main');

        await page.keyboard.press('j');
        await page.keyboard.press('j');
        const row = await page.evaluate(() => document.activeElement.rowIndex);
        await page.keyboard.press('ArrowDown');
        assert.ok(await page.evaluate(() => document.activeElement.rowIndex) > row, 'the next row has the focus');
        await page.keyboard.press('ArrowUp');
        assert.equal(await page.evaluate(() => document.activeElement.rowIndex), row);
        const link = await page.evaluate(() => document.activeElement.querySelector('a').getAttribute('href'));
        await page.keyboard.press('Enter');
        await page.waitForURL(/scenarios/);
        assert.equal(place(page, onDisk(SITE)), link);
        await page.goBack();

        await page.keyboard.press('?');
        await page.locator('dialog#keys').waitFor();
        await page.keyboard.press('Escape');
        await page.locator('dialog#keys').waitFor({ state: 'hidden' });

        await page.keyboard.press('/');
        assert.equal((await focused()).id, 'search-input');
        await page.keyboard.type('reset by peer');
        await page.locator('#search-list [role=option]').nth(1).waitFor();
        await page.keyboard.press('ArrowDown');
        const second = page.locator('#search-list [role=option]').nth(1);
        assert.equal(await second.getAttribute('aria-selected'), 'true');
        const address = await second.getAttribute('data-address');
        await page.keyboard.press('Escape');
        await page.locator('#search-list').waitFor({ state: 'hidden' });
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Enter');
        await page.waitForURL(url => !url.href.includes('index.html'));
        assert.equal(place(page, onDisk(SITE)), address);
    });
});

test('what has the focus is seen to have it', async () => {
    await withPage(browser, onDisk(SITE), {}, async page => {
        await page.goto(onDisk(SITE, 'index.html'));
        for (let tab = 0; tab < 12; tab++) {
            await page.keyboard.press('Tab');
            const look = await page.evaluate(() => {
                const style = getComputedStyle(document.activeElement);
                return { html: document.activeElement.outerHTML.slice(0, 80), outline: style.outlineStyle, width: style.outlineWidth, shadow: style.boxShadow };
            });
            assert.ok(look.outline !== 'none' && look.width !== '0px' || look.shadow !== 'none', JSON.stringify(look));
        }
    });
});

test('nothing that is found is said', async () => {
    await withPage(browser, onDisk(SITE), {}, async page => {
        await page.goto(onDisk(SITE, 'errors/EPIPE.html'));
        await page.locator('#search-input').fill('qqqqzzzz');
        await page.locator('#search-status', { hasText: 'nothing found: qqqqzzzz' }).waitFor();
        assert.equal(await page.locator('#search-list [role=option]').count(), 0);
    });
});
