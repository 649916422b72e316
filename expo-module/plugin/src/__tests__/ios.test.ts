import { applyToEntitlements, applyToInfoPlist, raiseDeploymentTarget } from '../ios';
import { readOptions, type LivePluginOptions } from '../options';

const plist = (options: LivePluginOptions, found: Record<string, unknown> = {}) =>
  applyToInfoPlist(found, readOptions(options));

test('calls bring background sound and VoIP pushes', () => {
  expect(plist({ backgroundAudio: false }).UIBackgroundModes).toEqual(['audio', 'voip']);
  expect(plist({ calls: false }).UIBackgroundModes).toEqual(['audio']);
  expect(plist({ calls: false, backgroundAudio: false })).not.toHaveProperty('UIBackgroundModes');
});

test("the app's own background modes and usage strings stay", () => {
  const found = { UIBackgroundModes: ['fetch', 'audio'], NSCameraUsageDescription: 'To show your shop.' };
  expect(plist({}, found)).toMatchObject({
    UIBackgroundModes: ['fetch', 'audio', 'voip'],
    NSCameraUsageDescription: 'To show your shop.',
    NSMicrophoneUsageDescription: expect.stringContaining('$(PRODUCT_NAME)'),
  });
});

test('a usage string that the app gives to the plugin wins', () => {
  const found = { NSMicrophoneUsageDescription: 'Older.' };
  expect(plist({ microphonePermission: 'Sesini duyurmak için.' }, found).NSMicrophoneUsageDescription).toBe(
    'Sesini duyurmak için.',
  );
});

test('a second run changes nothing', () => {
  const once = plist({});
  expect(plist({}, structuredClone(once))).toEqual(once);
});

test('pushes get their entitlement, unless the app chose one or has no calls', () => {
  expect(applyToEntitlements({}, readOptions({}))).toEqual({ 'aps-environment': 'development' });
  expect(applyToEntitlements({}, readOptions({ apsEnvironment: 'production' }))).toEqual({
    'aps-environment': 'production',
  });
  const chosen = { 'aps-environment': 'production' };
  expect(applyToEntitlements({ ...chosen }, readOptions({}))).toEqual(chosen);
  expect(applyToEntitlements({}, readOptions({ calls: false }))).toEqual({});
});

test('the least iOS is raised, and a newer one stays', () => {
  const key = 'ios.deploymentTarget';
  expect(raiseDeploymentTarget({ [key]: '15.1' })).toEqual({ [key]: '16.4' });
  expect(raiseDeploymentTarget({ [key]: '18.0' })).toEqual({ [key]: '18.0' });
  expect(raiseDeploymentTarget({})).toEqual({});
});
