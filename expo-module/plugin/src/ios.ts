import { withEntitlementsPlist, withInfoPlist, withPodfileProperties, type ConfigPlugin } from 'expo/config-plugins';

import { playsInBackground, type Settings } from './options';

type Plist = Record<string, unknown>;

/** The least iOS: Expo's own. */
const deploymentTarget = '16.4';

const usage = {
  NSCameraUsageDescription: '$(PRODUCT_NAME) uses the camera when you are on air or in a video call.',
  NSMicrophoneUsageDescription: '$(PRODUCT_NAME) uses the microphone when you are on air or in a call.',
} as const;

/** What an app with these settings declares in its Info.plist; what else is in it stays. */
export function applyToInfoPlist<T extends Plist>(plist: T, settings: Settings): T {
  const texts = {
    NSCameraUsageDescription: settings.cameraPermission,
    NSMicrophoneUsageDescription: settings.microphonePermission,
  };
  for (const key of Object.keys(usage) as (keyof typeof usage)[]) {
    (plist as Plist)[key] = texts[key] ?? plist[key] ?? usage[key];
  }
  const modes = [...(playsInBackground(settings) ? ['audio'] : []), ...(settings.calls ? ['voip'] : [])];
  const found = Array.isArray(plist.UIBackgroundModes) ? (plist.UIBackgroundModes as string[]) : [];
  const all = [...new Set([...found, ...modes])];
  if (all.length > 0) (plist as Plist).UIBackgroundModes = all;
  return plist;
}

/** Pushes need an entitlement. What the app or another plugin chose before stays, unless it is said here. */
export function applyToEntitlements<T extends Plist>(entitlements: T, settings: Settings): T {
  if (settings.calls) (entitlements as Plist)['aps-environment'] ??= settings.apsEnvironment;
  return entitlements;
}

/** Raises `ios.deploymentTarget` where it is lower; an app that wants a newer iOS keeps its own. */
export function raiseDeploymentTarget<T extends Plist>(properties: T): T {
  const found = properties['ios.deploymentTarget'];
  if (typeof found === 'string' && isOlder(found, deploymentTarget)) {
    (properties as Plist)['ios.deploymentTarget'] = deploymentTarget;
  }
  return properties;
}

function isOlder(version: string, other: string): boolean {
  return version.localeCompare(other, 'en', { numeric: true }) < 0;
}

/** iOS's side of the plugin. */
export const withIos: ConfigPlugin<Settings> = (config, settings) => {
  const withPlist = withInfoPlist(config, (mod) => {
    mod.modResults = applyToInfoPlist(mod.modResults, settings);
    return mod;
  });
  const withEntitlements = withEntitlementsPlist(withPlist, (mod) => {
    mod.modResults = applyToEntitlements(mod.modResults, settings);
    return mod;
  });
  return withPodfileProperties(withEntitlements, (mod) => {
    mod.modResults = raiseDeploymentTarget(mod.modResults);
    return mod;
  });
};
