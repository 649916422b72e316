// A backend, the exported app on a port of its own, and a browser with a fake camera and microphone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, extname, join, normalize } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { film, hum } from './devices.mjs';

const app = join(dirname(fileURLToPath(import.meta.url)), '..');
const repository = join(app, '../..');
const { chromium } = createRequire(import.meta.url)('playwright-core');

/** What the app is exported with; the server below says instead what this run's backend is called. */
export const placeholders = { url: 'http://supabase.invalid', anonKey: 'anon-key-placeholder' };

const types = { '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json', '.png': 'image/png' };

/** How long something may take that a person waits for, in milliseconds: the machine may be busy. */
export const PATIENCE = Number(process.env.IPELYA_PATIENCE_MS ?? 30_000);

/** Starts everything; `close` ends it. */
export async function stand() {
  const folder = mkdtempSync(join(tmpdir(), 'ipelya-app-'));
  const closing = [() => rmSync(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const end of closing.reverse()) await end();
  };
  try {
    const [program, ...first] = process.env.IPELYA_XTASK ? [process.env.IPELYA_XTASK] : ['cargo', 'xtask'];
    const stack = start(closing, program, [...first, 'stack', '--json']);
    const [line] = await once(createInterface({ input: stack.stdout }), 'line');
    const info = JSON.parse(line);
    const file = join(folder, 'stack.json');
    writeFileSync(file, line);
    const url = await serve(closing, info);
    const browser = await chromium.launch({
      executablePath: process.env.IPELYA_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--autoplay-policy=no-user-gesture-required',
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-video-capture=${film(join(folder, 'camera.y4m'))}`,
        // It is played over and over.
        `--use-file-for-fake-audio-capture=${hum(join(folder, 'microphone.wav'))}`,
        '--use-fake-ui-for-media-stream',
      ],
    });
    closing.push(() => browser.close());
    return {
      info,
      close,
      person: (name, options) => person(browser, url, info, name, options),
      /** A host in Rust, with a test card for a camera. */
      terminal: (name, ...command) => {
        const [cli, ...before] = process.env.IPELYA_CLI
          ? [process.env.IPELYA_CLI]
          : ['cargo', 'run', '--quiet', '--package', 'ipelya-cli', '--'];
        return start(closing, cli, [...before, '--stack', file, '--as', name, ...command]);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A process that is asked to end with the stand, and waited for. */
function start(closing, program, arguments_) {
  const child = spawn(program, arguments_, { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.on('error', (error) => console.error(`${program}: ${error.message}`));
  closing.push(async () => {
    child.kill('SIGINT');
    await ended;
  });
  return Object.assign(child, {
    end: async () => {
      child.kill('SIGINT');
      await ended;
    },
    line: async (pattern) => {
      for await (const line of createInterface({ input: child.stdout })) {
        const found = pattern.exec(line);
        if (found) return found;
      }
      throw new Error(`${program} ended without saying ${pattern}`);
    },
  });
}

async function serve(closing, { supabase_url, anon_key }) {
  const root = join(app, 'dist/web');
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    const wanted = join(root, path);
    // Every address is the app's: it has one page.
    const file = extname(path) !== '' && existsSync(wanted) ? wanted : join(root, 'index.html');
    response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
    if (extname(file) !== '.js') return createReadStream(file).pipe(response);
    const text = readFileSync(file, 'utf8');
    return response.end(text.replaceAll(placeholders.url, supabase_url).replaceAll(placeholders.anonKey, anon_key));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://localhost:${server.address().port}`;
}

/** Somebody with a browser of their own, signed in. */
async function person(browser, url, info, name, { width = 390, height = 844, isDark = false } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: isDark ? 'dark' : 'light',
    permissions: ['camera', 'microphone'],
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(url);
  const user = info.users.find((one) => one.name === name);
  const button = (label) => page.getByRole('button', { name: label, exact: typeof label === 'string' });
  const signIn = async () => {
    await page.getByLabel('E-mail').fill(user.email);
    await page.getByLabel('Password').fill(user.password);
    await button('Sign in').click();
    await page.getByRole('heading', { name: 'Discover' }).waitFor();
  };
  return {
    page,
    user,
    complaints,
    signIn,
    button,
    press: (label) => button(label).click(),
    tab: (label) =>
      page
        .getByRole('tab', { name: label })
        .or(page.getByRole('link', { name: label, exact: true }))
        .first()
        .click(),
    sees: (text) => page.getByText(text).filter({ visible: true }).first().waitFor(),
    open: (title) => page.getByRole('link', { name: title }).click(),
    /** Pictures arrive, and are large enough to be seen. */
    watches: (user) =>
      page.waitForFunction(
        (user) => {
          const video = document.querySelector(`video[data-user="${user}"]`);
          if (!video || video.videoWidth === 0 || video.clientWidth < 80 || video.clientHeight < 80) return false;
          return video.getVideoPlaybackQuality().totalVideoFrames > 12;
        },
        user,
        { timeout: PATIENCE },
      ),
    /** Sound arrives from somebody: an element plays a track that isn't silent. */
    hears: () =>
      page.waitForFunction(
        async () => {
          for (const element of document.querySelectorAll('audio')) {
            if (!element.srcObject || element.paused) continue;
            const context = new AudioContext();
            try {
              const analyser = context.createAnalyser();
              context.createMediaStreamSource(element.srcObject).connect(analyser);
              await new Promise((resolve) => setTimeout(resolve, 400));
              const samples = new Float32Array(analyser.fftSize);
              analyser.getFloatTimeDomainData(samples);
              if (samples.some((sample) => Math.abs(sample) > 0.001)) return true;
            } finally {
              await context.close();
            }
          }
          return false;
        },
        null,
        { timeout: PATIENCE, polling: 500 },
      ),
    close: () => context.close(),
  };
}
