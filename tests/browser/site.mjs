// What the tests of the site share: its pages by kind, and a browser that records what a page must not do.

import assert from 'node:assert/strict';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

/** The folder of the site of the committed results. */
export const SITE = folder('SITE');

/** The folder of the site of hostile results. */
export const HOSTILE = folder('HOSTILE');

/** Where reports and screenshots are written. */
export const REPORTS = folder('REPORTS');

function folder(name) {
    assert.ok(process.env[name], `${name} is not set; ci/browse sets it`);
    return resolve(process.env[name]);
}

/** One page of each kind, by its path in the site. */
export const KINDS = {
    index: 'index.html',
    scenarios: 'scenarios/index.html',
    scenario: 'scenarios/peer-close/write-write-write-read.html',
    family: 'families/peer-close.html',
    errors: 'errors/index.html',
    error: 'errors/ECONNRESET.html',
    platforms: 'platforms/index.html',
    platform: 'platforms/linux-6.18-x86_64-gnu.html',
    'stated platform': 'platforms/documented/macos.html',
    distance: 'distance/linux.html',
    compare: 'compare.html',
    comparison: 'compare/linux/macos.html',
    changes: 'changes.html',
};

/** The kind of a page, by its path. */
export function kindOf(path) {
    const exact = Object.keys(KINDS).find(kind => KINDS[kind] === path);
    if (exact !== undefined) return exact;
    if (path.startsWith('platforms/')) return path.split('/').length > 2 ? 'stated platform' : 'platform';
    return { scenarios: 'scenario', families: 'family', errors: 'error', compare: 'comparison', distance: 'distance' }[path.split('/')[0]];
}

/** The paths of all files in a folder, with `/` and sorted. */
export function filesIn(folder) {
    const found = readdirSync(folder, { recursive: true, withFileTypes: true });
    const inside = entry => relative(folder, join(entry.path, entry.name)).split(sep).join('/');
    return found.filter(entry => !entry.isDirectory()).map(inside).sort();
}

/** The paths of all pages in a folder. */
export const pagesIn = folder => filesIn(folder).filter(path => path.endsWith('.html'));

/** The paths of the largest pages of a kind in a folder. */
export function largest(folder, kind, count) {
    const size = path => statSync(join(folder, path)).size;
    return pagesIn(folder).filter(path => kindOf(path) === kind).sort((a, b) => size(b) - size(a)).slice(0, count);
}

/** The address of a file in a folder, or of the folder, to open it from disk. */
export const onDisk = (folder, path = '') => pathToFileURL(folder + sep + path).href;

/** Serves a folder below a path, as GitHub Pages does. */
export async function serve(folder) {
    const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
    const server = createServer((request, response) => {
        const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
        const file = normalize(join(folder, path.replace(/^\/site\//, '')));
        const isThere = path.startsWith('/site/') && file.startsWith(folder + sep)
            && statSync(file, { throwIfNoEntry: false })?.isFile();
        response.writeHead(isThere ? 200 : 404, { 'content-type': types[extname(file)] ?? 'text/plain' });
        if (isThere) createReadStream(file).pipe(response); else response.end();
    });
    await new Promise(done => server.listen(0, '127.0.0.1', done));
    return { base: `http://127.0.0.1:${server.address().port}/site/`, stop: () => server.close() };
}

/** Starts Chromium. Its own sandbox does not work for root, as whom CI runs. */
export const launch = () => chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

/**
 * Opens a context in which `faults` collects requests to addresses that do not begin with `base`, requests that failed,
 * errors of scripts, messages in the console such as those of the content security policy, and dialogs.
 */
export async function watched(browser, base, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const faults = [];
    context.on('request', request => request.url().startsWith(base) || faults.push(`request: ${request.url()}`));
    // What is still loading when the reader goes on is aborted.
    context.on('requestfailed', request => request.failure()?.errorText === 'net::ERR_ABORTED'
        || faults.push(`failed: ${request.url()}: ${request.failure()?.errorText}`));
    context.on('response', answer => answer.status() < 400 || faults.push(`${answer.status()}: ${answer.url()}`));
    context.on('weberror', error => faults.push(`script: ${error.error()}`));
    context.on('console', message => faults.push(`console: ${message.text()}`));
    context.on('dialog', dialog => faults.push(`dialog: ${dialog.message()}`) && dialog.dismiss());
    context.setDefaultTimeout(10_000);
    return { context, faults, page: await context.newPage() };
}

/** Runs `act` with a new watched page, and asserts that nothing of the above happened. */
export async function withPage(browser, base, options, act) {
    const { context, faults, page } = await watched(browser, base, options);
    try {
        await act(page);
        assert.deepEqual(faults, []);
    } finally {
        await context.close();
    }
}
