import type { Facing, Grants, LiveError, Role, RoomChange, SessionType, UserId } from '../generated/bridge';
import { limits } from '../generated/rules';
import type { Backend, LiveKitAccess } from './backend';
import { asLiveError, liveError } from './errors';
import { Facts } from './facts';
import { RoomLink, type LinkListener, type LoadLiveKit, type Over } from './link';
import { Publisher, type Gate, type Source } from './publisher';
import { Timers } from './time';

/** Whose session or call it is, on which device. */
export interface Owner {
  user: UserId;
  deviceId: string;
}

/** Tells a change; `again` where it was told before. */
export type Say<Change> = (change: Change, again?: boolean) => void;

/** What sessions and calls have in common: devices that follow wishes, grants and the state, and a connection that is had back. */
export abstract class Room<Change> implements LinkListener {
  readonly link: RoomLink;
  protected readonly publisher = new Publisher();
  protected readonly timers = new Timers<'retry' | 'budget'>();
  protected readonly facts: Facts<Change>;
  /** Tries to connect since the connection was lost. */
  protected attempt = 0;

  constructor(
    protected readonly backend: Backend,
    load: LoadLiveKit,
    protected readonly say: Say<Change>,
  ) {
    this.link = new RoomLink(load, this);
    this.facts = new Facts(say);
  }

  /** Whether nothing follows any more. */
  protected abstract get isOver(): boolean;
  /** Whether a connection is being had, or had back. */
  protected abstract get isConnecting(): boolean;
  /** Whether one that was lost is being had back. */
  protected abstract get isReconnecting(): boolean;
  /** What the state lets through of what is wished. */
  protected abstract get gate(): Gate;
  /** What may be sent now. */
  protected abstract get maySend(): Grants;
  /** What decides how tracks are encoded. */
  protected abstract get encoding(): { type: SessionType; role: Role };
  /** Why a source can't be wished now; `null` where it can. */
  protected abstract refusalOf(source: Source): LiveError | null;
  protected abstract wrap(change: RoomChange): Change;
  /** The room is joined. */
  protected abstract arrive(): void;
  /** It wasn't, and maybe can be. */
  protected abstract retry(error: LiveError): void;
  /** The next try to connect. */
  protected abstract tryAgain(): Promise<void>;
  protected abstract fail(error: LiveError): void;
  /** Tells every fact that changed. */
  protected abstract tell(): void;

  abstract lost(): void;
  abstract over(why: Over): void;
  abstract granted(grants: Grants): void;
  abstract become(role: Role): void;
  abstract subscribed(kind: 'audio' | 'video'): void;

  /** What the user wants of a device. */
  want(source: Source, on: boolean): void {
    if (this.isOver) return;
    const refusal = on ? this.refusalOf(source) : null;
    if (refusal) this.publisher.refuse(source, refusal);
    else this.publisher.want(source, on);
    this.follow();
  }

  /** The user wants the other camera. */
  flip(): void {
    const { facing } = this.publisher;
    if (!this.isOver && this.publisher.flip()) void this.link.devices.flip(facing);
    this.follow();
  }

  /** Voices alone, or pictures again. */
  setAudioOnly(on: boolean): void {
    this.link.setAudioOnly(on);
    this.tell();
  }

  /** The device is on another network: the pauses so far were for another one. */
  networkChanged(): void {
    if (!this.isConnecting) return;
    this.attempt = 0;
    this.tryIn(0);
  }

  /** Says again what stands. */
  again(): void {
    this.facts.again(() => this.tell());
    this.link.again();
  }

  resumed(): void {
    if (this.isReconnecting) this.arrive();
  }

  published(source: Source, error?: LiveError): void {
    // Silence during an outage is no refusal.
    if (error?.retryable && this.isReconnecting) this.publisher.deferred(source);
    else this.publisher.published(source, error);
    this.follow();
  }

  unpublished(source: Source): void {
    this.publisher.unpublished(source);
    this.follow();
  }

  flipped(outcome: { facing: Facing } | { error: LiveError }): void {
    this.publisher.flipped(outcome);
    this.follow();
  }

  room(change: RoomChange, again: boolean): void {
    this.say(this.wrap(change), again);
  }

  protected async connect(access: LiveKitAccess): Promise<void> {
    try {
      if ((await this.link.connect(access)) && !this.isOver) this.arrive();
    } catch (thrown) {
      if (!this.isOver) this.retry(asLiveError(thrown));
    }
  }

  protected tryIn(ms: number): void {
    this.timers.start('retry', ms, () => void this.tryAgain());
  }

  /** From here on, connecting is given up after a while. */
  protected startBudget(): void {
    const error = liveError('media_unavailable', "the connection couldn't be had in time");
    this.timers.start('budget', limits.reconnectBudget, () => this.fail(error));
  }

  /** Nothing is sent and nothing waited for any more. */
  protected release(): void {
    this.timers.stopAll();
    this.publisher.stop();
    this.link.disconnect();
  }

  /** Publishes what the user wants and may send, takes back what not, and tells what changed. */
  protected follow(): void {
    const { type, role } = this.encoding;
    this.publisher.settle(
      this.gate,
      this.maySend,
      (source) => this.link.publish(source, type, role, this.publisher.facing),
      (source) => this.link.devices.unpublish(source),
    );
    this.tell();
  }

  /** Devices, what is sent, and whether pictures are received. */
  protected tellRoom(): void {
    const { facts } = this;
    facts.tell('local', this.wrap({ room: 'local', value: this.publisher.view }));
    facts.tell('publishing', this.wrap({ room: 'publishing', value: this.publisher.sending }));
    facts.tell('viewing', this.wrap({ room: 'viewing', value: this.link.viewing }));
  }
}
