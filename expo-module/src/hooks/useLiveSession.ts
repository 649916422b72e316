import { useCallback, useEffect } from 'react';

import type { SessionHandle } from '../client/session';
import { misuse } from '../errors';
import type { SessionId } from '../generated/bridge';
import type { LiveSessionView, SessionEvent } from '../types';
import { useClient, useEvents } from './context';
import { useReadable, useReadables, type Read } from './useReadable';

/** Options of {@link useLiveSession}. */
export interface LiveSessionOptions {
  /**
   * Enters when the component appears, and leaves when the last one that asked for it goes. A host or co-host isn't taken off the
   * air by it. Default: false.
   */
  autoJoin?: boolean;
  /** Told of every change in order, gifts and reactions among them. */
  onEvent?: (event: SessionEvent) => void;
}

/**
 * A broadcast or an audio room: where it stands, and what this user may do. Reading a property is what makes a component redraw for it.
 *
 * @param id - Which; `null` while there is none yet, and everything is at rest then.
 *
 * @example
 * ```tsx
 * const { state, lock, join, leave, viewerCount } = useLiveSession(id, { autoJoin: true });
 * if (lock?.lock === 'purchase') return <Price coins={lock.price_coins} onBuy={() => join({ acceptPrice: lock.price_coins })} />;
 * ```
 */
export function useLiveSession(id: SessionId | null, options: LiveSessionOptions = {}): LiveSessionView {
  const client = useClient('useLiveSession');
  if (id !== null && typeof id !== 'string') {
    throw misuse(
      'id',
      `useLiveSession was given ${typeof id} as its id.`,
      'Give it the id of a session, or `null` while there is none.',
    );
  }
  const { autoJoin = false, onEvent } = options;
  const handle = client.session(id);
  const isSignedIn = useReadable(client.connection) !== null;
  useEffect(
    () => (autoJoin && isSignedIn && handle.id !== null ? handle.hold() : undefined),
    [autoJoin, isSignedIn, handle],
  );
  useEvents(handle.room, onEvent);
  return useReadables(useCallback((read: Read) => new View(handle, read), [handle]));
}

class View implements LiveSessionView {
  readonly join;
  readonly leave;
  readonly stepDown;
  readonly setAudioOnly;

  constructor(
    private readonly handle: SessionHandle,
    private readonly read: Read,
  ) {
    this.join = handle.join;
    this.leave = handle.leave;
    this.stepDown = handle.stepDown;
    this.setAudioOnly = handle.setAudioOnly;
  }

  readonly can: LiveSessionView['can'] = (capability) => this.read(this.handle.capability(capability));

  get state() {
    return this.#where.state;
  }

  get lock() {
    return this.#where.state === 'locked' ? this.#where.lock : null;
  }

  get endReason() {
    return this.#where.state === 'ended' ? this.#where.reason : null;
  }

  get attempt() {
    return this.#where.state === 'reconnecting' ? this.#where.attempt : 0;
  }

  get error() {
    return this.read(this.handle.facts.error);
  }

  get session() {
    return this.read(this.handle.facts.session);
  }

  get role() {
    return this.read(this.handle.facts.role);
  }

  get microphone() {
    return this.read(this.handle.facts.microphone);
  }

  get camera() {
    return this.read(this.handle.facts.camera);
  }

  get screenShare() {
    return this.read(this.handle.facts.screenShare);
  }

  get stage() {
    return this.read(this.handle.facts.performers);
  }

  get stageState() {
    return this.read(this.handle.facts.stage).state;
  }

  get stageRequests() {
    return this.read(this.handle.facts.stageRequests);
  }

  get viewerCount() {
    return this.read(this.handle.facts.viewerCount);
  }

  get chargedCoins() {
    return this.read(this.handle.facts.chargedCoins);
  }

  get hand() {
    return this.read(this.handle.facts.hand);
  }

  get invite() {
    return this.read(this.handle.facts.invite);
  }

  get viewing() {
    return this.read(this.handle.facts.viewing).mode;
  }

  get host() {
    return this.read(this.handle.facts.host);
  }

  get #where() {
    return this.read(this.handle.facts.state);
  }
}
