import { useCallback } from 'react';

import type { CallHandle } from '../client/call';
import type { CallEvent, CallView } from '../types';
import { useClient, useEvents } from './context';
import { useReadables, type Read } from './useReadable';

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
  return useReadables(useCallback((read: Read) => new View(calls, read), [calls]));
}

class View implements CallView {
  readonly start;
  readonly accept;
  readonly decline;
  readonly hangUp;
  readonly dismiss;
  readonly hold;
  readonly video;

  constructor(
    private readonly calls: CallHandle,
    private readonly read: Read,
  ) {
    this.start = calls.start;
    this.accept = calls.accept;
    this.decline = calls.decline;
    this.hangUp = calls.hangUp;
    this.dismiss = calls.dismiss;
    this.hold = calls.hold;
    this.video = calls.video;
  }

  get call() {
    return this.read(this.calls.facts.call);
  }

  get incoming() {
    return this.read(this.calls.facts.incoming);
  }

  get microphone() {
    return this.read(this.calls.facts.microphone);
  }

  get camera() {
    return this.read(this.calls.facts.camera);
  }

  get screenShare() {
    return this.read(this.calls.facts.screenShare);
  }

  get audio() {
    return this.read(this.calls.facts.audio);
  }

  get isHeld() {
    return this.read(this.calls.facts.isHeld);
  }

  get durationMs() {
    return this.read(this.calls.facts.durationMs);
  }
}
