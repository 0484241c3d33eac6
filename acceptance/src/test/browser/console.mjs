// The console in a real browser, before a real gateway and real nodes: every view renders with live
// data, actions work, nothing errs or leaves the gateway, axe-core finds no serious fault.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const { API, CONSOLE, TOKEN, CONFIGURED, CONFIGURED_TOKEN, FILE, SHOTS, CHROMIUM } = process.env;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const faults = [];

function check(fact, what) {
  if (!fact) {
    faults.push(what);
  }
}

async function chat(content, id) {
  const response = await fetch(`${API}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'x-request-id': id },
    body: JSON.stringify({ model: 'tokenlane-demo', temperature: 0, messages: [{ role: 'user', content }] }),
  });
  check(response.ok, `chat ${id}: ${response.status}`);
  await response.text();
}

const records = JSON.stringify(Array.from({ length: 8 }, (_, i) => ({ city: `Town ${i}`, country: 'Small World', size: i })), null, 2);
for (const [content, id] of [
  ['What is the capital of France?', 'console-1'], ['What is the capital of France?', 'console-2'],
  ['What is 3 + 4?', 'console-3'], [`Which of these is the largest?\n${records}`, 'console-4'],
]) {
  await chat(content, id);
}

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
});
const context = await browser.newContext({ viewport: { width: 1180, height: 760 }, colorScheme: 'light' });
const page = await context.newPage();
page.setDefaultTimeout(30_000);
let refusing = false;
page.on('console', (said) => said.type() === 'error' && !(refusing && said.text().includes('422')) && faults.push(`console: ${said.text()}`));
page.on('pageerror', (error) => faults.push(`page: ${error.message}`));
page.on('request', (request) => {
  const url = new URL(request.url());
  check(url.protocol === 'data:' || url.origin === new URL(CONSOLE).origin || url.origin === new URL(CONFIGURED).origin, `foreign request: ${request.url()}`);
});

mkdirSync(SHOTS, { recursive: true });
const shot = (name) => page.screenshot({ path: `${SHOTS}/${name}.png` });

async function audit(where) {
  // As text: by the debugger, which the page's policy does not bind.
  await page.evaluate(`${axe}; 0`);
  const result = await page.evaluate(() => window.axe.run());
  for (const fault of result.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')) {
    faults.push(`axe, ${where}: ${fault.id}: ${fault.nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`);
  }
}

async function view(name, title, proof) {
  await page.getByRole('link', { name: title, exact: true }).click();
  await proof();
  await audit(name);
}

// A login by the address that ./tokenlane up prints, which leaves no trace of its token.
await page.goto(`${CONSOLE}#token=${TOKEN}`);
await page.getByText('live', { exact: true }).waitFor();
await page.getByRole('button', { name: 'Log out' }).waitFor();
check(!page.url().includes(TOKEN), `the token stands in ${page.url()}`);
console.log('login ok');

await view('overview', 'Overview', async () => {
  await page.locator('.uplot canvas').first().waitFor();
  await page.locator('dt', { hasText: 'tokens written' }).waitFor();
  const written = await page.locator('dl.tiles div', { hasText: 'tokens written' }).locator('dd').textContent();
  check(Number(written.replaceAll(',', '')) > 0, `tokens written: ${written}`);
});
await page.waitForFunction(() => document.querySelectorAll('.uplot').length === 4);
await shot('overview');

await view('nodes', 'Nodes', async () => {
  await page.getByRole('cell', { name: 'node-2', exact: true }).waitFor();
  await page.locator('meter').first().waitFor();
});
await shot('nodes');
await page.getByRole('button', { name: 'Drain node-1' }).click();
await page.getByText('node-1 is DRAINING.').waitFor();
await page.getByRole('button', { name: 'Re-admit node-1' }).click();
await page.getByText(/node-1 is (UP|RAMPING)\./).waitFor();
console.log('drain ok');

await view('cache', 'Cache', async () => {
  await page.getByRole('region', { name: /Asked most/ }).locator('code').first().waitFor();
});
await shot('cache');
await page.getByLabel('by', { exact: true }).selectOption('route');
await page.getByLabel('value', { exact: true }).fill('tokenlane-nodes');
await page.getByRole('button', { name: 'Purge' }).click();
await page.getByText(/^[1-9]\d* stored answers purged/).waitFor();
console.log('purge ok');

await view('prompts', 'Prompts', async () => {
  await page.getByLabel(/a prompt; it is not sent/).fill(`Which is the largest?\n${records}`);
  await page.getByRole('button', { name: 'Compress' }).click();
  await page.locator('[data-test=before] del').first().waitFor();
  const [before, after] = await Promise.all(['before', 'after'].map((t) => page.locator(`[data-test=${t}]`).textContent()));
  check(after.length > 0 && after.length < before.length, `compressed from ${before.length} to ${after.length} characters`);
});
await page.getByRole('region', { name: 'Saved by rule' }).scrollIntoViewIfNeeded();
await shot('prompts');

await view('requests', 'Requests', async () => {
  await page.getByLabel(/x-request-id/).fill('console-1');
  await page.getByRole('button', { name: 'Inspect' }).click();
  await page.getByRole('cell', { name: /\(chosen\)/ }).waitFor();
  await page.locator('[data-test=waterfall] rect').first().waitFor();
});
await page.getByRole('heading', { name: 'Request console-1' }).scrollIntoViewIfNeeded();
await shot('requests');
await page.goto(`${CONSOLE}#/requests/console-2`);
await page.getByText('Cache-Status: tokenlane; hit').waitFor();
console.log('inspector ok');

await view('playground', 'Playground', async () => {
  await page.getByLabel('message', { exact: true }).fill('What is the capital of France?');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('The answer is complete.').waitFor();
  check((await page.locator('[data-test=chat]').textContent()).includes('Paris'), 'the playground did not find Paris');
  await page.locator('dt', { hasText: 'prompt tokens' }).waitFor();
});
await shot('playground');

await view('settings', 'Configuration', async () => {
  await page.getByText('tokenlane.nodes[0].uri').waitFor();
  check(!(await page.content()).includes(TOKEN), 'the console token is shown');
});

// Dark, and on a phone: nothing but tables scrolls sideways.
await page.emulateMedia({ colorScheme: 'dark' });
await view('overview, dark', 'Overview', () => page.locator('.uplot canvas').first().waitFor());
await shot('overview-dark');
await page.setViewportSize({ width: 375, height: 740 });
for (const [name, title] of [['overview', 'Overview'], ['nodes', 'Nodes'], ['cache', 'Cache'], ['prompts', 'Prompts'],
  ['requests', 'Requests'], ['playground', 'Playground'], ['settings', 'Configuration']]) {
  await view(`${name}, phone`, title, () => page.locator('main h2, main dl').first().waitFor());
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(beyond <= 0, `${name}: ${beyond} px wider than a phone`);
}
await page.getByRole('link', { name: 'Nodes', exact: true }).click();
await page.locator('meter').first().waitFor();
await shot('nodes-phone');

// By keyboard alone: the first stop is the way past the navigation.
await page.reload();
await page.getByText('live', { exact: true }).waitFor();
await page.keyboard.press('Tab');
check((await page.evaluate(() => document.activeElement.textContent)) === 'To the content', 'no skip link at the first Tab');
await page.keyboard.press('Enter');
check((await page.evaluate(() => document.activeElement.id)) === 'main', 'the skip link does not lead to the content');
console.log('keyboard ok');

// Without a login nothing is changed, and the API's port shows nothing at all.
await page.getByRole('button', { name: 'Log out' }).click();
await page.getByRole('button', { name: 'Log in' }).waitFor();
check(await page.getByRole('button', { name: /Drain node-1/ }).isDisabled(), 'draining is open to everybody');
const guest = await (await browser.newContext()).newPage();
await guest.goto(`${API}/console/`);
await guest.getByText('Log in with a credential').waitFor();
console.log('guest ok');

// A gateway with a file: what it says now, as a difference; taken over, refused, and what became of both.
await page.setViewportSize({ width: 1180, height: 760 });
await page.emulateMedia({ colorScheme: 'light' });
const asStarted = readFileSync(FILE, 'utf8');
await page.goto(`${CONFIGURED}#token=${CONFIGURED_TOKEN}`);
await page.getByRole('button', { name: 'Log out' }).waitFor();
await page.getByRole('link', { name: 'Configuration', exact: true }).click();
await page.getByText('As loaded.').waitFor();
const reload = page.getByRole('button', { name: 'Reload' });
writeFileSync(FILE, `${asStarted}tokenlane.stream.heartbeat: 21s\n`);
await reload.click();
await page.getByText('Taken over: tokenlane.stream.heartbeat.').waitFor();
const taken = page.getByRole('region', { name: /^Taken over at/ }).first();
await taken.getByText('21s').waitFor();
check((await taken.textContent()).includes('tokenlane.stream.heartbeat'), 'the changed property is not named');
await page.getByRole('row', { name: /tokenlane\.stream\.heartbeat 21s Config resource/ }).waitFor();
await audit('reload');
await page.getByRole('heading', { name: 'Reloads' }).scrollIntoViewIfNeeded();
await shot('reload');
writeFileSync(FILE, `${asStarted}tokenlane.stream.heartbeat: soon\n`);
await page.getByText(/The gateway would not start with what the files say: .*heartbeat: soon/).waitFor();
await page.getByText(/Changed since it was loaded/).waitFor();
// A refusal is an answer of 422, which the browser's console calls an error.
refusing = true;
await reload.click();
await page.getByText(/^Refused: .*heartbeat: soon/).waitFor();
await page.getByText('refused', { exact: true }).first().waitFor();
writeFileSync(FILE, asStarted);
await page.getByText('As loaded.').or(taken.getByText('21s')).first().waitFor();
await page.getByRole('button', { name: 'Log out' }).click();
await page.getByRole('button', { name: 'Log in' }).waitFor();
check(await reload.isDisabled(), 'reloading is open to everybody');
console.log('reload ok');

await browser.close();
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log('console ok');
