// Works with GraphiQL in Chromium and tells what was seen, as one JSON object.
import { openBrowser } from './chromium.mjs';
import { chord, openPage, openTab, paste, QUERY, run, shot, shown, tabs, TOKEN, waitForShown } from './page.mjs';

const { CONNECTION, SINCE, UNTIL } = process.env;
const STANDING = 'subscription Standing { runs { sequence kind } }';
const told = {};

/** Fills in what a person would: days that hold data, and ids out of earlier answers. */
async function fill(page, values) {
  const put = { dates: { since: SINCE, until: UNTIL }, ...values };
  const { identifier } = await page.evaluateOnNewDocument(fillTabs, put);
  await page.reload({ waitUntil: 'networkidle0' });
  await page.removeScriptToEvaluateOnNewDocument(identifier);
  await page.waitForSelector('.graphiql-query-editor .view-line');
}

/** In the page, before it begins. */
function fillTabs({ dates, more, ...ids }) {
  const state = JSON.parse(localStorage.getItem('graphiql:tabState'));
  for (const tab of state.tabs) {
    const variables = JSON.parse(tab.variables || '{}');
    if (variables.dates) variables.dates = dates;
    if (variables.input) variables.input.dates = dates;
    for (const name of Object.keys(ids).filter((each) => each in variables)) variables[name] = ids[name];
    tab.variables = JSON.stringify(variables, null, 2);
  }
  if (more) {
    const empty = { variables: null, headers: null, response: null };
    state.tabs.push({ ...empty, id: 'more', title: 'Standing', query: more, operationName: 'Standing' });
  }
  localStorage.setItem('graphiql:tabState', JSON.stringify(state));
}

async function firstVisit(browser) {
  const { page, seen, close } = await openPage(browser);
  told.tabs = await tabs(page);
  told.hint = await page.$eval('.bar .hint', (hint) => hint.textContent);
  told.refused = await run(page);
  await shot(page, 'light-refused');
  await paste(page, TOKEN);
  told.start = await run(page);
  await shot(page, 'light-answer');
  await openDocs(page);
  await shot(page, 'light-docs');
  told.docs = await page.$eval('.graphiql-doc-explorer', (docs) => docs.textContent);
  told.stored = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  told.first = structuredClone({ ...seen, sent: [] });
  told.policy = await breakOut(page);
  await close();
}

const openDocs = async (page) => {
  await page.click('.graphiql-sidebar button[aria-label*="Documentation" i]');
  await page.waitForSelector('.graphiql-doc-explorer');
};

/** What an injected piece of markup could try: each must fail by the page's policy. */
async function breakOut(page) {
  return page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.ranInline = true';
    document.body.append(script);
    document.body.insertAdjacentHTML('beforeend', '<style>body { outline: 9px solid red }</style>');
    const fetched = await fetch('https://example.com/').then(() => 'went out', () => 'refused');
    return {
      inline: window.ranInline === true,
      styled: getComputedStyle(document.body).outlineWidth === '9px',
      fetched,
    };
  });
}

async function work(browser) {
  const { page, seen, close } = await openPage(browser, { scheme: 'dark' });
  await paste(page, TOKEN);
  await fill(page, { connection: CONNECTION });
  told.answers = {};
  for (const name of ['Start', 'MarketingEntries', 'AttributionRows', 'DataHealth', 'Calendar', 'WhereFrom']) {
    await openTab(page, name);
    told.answers[name] = await run(page);
    await shot(page, `dark-${name}`);
  }
  await openTab(page, 'StartIngestion');
  const started = await run(page);
  await fill(page, { run: started.data.startIngestion.run.id, more: STANDING });
  await openTab(page, 'WatchRun');
  await page.focus(QUERY);
  await chord(page, 'Control', 'Enter');
  await waitForShown(page, '"status": "SUCCEEDED"');
  told.watched = await shown(page);
  await shot(page, 'dark-watched');
  told.init = JSON.parse(seen.sent.find((frame) => frame.includes('connection_init')));
  await exportIt(page);
  await stand(page);
  told.work = { ...seen, sent: [] };
  await close();
}

async function exportIt(page) {
  await openTab(page, 'ExportCausal');
  const made = await run(page);
  told.exporting = made;
  const { id, run: its } = made.data.exportCausal.export;
  await fill(page, { run: its.id, export: id });
  await openTab(page, 'WatchRun');
  await page.focus(QUERY);
  await chord(page, 'Control', 'Enter');
  await waitForShown(page, '"status": "SUCCEEDED"');
  await openTab(page, 'ReadExport');
  told.exported = await run(page);
  await shot(page, 'dark-export');
}

/** A subscription that does not end by itself: it runs, and the button stops it. */
async function stand(page) {
  await openTab(page, 'Standing');
  await page.click('.graphiql-execute-button');
  await page.waitForSelector('.graphiql-execute-button[aria-label*="Stop" i]');
  await shot(page, 'dark-standing');
  await page.click('.graphiql-execute-button');
  await page.waitForSelector('.graphiql-execute-button[aria-label*="Execute" i]');
}

async function narrow(browser) {
  told.overflow = {};
  for (const scheme of ['light', 'dark']) {
    const { page, close } = await openPage(browser, { scheme, width: 420 });
    await paste(page, TOKEN);
    await run(page);
    await shot(page, `narrow-${scheme}`);
    told.overflow[scheme] = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await close();
  }
}

/** From the token to the answer without a mouse. */
async function byKeyboard(browser) {
  const { page, close } = await openPage(browser);
  await page.focus('#token');
  await page.keyboard.type(TOKEN);
  await page.keyboard.press('Enter');
  await page.waitForNetworkIdle();
  told.stops = [];
  for (let press = 0; press < 12; press += 1) {
    await page.keyboard.press('Tab');
    told.stops.push(await page.evaluate(focused));
  }
  await page.focus(QUERY);
  await chord(page, 'Control', 'm'); // Monaco: from here on Tab leaves the editor.
  await page.keyboard.press('Tab');
  told.afterEditor = await page.evaluate(focused);
  const answered = page.waitForResponse((each) => each.request().method() === 'POST');
  await page.keyboard.press('Enter');
  told.byKeyboard = await (await answered).json();
  await close();
}

/** In the page: what a screen reader would call the thing that has the focus. */
function focused() {
  const at = document.activeElement;
  return at.getAttribute('aria-label') ?? at.textContent.slice(0, 40);
}

const browser = await openBrowser();
try {
  for (const part of [firstVisit, work, narrow, byKeyboard]) await part(browser);
} finally {
  await browser.close();
}
console.log(JSON.stringify(told));
