import { useCallback, useEffect } from 'react';

import type { SessionHandle } from '../client/session';
import { misuse } from '../errors';
import type { SessionId } from '../generated/bridge';
import type { LiveSessionView, SessionEvent } from '../types';
import { useClient, useEvents } from './context';
import { useReadable, useReadables, viewOf, type Read } from './useReadable';

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
  return useReadables(useCallback((read: Read) => drawn(handle, read), [handle]));
}

function drawn(handle: SessionHandle, read: Read): LiveSessionView {
  const { join, leave, stepDown, setAudioOnly } = handle;
  const can: LiveSessionView['can'] = (capability) => read(handle.capability(capability));
  return viewOf(read, handle.facts, { can, join, leave, stepDown, setAudioOnly });
}
