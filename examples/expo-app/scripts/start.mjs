// Starts a backend of its own (`cargo xtask stack`) and Expo's development server against it; both end together.
// usage: npm start [-- --web | --android | --ios]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const app = join(dirname(fileURLToPath(import.meta.url)), '..');
const repository = join(app, '../..');

const built = spawn('npm', ['run', 'build'], { cwd: join(repository, 'expo-module'), stdio: 'inherit' });
const [failed] = await once(built, 'exit');
if (failed !== 0) process.exit(failed ?? 1);

const stack = spawn('cargo', ['xtask', 'stack', '--json'], { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] });
stack.on('exit', (code) => process.exit(code ?? 1));
const [line] = await once(createInterface({ input: stack.stdout }), 'line');
const { supabase_url, anon_key, users } = JSON.parse(line);

console.log('\nSign in as');
for (const { email, password } of users) console.log(`  ${email.padEnd(30)} ${password}`);
console.log();

// Always anew: what the last backend was called is in Metro's cache.
const expo = spawn('npx', ['expo', 'start', '--clear', ...process.argv.slice(2)], {
  cwd: app,
  stdio: 'inherit',
  env: { ...process.env, EXPO_PUBLIC_SUPABASE_URL: supabase_url, EXPO_PUBLIC_SUPABASE_ANON_KEY: anon_key },
});
expo.on('exit', () => stack.kill('SIGINT'));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => expo.kill(signal));
