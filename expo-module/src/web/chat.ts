import type {
  ChatMessage,
  PendingId,
  ReactionKind,
  Recording,
  RecordingStatus,
  SessionId,
  UserId,
} from '../generated/bridge';
import { counts } from '../generated/rules';
import type { Backend } from './backend';
import { ChatLog } from './chatlog';
import { asLiveError, refused } from './errors';
import type { News } from './realtime';
import { Deferred, Timers, insist } from './time';
import type { SessionChange } from './types';

/** How long taps are gathered into one request, in milliseconds. */
const TAPS_GATHERED_FOR = 400;
/** How far a recording is, in this order and never back. */
const statuses: readonly RecordingStatus[] = ['starting', 'active', 'ending', 'failed', 'complete', 'deleted', 'other'];

/** One user's part in the chat of one session: what is said, tapped, given and recorded. */
export class Chat {
  private readonly log: ChatLog;
  private readonly taps = new Map<ReactionKind, Deferred<void>[]>();
  private readonly timers = new Timers<ReactionKind>();
  recording: Recording | null = null;

  constructor(
    private readonly backend: Backend,
    user: UserId,
    private readonly session: () => SessionId,
    private readonly say: (change: SessionChange, again: boolean) => void,
    private readonly changed: () => void,
  ) {
    this.log = new ChatLog(user);
  }

  /** Something may have been missed. */
  async catchUp(): Promise<void> {
    const fetch = this.log.fetch();
    const [page, recording] = await Promise.allSettled([
      insist(() => this.backend.messages(this.session(), null, counts.chatWindow)),
      insist(() => this.backend.lastRecording(this.session())),
    ]);
    if (page.status === 'fulfilled') this.log.fetched(fetch, page.value);
    if (recording.status === 'fulfilled' && recording.value) this.learn(recording.value);
    this.tell();
    this.changed();
  }

  hear(news: News): void {
    switch (news.event) {
      case 'message_created':
        this.log.created(news.message);
        break;
      case 'message_deleted':
        this.log.deleted(news.message.id);
        break;
      case 'recording_changed':
        this.learn(news.recording);
        this.changed();
        break;
      case 'reactions':
        this.say({ change: 'reactions', value: news.reactions }, false);
        break;
      case 'gift_sent':
        this.say({ change: 'gift', value: news.gift }, false);
        break;
      case 'session_changed':
      case 'stage_changed':
      case 'call_changed':
    }
    this.tell();
  }

  /** Says something. One try: repeating it may say it twice. */
  async send(body: string): Promise<ChatMessage> {
    const session = this.session();
    const id = this.log.send(body);
    this.tell();
    try {
      const said = await this.backend.sendMessage(session, body);
      if (!said) throw refused('not_found', 'no message of that id');
      this.log.sent(id, said);
      return said;
    } catch (thrown) {
      const told = this.log.refused(id, asLiveError(thrown));
      if (told) return told;
      throw thrown;
    } finally {
      this.tell();
    }
  }

  dismiss(id: PendingId): void {
    this.log.dismiss(id);
    this.tell();
  }

  /** Taps. Several travel together; resolves once they have arrived. */
  react(kind: ReactionKind): Promise<void> {
    this.session();
    const taps = this.taps.get(kind) ?? [];
    const tap = new Deferred<void>();
    taps.push(tap);
    this.taps.set(kind, taps);
    if (taps.length === 1) this.timers.start(kind, TAPS_GATHERED_FOR, () => void this.sendTaps(kind));
    else if (taps.length >= counts.mostTaps) void this.sendTaps(kind);
    return tap.promise;
  }

  /** Says what the chat is; with `isAgain`, all of it. */
  tell(isAgain = false): void {
    const change = this.log.change(isAgain);
    if (change) this.say({ change: 'chat', value: change }, isAgain);
  }

  close(): void {
    this.timers.stopAll();
    const over = refused('session_ended', 'the session is over');
    for (const taps of this.taps.values()) for (const tap of taps) tap.reject(over);
    this.taps.clear();
  }

  private async sendTaps(kind: ReactionKind): Promise<void> {
    this.timers.stop(kind);
    const taps = this.taps.get(kind) ?? [];
    this.taps.delete(kind);
    try {
      await this.backend.sendReactions(this.session(), kind, taps.length);
      for (const tap of taps) tap.resolve();
    } catch (thrown) {
      for (const tap of taps) tap.reject(thrown);
    }
  }

  /** News may come out of order. */
  private learn(recording: Recording): void {
    const known = this.recording;
    const isOlder =
      known !== null &&
      (known.id === recording.id
        ? statuses.indexOf(recording.status) < statuses.indexOf(known.status)
        : Date.parse(recording.created_at) < Date.parse(known.created_at));
    if (!isOlder) this.recording = recording;
  }
}
