// Says each test in a line, why it failed, and at the end the count as Jest says it.
export default async function* reporter(events) {
  let [passed, failed, skipped] = [0, 0, 0];
  for await (const { type, data } of events) {
    if (type === 'test:pass' && data.details.type !== 'suite') {
      if (data.skip === undefined && data.todo === undefined) passed += 1;
      else skipped += 1;
      yield `✓ ${data.name} (${Math.round(data.details.duration_ms)} ms)\n`;
    }
    if (type === 'test:fail' && data.details.type !== 'suite') {
      failed += 1;
      const { cause } = data.details.error;
      yield `✗ ${data.name}\n${cause?.stack ?? cause ?? data.details.error}\n`;
    }
    if (type === 'test:stderr' || type === 'test:stdout') yield data.message;
  }
  const some = (count, word) => (count === 0 ? '' : `${count} ${word}, `);
  yield `Tests: ${some(failed, 'failed')}${some(skipped, 'skipped')}${passed} passed, ${passed + failed + skipped} total\n`;
}
