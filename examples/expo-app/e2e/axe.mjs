import { createRequire } from 'node:module';

const { source } = createRequire(import.meta.url)('axe-core');

/** What axe-core finds seriously wrong with the page, in a line each. */
export async function seriousIssues(page) {
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}
