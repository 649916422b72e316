/** What an app says to the plugin in its `app.json`. Everything has a default. */
export interface LivePluginOptions {
  /**
   * One-to-one calls that ring like a phone call: CallKit and VoIP pushes on iOS, Telecom, the full-screen intent and the
   * `phoneCall` service on Android. Default `true`. With `false`, none of them is in the app, and no store asks about them.
   */
  calls?: boolean;
  /** Sound goes on while the app is in the background. Default `true`. Calls bring it along. */
  backgroundAudio?: boolean;
  /** A presenter shows the screen: Android's `mediaProjection` service. Default `false`, for Google Play asks why. */
  screenShare?: boolean;
  /** Picture in picture. Default `true`; on iOS it needs `backgroundAudio` or `calls`. */
  pictureInPicture?: boolean;
  /** Why the camera is wanted, as iOS shows it. Default: what the app's Info.plist says, else an English sentence. */
  cameraPermission?: string;
  /** Why the microphone is wanted, as iOS shows it. Default: as for the camera. */
  microphonePermission?: string;
  /** Which of Apple's push servers a build talks to. Default `development`; Xcode's export for a store makes it `production`. */
  apsEnvironment?: 'development' | 'production';
}

/** The options with their defaults. The usage strings have none: what the app's Info.plist says comes first. */
export type Settings = Required<Omit<LivePluginOptions, UsageString>> & Pick<LivePluginOptions, UsageString>;

type UsageString = 'cameraPermission' | 'microphonePermission';

const defaults: Settings = {
  calls: true,
  backgroundAudio: true,
  screenShare: false,
  pictureInPicture: true,
  apsEnvironment: 'development',
};

const apsEnvironments = ['development', 'production'];

type Check = (value: unknown) => string | undefined;

const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
const sentence: Check = (value) =>
  typeof value === 'string' && value.trim() !== '' ? undefined : 'a sentence that tells the user why';

const checks: Record<keyof LivePluginOptions, Check> = {
  calls: flag,
  backgroundAudio: flag,
  screenShare: flag,
  pictureInPicture: flag,
  cameraPermission: sentence,
  microphonePermission: sentence,
  apsEnvironment: (value) =>
    apsEnvironments.includes(value as string) ? undefined : apsEnvironments.map((one) => `"${one}"`).join(' or '),
};

/** A mistake in the app's configuration: it names the option, what was found and what is wanted. */
export class PluginOptionsError extends Error {
  constructor(problem: string) {
    super(`@ipelya/live: ${problem}`);
    this.name = 'PluginOptionsError';
  }
}

/**
 * Reads the options of `["@ipelya/live", { … }]`.
 *
 * @throws {PluginOptionsError} for an option that doesn't exist, has the wrong type, or contradicts another one.
 */
export function readOptions(options: unknown): Settings {
  if (options === undefined || options === null) return defaults;
  if (typeof options !== 'object' || Array.isArray(options)) {
    throw new PluginOptionsError(`the options must be an object, as in ["@ipelya/live", { "calls": true }]`);
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(checks, name)) {
      throw new PluginOptionsError(`there is no option "${name}"; there are ${Object.keys(checks).join(', ')}`);
    }
    const wanted = checks[name as keyof LivePluginOptions](value);
    if (wanted !== undefined) {
      throw new PluginOptionsError(`"${name}" must be ${wanted}, and is ${JSON.stringify(value)}`);
    }
  }
  const settings: Settings = { ...defaults, ...Object.fromEntries(given) };
  if (Object.hasOwn(options, 'pictureInPicture') && settings.pictureInPicture && !playsInBackground(settings)) {
    throw new PluginOptionsError(
      `"pictureInPicture" plays while the app is in the background: it needs "backgroundAudio" or "calls"`,
    );
  }
  return settings;
}

/** Whether sound goes on in the background, by itself or for a call. */
export function playsInBackground(settings: Settings): boolean {
  return settings.backgroundAudio || settings.calls;
}
