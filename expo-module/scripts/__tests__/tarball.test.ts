import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is published, and what becomes of it in whoever installs it. */
const packageRoot = join(__dirname, '../..');
const modules = join(packageRoot, 'node_modules');
const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };

let scratch: string;
let tarball: string;
let packed: string;
let app: string;

const run = (program: string, ...options: string[]) =>
  execFileSync(join(modules, '.bin', program), options, { cwd: app, stdio: 'pipe', encoding: 'utf8' });

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'ipelya-tarball-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', scratch], { cwd: packageRoot, stdio: 'pipe' });
  tarball = join(scratch, `ipelya-live-${version}.tgz`);
  execFileSync('tar', ['xzf', tarball], { cwd: scratch });
  packed = join(scratch, 'package');
  app = join(scratch, 'app');
  mkdirSync(join(app, 'node_modules/@ipelya'), { recursive: true });
  for (const entry of readdirSync(modules)) {
    if (entry !== '@ipelya') symlinkSync(join(modules, entry), join(app, 'node_modules', entry));
  }
  cpSync(packed, join(app, 'node_modules/@ipelya/live'), { recursive: true });
}, 240_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('it holds what an app needs, and nothing that was only for making it', () => {
  const files = readdirSync(packed, { recursive: true, encoding: 'utf8' });
  const needed = ['README.md', 'CHANGELOG.md', 'LICENSE', 'app.plugin.js', 'plugin/build/index.js', 'src/index.ts'];
  const built = ['index', 'index.web', 'testing/index'].flatMap((name) => [`build/${name}.js`, `build/${name}.d.ts`]);
  expect(files).toEqual(expect.arrayContaining([...needed, ...built]));
  const leftovers = files.filter((file) =>
    /__tests__|\.test\.|\.real\.|tsconfig|jest|(^|\/)scripts|node_modules|\.tgz/.test(file),
  );
  expect(leftovers).toEqual([]);
});

test('publint finds nothing', async () => {
  const report = execFileSync(join(modules, '.bin/publint'), ['run', tarball, '--strict'], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
  expect(report).toContain('All good!');
}, 60_000);

test('its types resolve as its code does, for whoever reads ES modules', () => {
  // Apps are bundled by Metro, which reads ES modules; the config plugin is for Expo's tools alone and has no types.
  run('attw', tarball, '--profile', 'esm-only', '--exclude-entrypoints', './app.plugin.js', './package.json');
}, 120_000);

test('an app that installs it compiles, with what it misuses marked as an error', () => {
  writeFileSync(
    join(app, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        jsx: 'react-jsx',
        target: 'esnext',
        module: 'esnext',
        moduleResolution: 'bundler',
        customConditions: ['react-native'],
        skipLibCheck: true,
        types: [],
      },
      include: ['*.tsx'],
    }),
  );
  writeFileSync(
    join(app, 'App.tsx'),
    `import { createClient } from '@supabase/supabase-js';
import { createLiveClient, LiveError, LiveProvider, useCall, useLiveSession } from '@ipelya/live';
import { BroadcastScreen, CallScreen } from '@ipelya/live/screens';
import { createFakeLive } from '@ipelya/live/testing';

const supabase = createClient('https://example.supabase.co', 'sb_publishable_x');
export const live = createLiveClient({ supabase });
export const fake = createFakeLive({ coins: 5 });

export function Buy({ id }: { id: string }) {
  const { lock, join, microphone } = useLiveSession(id);
  const { incoming } = useCall();
  const buy = (price: number) =>
    join({ acceptPrice: price }).catch((error: unknown) => {
      if (LiveError.is(error, 'price_changed')) console.log(error.details.price_coins, error.retryAfterMs);
    });
  if (lock?.lock === 'purchase') void buy(lock.price_coins);
  // @ts-expect-error -- there is no such lock
  if (lock?.lock === 'sold') microphone.toggle();
  // @ts-expect-error -- a price is a number
  void join({ acceptPrice: incoming?.peerId });
  return null;
}

export const App = () => (
  <LiveProvider client={live}>
    <BroadcastScreen id="x" nameOf={(user) => user} onClose={() => undefined} />
    <CallScreen nameOf={(user) => user} />
  </LiveProvider>
);
`,
  );
  expect(run('tsc', '-p', '.')).toBe('');
}, 120_000);

describe('bundled and minified', () => {
  const external = ['react', 'react/jsx-runtime', 'react-native', 'expo', 'livekit-client'];

  function bundle(text: string, condition: string): string {
    const entry = join(app, `${condition}.js`);
    writeFileSync(entry, text);
    const externals = external.map((name) => `--external:${name}`);
    return run(
      'esbuild',
      entry,
      '--bundle',
      '--minify',
      '--charset=utf8',
      '--format=esm',
      `--conditions=${condition}`,
      ...externals,
    );
  }

  test('client, hooks and components are below 60 kB for a phone, and the screens below 10 kB more', () => {
    const size = (text: string) => Buffer.byteLength(bundle(text, 'react-native'));
    const all = size(`export * from '@ipelya/live';`);
    expect(all).toBeGreaterThan(10_000);
    expect(all).toBeLessThan(60_000);
    const withScreens = size(`export * from '@ipelya/live'; export * from '@ipelya/live/screens';`);
    expect(withScreens - all).toBeLessThan(10_000);
  }, 60_000);

  test('who uses one thing carries that alone', () => {
    const text = bundle(`export { LiveError } from '@ipelya/live';`, 'react-native');
    expect(text.length).toBeLessThan(8_000);
    expect(text).not.toContain('LiveProvider');
  }, 60_000);

  test('a phone carries no browser, and no app carries the fake', () => {
    const phone = bundle(`export * from '@ipelya/live';`, 'react-native');
    const browser = bundle(`export * from '@ipelya/live';`, 'browser');
    expect(phone).not.toContain('getUserMedia');
    expect(phone).not.toContain('livekit-client');
    expect(browser).toContain('livekit-client');
    for (const text of [phone, browser]) expect(text).not.toContain('fake.supabase.co');
  }, 60_000);
});
