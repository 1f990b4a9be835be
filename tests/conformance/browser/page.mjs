// The page as a person meets it, and what it must not do while they work with it.
import { join } from 'node:path';

export const { LIFTOS_URL: ENDPOINT, LIFTOS_TOKEN: TOKEN, SHOTS } = process.env;
export const QUERY = '.graphiql-query-editor textarea';
const ORIGIN = new URL(ENDPOINT).origin;
const isOurs = (url) => [ORIGIN, ORIGIN.replace('http', 'ws'), 'data:'].some((own) => url.startsWith(own));

/** Opens the page in a browser context of its own and notes what leaves it or is refused. */
export async function openPage(browser, { scheme = 'light', width = 1280, height = 800 } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const seen = { outside: [], violations: [], crashes: [], sent: [] };
  page.on('request', (request) => isOurs(request.url()) || seen.outside.push(request.url()));
  page.on('pageerror', (error) => seen.crashes.push(String(error)));
  await page.exposeFunction('noteViolation', (told) => seen.violations.push(told));
  await page.evaluateOnNewDocument(() =>
    document.addEventListener('securitypolicyviolation', (event) =>
      window.noteViolation(`${event.violatedDirective} ${event.blockedURI}`),
    ),
  );
  const wire = await page.createCDPSession();
  await wire.send('Network.enable');
  wire.on('Network.webSocketFrameSent', ({ response }) => seen.sent.push(response.payloadData));
  wire.on('Network.webSocketCreated', ({ url }) => isOurs(url) || seen.outside.push(url));
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.setViewport({ width, height });
  await page.goto(ENDPOINT, { waitUntil: 'networkidle0' });
  await page.waitForSelector('.graphiql-query-editor .view-line');
  return { page, seen, close: () => context.close() };
}

export const shot = (page, name) => SHOTS && page.screenshot({ path: join(SHOTS, `${name}.png`) });

/** Pastes a token as a person does; the docs are fetched anew with it. */
export async function paste(page, token) {
  await page.focus('#token');
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData('text', text);
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, token);
  await page.waitForNetworkIdle();
}

export const tabs = (page) => page.$$eval('.graphiql-tab-button', (all) => all.map((each) => each.textContent));

export async function openTab(page, name) {
  await page.evaluate((wanted) => {
    [...document.querySelectorAll('.graphiql-tab-button')].find((each) => each.textContent === wanted).click();
  }, name);
  await page.waitForFunction(
    (wanted) => document.querySelector('.graphiql-tab-active')?.textContent.startsWith(wanted), {}, name,
  );
}

/** Runs the open tab by the keyboard and gives the answer that came over HTTP. */
export async function run(page) {
  await page.focus(QUERY);
  const [answer] = await Promise.all([
    page.waitForResponse((each) => each.url() === ENDPOINT && each.request().method() === 'POST'),
    chord(page, 'Control', 'Enter'),
  ]);
  return answer.json();
}

export async function chord(page, held, key) {
  await page.keyboard.down(held);
  await page.keyboard.press(key);
  await page.keyboard.up(held);
}

/** The text in the window of answers, spaces as they are. */
export const shown = (page) =>
  page.$eval('.result-window', (pane) =>
    [...pane.querySelectorAll('.view-line')]
      .sort((a, b) => parseInt(a.style.top, 10) - parseInt(b.style.top, 10))
      .map((line) => line.textContent.replaceAll('\u00a0', ' ')).join('\n'),
  );

export const waitForShown = (page, text) =>
  page.waitForFunction(
    (wanted) => document.querySelector('.result-window')?.textContent.replaceAll('\u00a0', ' ').includes(wanted),
    { timeout: 20_000 }, text,
  );
