// Chromium out of an npm package, which brings the libraries that it needs along.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const unpacked = join(import.meta.dirname, 'node_modules', '.chromium');
mkdirSync(unpacked, { recursive: true });
process.env.TMPDIR = unpacked;
// The package looks for its fonts in folders of Lambda; without any font a page with text crashes.
process.env.FONTCONFIG_FILE = join(unpacked, 'fontconfig.xml');
writeFileSync(process.env.FONTCONFIG_FILE, `<?xml version="1.0"?>
<fontconfig><dir>${join(unpacked, 'fonts')}</dir><cachedir>${join(unpacked, 'fonts-cache')}</cachedir></fontconfig>
`);
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
