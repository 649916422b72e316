const path = require('node:path');
const { getDefaultConfig } = require('expo/metro-config');

const config = getDefaultConfig(__dirname);

// The package is linked from its folder, which has React for its own tests: this app's is the only one there may be.
const live = path.resolve(__dirname, '../../expo-module');
const itsModules = path.join(live, 'node_modules').replaceAll(/[/\\]/g, '[/\\\\]');
config.watchFolders = [live];
config.resolver.blockList = [config.resolver.blockList ?? [], new RegExp(`^${itsModules}[/\\\\].*`)].flat();
config.resolver.nodeModulesPaths = [path.join(__dirname, 'node_modules')];

module.exports = config;
