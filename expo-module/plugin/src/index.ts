import { createRunOncePlugin, type ConfigPlugin } from 'expo/config-plugins';

import { withAndroid } from './android';
import { withIos } from './ios';
import { readOptions, type LivePluginOptions } from './options';
import { canImport, refuseOtherWebRtc } from './webrtc';

export type { LivePluginOptions } from './options';

/**
 * The config plugin: what an app's native projects need for broadcasts, rooms and calls.
 *
 * @throws {PluginOptionsError} for wrong options, and for a second libwebrtc in the app.
 */
const withLive: ConfigPlugin<LivePluginOptions | void> = (config, options) => {
  const settings = readOptions(options);
  const root: unknown = config._internal?.projectRoot;
  if (typeof root === 'string') refuseOtherWebRtc(canImport(root));
  return withIos(withAndroid(config, settings), settings);
};

const { name, version }: { name: string; version: string } = require('../../package.json');

export default createRunOncePlugin(withLive, name, version);
