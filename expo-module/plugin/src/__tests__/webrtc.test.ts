import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { canImport, otherWebRtcPackages, refuseOtherWebRtc } from '../webrtc';

test.each(otherWebRtcPackages)('%s beside this package is refused, with what to do', (name) => {
  expect(() => refuseOtherWebRtc((one) => one === name)).toThrow(`npm uninstall ${name}`);
});

test('every one that was found is named', () => {
  const found = ['react-native-webrtc', 'opentok-react-native'];
  expect(() => refuseOtherWebRtc((one) => found.includes(one))).toThrow(
    'react-native-webrtc and opentok-react-native bring a second libwebrtc',
  );
});

test('an app without any goes on', () => {
  expect(() => refuseOtherWebRtc(() => false)).not.toThrow();
});

test('a package is found in a project, also one that only an outer folder installed', () => {
  const workspace = mkdtempSync(join(tmpdir(), 'ipelya-webrtc-'));
  const app = join(workspace, 'apps/mobile');
  const install = (root: string, name: string) => {
    const folder = join(root, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0' }));
  };
  try {
    install(app, '@livekit/react-native-webrtc');
    install(workspace, 'react-native-webrtc');
    expect(otherWebRtcPackages.filter(canImport(app))).toEqual(['@livekit/react-native-webrtc', 'react-native-webrtc']);
  } finally {
    rmSync(workspace, { recursive: true });
  }
});
