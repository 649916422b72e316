import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { PluginOptionsError } from './options';

/** Packages that bring a libwebrtc of their own into the app. */
export const otherWebRtcPackages = [
  '@livekit/react-native-webrtc',
  'react-native-webrtc',
  '@stream-io/react-native-webrtc',
  '@daily-co/react-native-webrtc',
  'opentok-react-native',
  '@twilio/voice-react-native-sdk',
  'react-native-twilio-video-webrtc',
] as const;

/**
 * Refuses a second libwebrtc. On iOS the linker keeps one of two classes with the same name, on Android the build fails or
 * the first library loaded wins: what comes of it is a crash in a call, weeks later.
 *
 * @param isInstalled whether the app can import a package.
 * @throws {PluginOptionsError} naming the packages and what to do.
 */
export function refuseOtherWebRtc(isInstalled: (name: string) => boolean): void {
  const found = otherWebRtcPackages.filter(isInstalled);
  if (found.length === 0) return;
  throw new PluginOptionsError(
    `${found.join(' and ')} ${found.length === 1 ? 'brings' : 'bring'} a second libwebrtc, and one app can hold only one. ` +
      `Run "npm uninstall ${found.join(' ')}" and use this package's hooks instead; ` +
      `if another package needs it, "npm explain ${found[0]}" tells which one.`,
  );
}

/** Whether a project can import a package: looked for as Node does, in the project's and every outer `node_modules`. */
export function canImport(projectRoot: string): (name: string) => boolean {
  const roots = [projectRoot];
  for (let outer = dirname(projectRoot); outer !== roots.at(-1); outer = dirname(outer)) roots.push(outer);
  return (name) => roots.some((root) => existsSync(join(root, 'node_modules', name, 'package.json')));
}
