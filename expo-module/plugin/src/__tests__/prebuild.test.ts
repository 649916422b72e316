import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh app that installed this package's tarball, and Expo's own `prebuild` on it. */
const packageRoot = join(__dirname, '../../..');
const modules = join(packageRoot, 'node_modules');
const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };

let scratch: string;
let packed: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'ipelya-prebuild-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', scratch], { cwd: packageRoot, stdio: 'pipe' });
  execFileSync('tar', ['xzf', `ipelya-live-${version}.tgz`], { cwd: scratch });
  packed = join(scratch, 'package');
}, 240_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function freshApp(name: string, config: object = {}, options?: object) {
  const root = join(scratch, name);
  mkdirSync(join(root, 'node_modules/@ipelya'), { recursive: true });
  for (const entry of readdirSync(modules)) {
    if (entry !== '@ipelya') symlinkSync(join(modules, entry), join(root, 'node_modules', entry));
  }
  cpSync(packed, join(root, 'node_modules/@ipelya/live'), { recursive: true });
  const plugin = options === undefined ? '@ipelya/live' : ['@ipelya/live', options];
  const expo = {
    name: 'Fresh',
    slug: 'fresh',
    ios: { bundleIdentifier: 'com.example.fresh' },
    android: { package: 'com.example.fresh' },
    plugins: [plugin],
    ...config,
  };
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name, version: '1.0.0', main: 'expo/AppEntry.js' }));
  writeFileSync(join(root, 'app.json'), JSON.stringify({ expo }));
  return root;
}

function prebuild(root: string): string {
  return execFileSync('node', ['node_modules/expo/bin/cli', 'prebuild', '--no-install', '--platform', 'all'], {
    cwd: root,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, CI: '1', EXPO_OFFLINE: '1', EXPO_NO_TELEMETRY: '1' },
  });
}

/** Every native file's path and text. */
function nativeProjects(root: string): Map<string, string> {
  const files = ['android', 'ios'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return new Map(files.sort().map((file) => [file, readFileSync(file, 'utf8')]));
}

test('a fresh app gets what calls and broadcasts need, and a second run changes nothing', () => {
  const root = freshApp('fresh');
  prebuild(root);
  const first = nativeProjects(root);
  const read = (path: string) => first.get(join(root, path));

  const manifest = read('android/app/src/main/AndroidManifest.xml');
  expect(manifest).toContain('<uses-permission android:name="android.permission.USE_FULL_SCREEN_INTENT"/>');
  expect(manifest).toContain('<uses-permission android:name="android.permission.FOREGROUND_SERVICE_PHONE_CALL"/>');
  expect(manifest).toContain('android:foregroundServiceType="phoneCall|microphone|camera|mediaPlayback"');
  expect(manifest).toContain('android:supportsPictureInPicture="true"');
  expect(read('android/gradle.properties')).toContain('android.minSdkVersion=26');

  const plist = read('ios/Fresh/Info.plist');
  expect(plist).toMatch(/<key>UIBackgroundModes<\/key>\s*<array>\s*<string>audio<\/string>\s*<string>voip<\/string>/);
  expect(plist).toMatch(/<key>NSMicrophoneUsageDescription<\/key>\s*<string>\$\(PRODUCT_NAME\) uses/);
  expect(plist).toMatch(/<key>NSCameraUsageDescription<\/key>/);
  expect(read('ios/Fresh/Fresh.entitlements')).toMatch(/<key>aps-environment<\/key>\s*<string>development<\/string>/);

  prebuild(root);
  expect(nativeProjects(root)).toEqual(first);
}, 240_000);

test('an app without calls asks for nothing that only calls need', () => {
  const root = freshApp('quiet', {}, { calls: false, cameraPermission: 'Yayında görünmek için.' });
  prebuild(root);
  const native = nativeProjects(root);
  const manifest = native.get(join(root, 'android/app/src/main/AndroidManifest.xml'));
  expect(manifest).toContain('android.permission.USE_FULL_SCREEN_INTENT" tools:node="remove"');
  const plist = native.get(join(root, 'ios/Fresh/Info.plist'));
  expect(plist).not.toContain('<string>voip</string>');
  expect(plist).toContain('<string>Yayında görünmek için.</string>');
  expect(native.get(join(root, 'ios/Fresh/Fresh.entitlements'))).not.toContain('aps-environment');
}, 240_000);

test.each([
  ['a misspelt option', {}, { backgroundaudio: true }, 'there is no option "backgroundaudio"'],
  [
    'a permission that is blocked and needed',
    { android: { package: 'com.example.fresh', blockedPermissions: ['CAMERA'] } },
    undefined,
    '"android.blockedPermissions" keeps out android.permission.CAMERA',
  ],
])(
  'prebuild stops at %s, and says so',
  (name, config, options, message) => {
    const root = freshApp(name.replaceAll(' ', '-'), config, options);
    expect(() => prebuild(root)).toThrow(message);
  },
  240_000,
);

test('prebuild stops at a second libwebrtc, and says what to do', () => {
  const root = freshApp('second');
  const other = join(root, 'node_modules/react-native-webrtc');
  mkdirSync(other);
  writeFileSync(join(other, 'package.json'), '{"name":"react-native-webrtc","version":"1.0.0"}');
  expect(() => prebuild(root)).toThrow('npm uninstall react-native-webrtc');
}, 240_000);

test('the package holds what an app needs and nothing else', () => {
  const files = readdirSync(packed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(packed.length + 1));
  expect(files).toEqual(
    expect.arrayContaining(['app.plugin.js', 'plugin/build/index.js', 'build/index.js', 'build/index.d.ts', 'LICENSE']),
  );
  expect(files.filter((file) => /__tests__|\.test\.|node_modules|tsbuildinfo|jest\.config|\.tgz$/.test(file))).toEqual(
    [],
  );
});
