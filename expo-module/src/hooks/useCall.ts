import { useCallback } from 'react';

import type { CallHandle } from '../client/call';
import type { CallEvent, CallView } from '../types';
import { useClient, useEvents } from './context';
import { useReadables, viewOf, type Read } from './useReadable';

/** Options of {@link useCall}. */
export interface CallOptions {
  /** Told of every change of every call in order, of missed ones too. */
  onEvent?: (event: CallEvent) => void;
}

/**
 * This user's call, and the one that rings here. A call goes on whatever component is on the screen.
 *
 * @example
 * ```tsx
 * const { incoming, accept, decline } = useCall();
 * return incoming && <IncomingCallSheet callerName={nameOf(incoming.peerId)} isVideo={incoming.isVideo} onAccept={accept} onDecline={decline} />;
 * ```
 */
export function useCall({ onEvent }: CallOptions = {}): CallView {
  const { calls } = useClient('useCall');
  useEvents(calls.happenings, onEvent);
  return useReadables(useCallback((read: Read) => drawn(calls, read), [calls]));
}

function drawn(calls: CallHandle, read: Read): CallView {
  const { start, accept, decline, hangUp, dismiss, hold, video } = calls;
  return viewOf(read, calls.facts, { start, accept, decline, hangUp, dismiss, hold, video });
}
