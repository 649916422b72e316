// Makes of what `tsc` wrote a package that every resolver reads as ES modules: Node's asks for the extension of a relative import,
// which the sources leave out as Metro and Jest like it.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const build = resolve(import.meta.dirname, '../build');
const relativeImport = /((?:from|import)\s*\(?\s*['"])(\.{1,2}(?:\/[^'"]*)?)(['"])/g;

for (const file of readdirSync(build, { recursive: true })) {
  if (!/\.(js|d\.ts)$/.test(file)) continue;
  const path = join(build, file);
  const text = readFileSync(path, 'utf8');
  const extended = text.replaceAll(
    relativeImport,
    (_, before, to, after) => before + extend(dirname(path), to) + after,
  );
  if (extended !== text) writeFileSync(path, extended);
}
writeFileSync(join(build, 'package.json'), `${JSON.stringify({ type: 'module', sideEffects: false })}\n`);

function extend(folder, to) {
  const target = resolve(folder, to);
  if (existsSync(target) && statSync(target).isDirectory()) return `${to}/index.js`;
  if (existsSync(`${target}.js`) || existsSync(`${target}.d.ts`)) return `${to}.js`;
  throw new Error(`${folder} imports ${to}, which isn't there`);
}
