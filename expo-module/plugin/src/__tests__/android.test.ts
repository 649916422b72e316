import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { AndroidConfig } from 'expo/config-plugins';

import { applyToManifest, permissions, raiseMinSdkVersion } from '../android';
import { readOptions, type LivePluginOptions } from '../options';

type Manifest = AndroidConfig.Manifest.AndroidManifest;
type Attributes = Record<string, string>;

const everything = { calls: true, backgroundAudio: true, screenShare: true, pictureInPicture: true };
const nothing = { calls: false, backgroundAudio: false, screenShare: false, pictureInPicture: false };

function freshManifest(): Manifest {
  const launcher = {
    action: [{ $: { 'android:name': 'android.intent.action.MAIN' } }],
    category: [{ $: { 'android:name': 'android.intent.category.LAUNCHER' } }],
  };
  return {
    manifest: {
      $: { 'xmlns:android': 'http://schemas.android.com/apk/res/android' },
      queries: [],
      'uses-permission': [{ $: { 'android:name': 'android.permission.INTERNET' } }],
      application: [
        {
          $: { 'android:name': '.MainApplication' },
          activity: [{ $: { 'android:name': '.MainActivity' }, 'intent-filter': [launcher] }],
          service: [{ $: { 'android:name': '.OfTheApp' } }],
        },
      ],
    },
  } as unknown as Manifest;
}

function apply(options: LivePluginOptions, manifest = freshManifest()) {
  return applyToManifest(manifest, readOptions(options));
}

function asked(manifest: Manifest) {
  const all = (manifest.manifest['uses-permission'] ?? []).map(({ $ }) => $ as Attributes);
  const names = (some: Attributes[]) =>
    some.map((one) => one['android:name']?.replace('android.permission.', '')).sort();
  return {
    wanted: names(all.filter((one) => one['tools:node'] === undefined)),
    removed: names(all.filter((one) => one['tools:node'] === 'remove')),
  };
}

function services(manifest: Manifest): Attributes[] {
  const found = manifest.manifest.application?.[0]?.service ?? [];
  return found.map(({ $ }) => $ as unknown as Attributes);
}

test('calls ring over the lock screen and run in a service of their type', () => {
  const manifest = apply({});
  expect(asked(manifest).wanted).toEqual(
    expect.arrayContaining(['MANAGE_OWN_CALLS', 'USE_FULL_SCREEN_INTENT', 'FOREGROUND_SERVICE_PHONE_CALL']),
  );
  expect(services(manifest)).toContainEqual({
    'android:name': 'com.ipelya.live.service.LiveService',
    'android:foregroundServiceType': 'phoneCall|microphone|camera|mediaPlayback',
    'tools:replace': 'android:foregroundServiceType',
  });
});

test('what is switched off is kept out, although the library names it', () => {
  const manifest = apply(nothing);
  expect(asked(manifest).removed).toEqual([
    'FOREGROUND_SERVICE_MEDIA_PLAYBACK',
    'FOREGROUND_SERVICE_MEDIA_PROJECTION',
    'FOREGROUND_SERVICE_PHONE_CALL',
    'MANAGE_OWN_CALLS',
    'USE_FULL_SCREEN_INTENT',
  ]);
  expect(services(manifest)).toContainEqual({
    'android:name': 'com.ipelya.live.telecom.LiveConnectionService',
    'tools:node': 'remove',
  });
});

test("the app's own services stay", () => {
  expect(services(apply({}))).toContainEqual({ 'android:name': '.OfTheApp' });
});

test.each([everything, nothing])('a second run changes nothing: %j', (options) => {
  const once = apply(options);
  expect(apply(options, structuredClone(once))).toEqual(once);
});

test('a feature that is switched on again leaves nothing of having been off', () => {
  const again = apply(everything, apply(nothing));
  const direct = apply(everything);
  expect(asked(again)).toEqual(asked(direct));
  expect(services(again)).toEqual(services(direct));
});

test("picture in picture is the activity's, and goes with the option", () => {
  const attribute = (manifest: Manifest) =>
    (AndroidConfig.Manifest.getMainActivityOrThrow(manifest).$ as Attributes)['android:supportsPictureInPicture'];
  const manifest = apply(everything);
  expect(attribute(manifest)).toBe('true');
  expect(attribute(apply(nothing, manifest))).toBeUndefined();
});

test('the least Android is raised, and a newer one stays', () => {
  const other = { type: 'property', key: 'hermesEnabled', value: 'true' } as const;
  const of = (value: string) => ({ type: 'property', key: 'android.minSdkVersion', value }) as const;
  expect(raiseMinSdkVersion([other])).toEqual([other, of('26')]);
  expect(raiseMinSdkVersion([of('24'), other])).toEqual([other, of('26')]);
  expect(raiseMinSdkVersion([of('29')])).toEqual([of('29')]);
});

describe("the library's own manifest", () => {
  const library = readFileSync(join(__dirname, '../../../../android/src/main/AndroidManifest.xml'), 'utf8');

  test('names every service that the plugin changes', () => {
    const changed = services(apply(nothing)).filter((one) => one['android:name'] !== '.OfTheApp');
    expect(changed).toHaveLength(2);
    for (const service of changed) expect(library).toContain(`android:name="${service['android:name']}"`);
  });

  test('asks for every permission that the plugin asks for or keeps out', () => {
    const { wanted, unwanted } = permissions(readOptions(nothing));
    for (const permission of [...wanted, ...unwanted]) expect(library).toContain(`android:name="${permission}"`);
  });

  test('gives the service every type that the plugin gives it, and needs the same Android', () => {
    const declared = /foregroundServiceType="([^"]+)"/.exec(library)?.[1]?.split('|').sort();
    const given = services(apply(everything)).find((one) => one['android:foregroundServiceType']);
    expect(given?.['android:foregroundServiceType']?.split('|').sort()).toEqual(declared);
    const least = /minSdkVersion="(\d+)"/.exec(library)?.[1];
    expect(raiseMinSdkVersion([])).toEqual([{ type: 'property', key: 'android.minSdkVersion', value: least }]);
  });
});
