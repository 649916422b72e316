import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { LiveError } from '../../src/errors';
import type { ErrorCode } from '../../src/generated/bridge';
import { errorCodes } from '../../src/generated/errors';

const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');

test.each(Object.keys(errorCodes) as ErrorCode[])('the README says of %s what the error itself says', (code) => {
  expect(readme).toContain(`| \`${code}\` | ${new LiveError(code, '').fix} |`);
});

test('the README knows every hook', () => {
  const exported = readFileSync(join(__dirname, '../../src/hooks/index.ts'), 'utf8').replaceAll(/from '.*'/g, '');
  const hooks = exported.match(/\buse[A-Z]\w+/g) ?? [];
  expect(hooks.length).toBeGreaterThan(10);
  for (const hook of hooks) expect(readme).toContain(hook);
});
