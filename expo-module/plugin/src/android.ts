import {
  AndroidConfig,
  WarningAggregator,
  withAndroidManifest,
  withGradleProperties,
  type ConfigPlugin,
} from 'expo/config-plugins';

import { PluginOptionsError, playsInBackground, type Settings } from './options';

type Manifest = AndroidConfig.Manifest.AndroidManifest;
type Service = NonNullable<AndroidConfig.Manifest.ManifestApplication['service']>[number];
type Property = AndroidConfig.Properties.PropertiesItem;

/** The least Android: self-managed calls came with 8.0. */
const minSdkVersion = 26;
const connectionService = 'com.ipelya.live.telecom.LiveConnectionService';
const liveService = 'com.ipelya.live.service.LiveService';

const always = [
  'INTERNET',
  'ACCESS_NETWORK_STATE',
  'CAMERA',
  'RECORD_AUDIO',
  'MODIFY_AUDIO_SETTINGS',
  'POST_NOTIFICATIONS',
  'WAKE_LOCK',
  'FOREGROUND_SERVICE',
  'FOREGROUND_SERVICE_MICROPHONE',
  'FOREGROUND_SERVICE_CAMERA',
];

/** What a feature needs beyond that, and nobody else in the app would ask for. */
function features(settings: Settings) {
  return [
    {
      isOn: settings.calls,
      permissions: ['MANAGE_OWN_CALLS', 'USE_FULL_SCREEN_INTENT', 'FOREGROUND_SERVICE_PHONE_CALL'],
      serviceTypes: ['phoneCall'],
    },
    { isOn: true, permissions: [], serviceTypes: ['microphone', 'camera'] },
    {
      isOn: playsInBackground(settings),
      permissions: ['FOREGROUND_SERVICE_MEDIA_PLAYBACK'],
      serviceTypes: ['mediaPlayback'],
    },
    {
      isOn: settings.screenShare,
      permissions: ['FOREGROUND_SERVICE_MEDIA_PROJECTION'],
      serviceTypes: ['mediaProjection'],
    },
  ];
}

const fullName = (permission: string) => `android.permission.${permission}`;

/** The permissions an app with these settings asks for, and those that are kept out although the library names them. */
export function permissions(settings: Settings): { wanted: string[]; unwanted: string[] } {
  const all = features(settings);
  const ofFeatures = (isOn: boolean) =>
    all.filter((feature) => feature.isOn === isOn).flatMap((feature) => feature.permissions);
  return {
    wanted: [...always, ...ofFeatures(true)].map(fullName),
    unwanted: ofFeatures(false).map(fullName),
  };
}

/** Brings a manifest into the shape the settings ask for, whatever an earlier run left in it. */
export function applyToManifest(manifest: Manifest, settings: Settings): Manifest {
  AndroidConfig.Manifest.ensureToolsAvailable(manifest);
  const { wanted, unwanted } = permissions(settings);
  // What an earlier run kept out would stay out: a permission is written anew.
  AndroidConfig.Permissions.removePermissions(manifest, [...blocked(manifest, wanted), ...unwanted]);
  AndroidConfig.Permissions.ensurePermissions(manifest, wanted);
  AndroidConfig.Permissions.addBlockedPermissions(manifest, unwanted);

  const application = AndroidConfig.Manifest.getMainApplicationOrThrow(manifest);
  const others = (application.service ?? []).filter(
    ({ $ }) => $['android:name'] !== liveService && $['android:name'] !== connectionService,
  );
  const types = features(settings).flatMap((feature) => (feature.isOn ? feature.serviceTypes : []));
  const live = {
    'android:name': liveService,
    'android:foregroundServiceType': types.join('|'),
    'tools:replace': 'android:foregroundServiceType',
  };
  const removed = { 'android:name': connectionService, 'tools:node': 'remove' };
  const services = settings.calls ? [live] : [live, removed];
  application.service = [...others, ...services.map(($) => ({ $ }) as Service)];

  const activity = AndroidConfig.Manifest.getMainActivityOrThrow(manifest);
  const attributes = activity.$ as Record<string, string>;
  if (settings.pictureInPicture) attributes['android:supportsPictureInPicture'] = 'true';
  else delete attributes['android:supportsPictureInPicture'];
  return manifest;
}

function blocked(manifest: Manifest, names: string[]): string[] {
  return (manifest.manifest['uses-permission'] ?? [])
    .map(({ $ }) => $ as Record<string, string>)
    .filter((one) => one['tools:node'] === 'remove' && names.includes(one['android:name'] ?? ''))
    .map((one) => one['android:name'] ?? '');
}

/** Raises `android.minSdkVersion` where it is lower; an app that wants a newer Android keeps its own. */
export function raiseMinSdkVersion(properties: Property[]): Property[] {
  const key = 'android.minSdkVersion';
  const isIt = (item: Property) => item.type === 'property' && item.key === key;
  const found = properties.find(isIt);
  if (found?.type === 'property' && Number(found.value) >= minSdkVersion) return properties;
  return [...properties.filter((item) => !isIt(item)), { type: 'property', key, value: String(minSdkVersion) }];
}

/** Android's side of the plugin. */
export const withAndroid: ConfigPlugin<Settings> = (config, settings) => {
  const { wanted } = permissions(settings);
  const refused = (config.android?.blockedPermissions ?? [])
    .map((name) => (name.includes('.') ? name : fullName(name)))
    .filter((name) => wanted.includes(name));
  if (refused.length > 0) {
    throw new PluginOptionsError(
      `"android.blockedPermissions" keeps out ${refused.join(', ')}, which the chosen features need: ` +
        `take it off that list, or switch the feature off in the plugin's options`,
    );
  }
  const withManifest = withAndroidManifest(config, (mod) => {
    if (settings.calls && mod.android?.googleServicesFile === undefined) {
      WarningAggregator.addWarningAndroid(
        '@ipelya/live',
        'calls ring a sleeping phone through Firebase Cloud Messaging: set "android.googleServicesFile" in the app config, ' +
          'or "calls": false in the plugin\'s options',
      );
    }
    mod.modResults = applyToManifest(mod.modResults, settings);
    return mod;
  });
  return withGradleProperties(withManifest, (mod) => {
    mod.modResults = raiseMinSdkVersion(mod.modResults);
    return mod;
  });
};
