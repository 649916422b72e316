import { isRunningInExpoGo, requireOptionalNativeModule } from 'expo';

import { LiveError } from '../errors';
import type { Envelope } from '../generated/bridge';
import type { BridgeHost, DeviceHost, HostFactory } from '../host';
import { MODULE, type IpelyaLiveModule } from './module';
import { NativeVideoView } from './NativeVideoView';

/** Runs on the phone's own core. */
export const nativeHost: HostFactory = async (project, user) => {
  const module = requireOptionalNativeModule<IpelyaLiveModule>(MODULE);
  if (!module) throw missingModule(isRunningInExpoGo());
  await module.connect(project, user);
  return new NativeHost(module);
};

class NativeHost implements BridgeHost {
  readonly device: DeviceHost;
  readonly VideoView = NativeVideoView;
  readonly #ends: { remove(): void }[] = [];

  constructor(private readonly module: IpelyaLiveModule) {
    this.device = {
      readiness: () => module.readiness(),
      fix: (requirement) => module.fix(requirement),
      audioRoutes: () => module.audioRoutes(),
      selectAudioRoute: (id) => module.selectAudioRoute(id),
      subscribe: (listener) => this.#until(module.addListener('onDeviceChange', listener)),
    };
  }

  send(request: Parameters<BridgeHost['send']>[0]): void {
    this.module.send(JSON.stringify(request));
  }

  subscribe(listener: (update: Envelope) => void): () => void {
    return this.#until(
      this.module.addListener('onUpdates', ({ updates }) => {
        for (const update of updates) listener(JSON.parse(update) as Envelope);
      }),
    );
  }

  close(): void {
    for (const end of this.#ends.splice(0)) end.remove();
    this.module.disconnect();
  }

  #until(end: { remove(): void }): () => void {
    this.#ends.push(end);
    return () => end.remove();
  }
}

/** Why there is nothing to run on. */
export function missingModule(isExpoGo: boolean): LiveError {
  return isExpoGo
    ? new LiveError('internal', 'Expo Go holds no code of this package, and calls and broadcasts need some.', {
        retryable: false,
        fix: 'Make a development build: `npx expo run:ios`, `npx expo run:android`, or EAS; or open the app in a browser.',
      })
    : new LiveError('internal', `This build of the app lacks the native module ${MODULE}.`, {
        retryable: false,
        fix: 'Add "@ipelya/live" to the plugins of app.json, then run `npx expo prebuild` and build the app anew.',
      });
}
