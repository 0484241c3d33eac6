// Writes the hash of the sources beside what was built from them, so that a test can tell whether
// the committed page is that of the committed sources.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const files = ['index.html', 'package.json', 'package-lock.json', 'tsconfig.json', 'vite.config.ts'];
files.push(...readdirSync('src').map((name) => `src/${name}`));
const hash = createHash('sha256');
for (const file of files.sort()) {
  hash.update(`${file}\n`).update(readFileSync(file));
}
writeFileSync('../resources/console/sources.sha256', `${hash.digest('hex')}\n`);
