import type { Call, CallCapabilities, CallDirection, CallRef, CallState, LiveError, UserId } from '../generated/bridge';
import type { CallEvent } from '../types';
import { derived, Fact } from './fact';
import { Room } from './room';

const nothing: CallCapabilities = {
  accept: false,
  decline: false,
  hang_up: false,
  hold: false,
  microphone: false,
  camera: false,
  screen_share: false,
  request_video: false,
  answer_video: false,
  cancel_video_request: false,
  to_audio: false,
};

/** Whom a call was dialled to, before the server knows of it. */
export interface Dialled {
  userId: UserId;
  isVideo: boolean;
}

/** What a screen shows of a call. */
export type CallSummary = ReturnType<CallRoom['summary']['get']>;

/** What is known of a call. */
export class CallRoom extends Room<CallEvent> {
  readonly state = new Fact<CallState>({ state: 'idle' });
  readonly call = new Fact<Call | null>(null);
  readonly can = new Fact<CallCapabilities>(nothing);
  readonly lastError = new Fact<LiveError | null>(null);
  readonly dialled = new Fact<Dialled | null>(null);
  /** Known from how it began: a call that came rings here first. */
  readonly direction = new Fact<CallDirection>('out');
  /** When both began to talk, in milliseconds by this device's clock. */
  readonly activeSince = new Fact<number | null>(null);

  /** When it was over. */
  readonly endedAt = new Fact<number | null>(null);

  /** All of the above that a screen shows of a call, at one moment. */
  readonly summary = derived(
    [this.state, this.call, this.can, this.lastError, this.dialled, this.direction],
    (state, call, can, lastError, dialled, direction) => ({ state, call, can, lastError, dialled, direction }),
  );

  constructor(readonly call_ref: CallRef) {
    super({ call: call_ref });
  }

  get isOver(): boolean {
    return this.state.get().state === 'ended' || this.isClosed.get();
  }

  /** Whether it rings here, for this user to answer. */
  get ringsHere(): boolean {
    const state = this.state.get();
    return state.state === 'ringing' && state.direction === 'in' && !this.isClosed.get();
  }

  lose(): void {
    if (!this.isOver) this.state.set({ state: 'ended', reason: 'other' });
    this.can.set(nothing);
    this.isClosed.set(true);
  }

  protected applyChange(event: CallEvent): void {
    switch (event.change) {
      case 'state':
        return this.#applyState(event.value, event.at);
      case 'call':
        return this.call.set(event.value);
      case 'can':
        return this.can.set(event.value);
      case 'last_error':
        return this.lastError.set(event.value);
      case 'room':
        return this.facts.apply(event.value);
      case 'closed':
        return this.isClosed.set(true);
    }
  }

  #applyState(state: CallState, at: string): void {
    if (state.state === 'ringing') this.direction.set(state.direction);
    if (state.state === 'active' && this.activeSince.get() === null) this.activeSince.set(Date.parse(at));
    if (state.state === 'ended' && this.endedAt.get() === null) this.endedAt.set(Date.parse(at));
    this.state.set(state);
  }
}
