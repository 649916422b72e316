import type { Facing, Flip, Grants, LiveError, LocalMedia, Toggle } from '../generated/bridge';
import { liveError } from './errors';

/** A device that its user switches. */
export type Source = 'microphone' | 'camera' | 'screen_share';

/** What lets through what is wished: everything granted, what is sent already, or nothing. */
export type Gate = 'open' | 'keep' | 'shut';

/** In the order in which they are published. */
const sources: readonly Source[] = ['microphone', 'camera', 'screen_share'];

interface Slot {
  wanted: boolean;
  /** Published, or about to be. */
  asked: boolean;
  /** The server has taken it. */
  taken: boolean;
  lastError: LiveError | null;
}

const empty = (): Slot => ({ wanted: false, asked: false, taken: false, lastError: null });

/** Whether a track of that source may be published under those grants. */
export function isGranted(grants: Grants, source: Source): boolean {
  return source === 'microphone' ? grants.audio : grants.video;
}

/** The user's wishes, what the server grants of them, and what came of each. A wish stands until it is carried out,
 * refused or taken back. */
export class Publisher {
  private slots: Record<Source, Slot> = { microphone: empty(), camera: empty(), screen_share: empty() };
  private turning: Flip = { facing: 'user', pending: false, last_error: null };

  /** What the user wishes of a source. */
  want(source: Source, on: boolean): void {
    const slot = this.slots[source];
    slot.wanted = on;
    slot.lastError = null;
  }

  /** The wish is over, whatever came of it. */
  unwish(source: Source): void {
    this.slots[source].wanted = false;
  }

  /** The wish can't be granted, and why: it isn't kept, so that nothing opens by surprise once it could be. */
  refuse(source: Source, error: LiveError): void {
    const slot = this.slots[source];
    slot.wanted = false;
    slot.lastError = error;
  }

  /** The server changed what may be sent. What it took away stays off until the user wishes it again. */
  limit(grants: Grants): void {
    for (const source of sources) {
      if (!isGranted(grants, source)) this.unwish(source);
    }
  }

  /** What is to be published and unpublished, so that what is sent is what is wished, granted and let through. */
  settle(gate: Gate, grants: Grants, publish: (source: Source) => void, unpublish: (source: Source) => void): void {
    for (const source of sources) {
      const slot = this.slots[source];
      const wished = slot.wanted && isGranted(grants, source);
      const next = gate === 'open' ? wished : gate === 'keep' ? wished && slot.asked : false;
      if (next === slot.asked) continue;
      slot.asked = next;
      slot.taken = false;
      if (next) publish(source);
      else unpublish(source);
    }
    this.settleFlip();
  }

  /** The server took the track, or refused it: trying again is the user's. */
  published(source: Source, error?: LiveError): void {
    const slot = this.slots[source];
    if (error === undefined) slot.taken = slot.asked;
    else this.slots[source] = { ...empty(), lastError: error };
    this.settleFlip();
  }

  /** Not published while the connection is being had back: the wish waits for that. */
  deferred(source: Source): void {
    const slot = this.slots[source];
    slot.asked = false;
    slot.taken = false;
    this.settleFlip();
  }

  /** A track is gone by the server's wish, or its device is: off until the user wishes it again. */
  unpublished(source: Source): void {
    const lost = this.slots[source].wanted;
    this.slots[source] = { ...empty(), lastError: lost ? liveError('media_unavailable', 'the track was lost') : null };
    this.settleFlip();
  }

  /** The connection is gone, and every track with it; the wishes stay. */
  loseConnection(): void {
    for (const source of sources) this.deferred(source);
  }

  /** It is over: nothing is sent, nothing is wished. */
  stop(): void {
    this.slots = { microphone: empty(), camera: empty(), screen_share: empty() };
    this.turning = { ...this.turning, pending: false, last_error: null };
  }

  /** The user wants the other camera. Whether there is one to turn. */
  flip(): boolean {
    if (this.turning.pending) return false;
    const isOn = this.slots.camera.taken;
    const error = liveError('conflict', 'the camera is off', { field: 'camera' });
    this.turning = { ...this.turning, pending: isOn, last_error: isOn ? null : error };
    return isOn;
  }

  /** What the device answered. */
  flipped(outcome: { facing: Facing } | { error: LiveError }): void {
    const { facing } = this.turning;
    this.turning =
      'error' in outcome
        ? { facing, pending: false, last_error: outcome.error }
        : { facing: outcome.facing, pending: false, last_error: null };
  }

  /** Which way the camera looks. */
  get facing(): Facing {
    return this.turning.facing;
  }

  /** What is being sent, or about to be. */
  get sending(): Grants {
    const { microphone, camera, screen_share } = this.slots;
    return { audio: microphone.asked, video: camera.asked || screen_share.asked };
  }

  /** Everything of it, as a fact. */
  get view(): LocalMedia {
    const toggle = ({ wanted, taken, lastError }: Slot): Toggle => ({
      enabled: taken,
      pending: wanted !== taken,
      last_error: lastError,
    });
    const { microphone, camera, screen_share } = this.slots;
    return {
      microphone: toggle(microphone),
      camera: toggle(camera),
      screen_share: toggle(screen_share),
      flip: { ...this.turning },
    };
  }

  /** A camera that is off isn't turned. */
  private settleFlip(): void {
    if (!this.slots.camera.taken) this.turning = { ...this.turning, pending: false };
  }
}
