import type { ComponentType } from 'react';
import type { StyleProp, ViewStyle } from 'react-native';

import type { BridgeConfig, Envelope, Request, RoomRef, TrackSource, UserId, ViewId } from './generated/bridge';

/**
 * Where the core runs: in a native module, behind `livekit-client` in a browser, in another process, or scripted in a test. The client
 * on top of it is the same everywhere.
 *
 * A host carries requests and updates, and holds no rule. The client sends `attach` first, answers `token_wanted`, and sends `close`
 * before it calls {@link BridgeHost.close}.
 */
export interface BridgeHost {
  /**
   * Takes a request and returns at once; what comes of it is an update. Requests take effect in the order in which they are sent.
   *
   * @throws {@link LiveError} `invalid_argument` where the request can't be carried at all.
   */
  send(request: Request): void;
  /**
   * Calls `listener` with each update, in order, never from inside {@link BridgeHost.send}. What came to be before the first listener
   * waits for it. Returns what ends it.
   */
  subscribe(listener: (update: Envelope) => void): () => void;
  /** Releases everything. Nothing is told after it; a second time, nothing happens. */
  close(): void;
  /** What the device itself can do beside the core; left out where there is no such device. */
  readonly device?: DeviceHost;
  /** Draws somebody's pictures; left out where nothing can be drawn. */
  readonly VideoView?: ComponentType<HostVideoViewProps>;
}

/** Makes the host of one user. Called anew for every user who signs in; a rejected promise or a thrown error says what is missing. */
export type HostFactory = (project: BridgeConfig, user: UserId) => BridgeHost | Promise<BridgeHost>;

/** How a picture of another shape fills its view. */
export type Fit = 'contain' | 'cover';

/** What a host's video view is given. It draws alone: its size is told to the core by the component around it. */
export interface HostVideoViewProps {
  room: RoomRef;
  /** This view's name within the room. */
  view: ViewId;
  /** Whose picture. */
  userId: UserId;
  source: TrackSource;
  /** The user's own picture: drawn from the camera, not from the network. */
  isLocal: boolean;
  fit: Fit;
  isMirrored: boolean;
  /** Views with a greater one lie over those with a lesser one, where the platform draws video on planes of its own. */
  zOrder: number;
  /** The first picture is on the screen; again after another track took its place. */
  onFirstFrame?: (() => void) | undefined;
  style?: StyleProp<ViewStyle>;
}

/** What a call needs of a device. */
export type CallRequirement =
  | 'notifications'
  | 'full_screen'
  | 'microphone'
  | 'camera'
  | 'battery'
  | 'push_token'
  | 'push_owner'
  | 'telecom'
  | 'call_kit';

/** What mends a requirement: asking for a permission, the system's settings, or getting a push token. */
export type CallFix = 'ask' | 'open_settings' | 'fetch_token';

/** How one requirement is met. */
export type CallReadinessItem = { requirement: CallRequirement } & (
  | { status: 'ok' }
  | { status: 'fixable'; fix: CallFix }
  /** Not on this device, or not with this build; `reason` is for the developer. */
  | { status: 'blocked'; reason: string }
);

/** A place where a call's sound may come out. */
export interface AudioRoute {
  id: string;
  kind: 'earpiece' | 'speaker' | 'wired' | 'bluetooth' | 'other';
  /** As the system calls it; empty where it has no name. */
  name: string;
}

/** Where the sound comes out, and where it might. */
export interface AudioRoutes {
  /** The chosen one; `null` while there is no sound. */
  route: AudioRoute | null;
  routes: readonly AudioRoute[];
}

/** What a device says of itself and does for calls, beside the core. */
export interface DeviceHost {
  /** Asks the device anew. */
  readiness(): Promise<readonly CallReadinessItem[]>;
  /** Asks for the permission, opens the settings or fetches the token; resolves once the user is back, or it was tried. */
  fix(requirement: CallRequirement): Promise<void>;
  /** Where the sound comes out now. */
  audioRoutes(): AudioRoutes;
  /** Wants the sound there; {@link DeviceHost.subscribe} says what came of it. */
  selectAudioRoute(id: AudioRoute['id']): void;
  /** Calls `listener` whenever readiness or routes may have changed: the app is back on the screen, a headset was plugged in. */
  subscribe(listener: () => void): () => void;
}
