import type { BridgeConfig, UserId } from '../generated/bridge';
import type { AudioRoutes, CallReadinessItem, CallRequirement } from '../host';

/** The native module's name, and its view's. */
export const MODULE = 'IpelyaLive';

/** What the native module tells. */
export type NativeEvents = {
  /** The core's next updates, each as JSON, in order. */
  onUpdates: (event: { updates: string[] }) => void;
  /** Readiness or routes may have changed. */
  onDeviceChange: () => void;
};

/** The native module `IpelyaLive`: it carries JSON and holds no rule. */
export interface IpelyaLiveModule {
  addListener<K extends keyof NativeEvents>(event: K, listener: NativeEvents[K]): { remove(): void };
  /**
   * The bridge of that user: the one that is there, made by a push or by JavaScript before a reload, or a new one. What waits is told
   * once `onUpdates` is listened to.
   */
  connect(project: BridgeConfig, user: UserId): Promise<void>;
  /** @throws where there is no bridge, or the request has no id. */
  send(request: string): void;
  disconnect(): void;
  readiness(): Promise<CallReadinessItem[]>;
  fix(requirement: CallRequirement): Promise<void>;
  audioRoutes(): AudioRoutes;
  selectAudioRoute(id: string): void;
}
