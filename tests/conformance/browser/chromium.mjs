// Chromium out of an npm package, which brings the libraries that it needs along.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const unpacked = join(import.meta.dirname, 'node_modules', '.chromium');
mkdirSync(unpacked, { recursive: true });
process.env.TMPDIR = unpacked;
process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs22.x'; // Whose libraries are not installed either.

const { default: chromium } = await import('@sparticuz/chromium');
const { default: puppeteer } = await import('puppeteer-core');

/** A browser that can resolve no name: whatever a page loads must lie on this machine. */
export async function openBrowser() {
  return puppeteer.launch({
    executablePath: await chromium.executablePath(),
    headless: 'shell',
    args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  });
}
