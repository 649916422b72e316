import type { ChatChange, ChatMessage, LiveError, MessageId, MessageKey, PendingId, UserId } from '../generated/bridge';
import { counts } from '../generated/rules';

/** Messages kept, and asked for at once: the newest ones. */
const { chatWindow } = counts;
/** Deletions remembered, for messages of which is told only later. */
const REMEMBERED_DELETIONS = 4 * chatWindow;

interface Outgoing {
  id: PendingId;
  body: string;
  error: LiveError | null;
  /** What was told meanwhile and is probably this. */
  told: ChatMessage | null;
}

const isLost = (error: LiveError) => error.code === 'internal';

/** Messages are ordered by when they were said; what was said at the same time, by id. */
function compare(one: MessageKey, other: MessageKey): number {
  const times = Date.parse(one.created_at) - Date.parse(other.created_at);
  if (times !== 0) return times;
  if (one.created_at !== other.created_at) return one.created_at < other.created_at ? -1 : 1;
  return one.id < other.id ? -1 : Number(one.id > other.id);
}

/**
 * Brings together what is told, what is fetched and what is being sent: the newest messages of a chat, without holes as soon as the
 * fetch after the last gap is answered. Pure.
 */
export class ChatLog {
  private messages: ChatMessage[] = [];
  /** What comes before isn't kept; `null` when nothing does. */
  private floor: MessageKey | null = null;
  private readonly deletions: MessageId[] = [];
  private pending: Outgoing[] = [];
  private lastPending = 0;
  private lastFetch = 0;
  /** Told since the last fetch was asked for: not in its page where they were said after it. */
  private toldSince: Set<MessageId> | null = null;
  private shown: { messages: readonly ChatMessage[]; rest: string } | null = null;

  constructor(private readonly user: UserId) {}

  /** Something may have been missed: the newest messages are to be fetched. Answers which fetch that is. */
  fetch(): number {
    this.lastFetch += 1;
    this.toldSince = new Set();
    return this.lastFetch;
  }

  /** The newest messages, as the database had them at some time after they were asked for. */
  fetched(fetch: number, page: readonly ChatMessage[]): void {
    const { toldSince } = this;
    if (fetch !== this.lastFetch || toldSince === null) return;
    this.toldSince = null;
    const floor = page.length < chatWindow ? null : ([...page].sort(compare)[0] ?? null);
    this.floor = floor;
    const known = new Set(this.messages.map((message) => message.id));
    this.messages = this.messages.filter(
      (message) => toldSince.has(message.id) && (floor === null || compare(message, floor) >= 0),
    );
    for (const message of page) {
      if (this.learn(message) && !known.has(message.id)) this.recognise(message);
    }
  }

  /** A message was said. */
  created(message: ChatMessage): void {
    this.toldSince?.add(message.id);
    if (this.learn(message)) this.recognise(message);
  }

  /** A message was deleted. */
  deleted(id: MessageId): void {
    if (!this.deletions.includes(id)) this.deletions.push(id);
    if (this.deletions.length > REMEMBERED_DELETIONS) this.deletions.shift();
    this.messages = this.messages.filter((message) => message.id !== id);
  }

  /** This user says something: shown at once, until it is answered. */
  send(body: string): PendingId {
    this.lastPending += 1;
    this.pending.push({ id: this.lastPending, body, error: null, told: null });
    return this.lastPending;
  }

  /** The database took what was sent. */
  sent(id: PendingId, said: ChatMessage): void {
    const told = this.pending.find((one) => one.id === id)?.told;
    this.pending = this.pending.filter((one) => one.id !== id);
    this.toldSince?.add(said.id);
    this.learn(said);
    // What was told is another one that says the same.
    if (told && told.id !== said.id) this.recognise(told);
  }

  /** It was refused, and stays with its error. Where the answer was lost and the message was told meanwhile, it was said: that one. */
  refused(id: PendingId, error: LiveError): ChatMessage | null {
    const pending = this.pending.find((one) => one.id === id);
    if (pending?.told && isLost(error)) {
      const { told } = pending;
      this.sent(id, told);
      return told;
    }
    if (pending) pending.error = error;
    return null;
  }

  /** Takes away a message that was refused. */
  dismiss(id: PendingId): void {
    this.pending = this.pending.filter((one) => one.id !== id || one.error === null);
  }

  /** What changed since it was last asked; `null` where nothing did. `isAgain`: all of it. */
  change(isAgain = false): ChatChange | null {
    const before = isAgain ? [] : (this.shown?.messages ?? []);
    const visible = this.pending.filter((one) => one.told === null);
    const rest = {
      pending: visible.map(({ id, body, error }) => ({ id, body, error })),
      from_the_beginning: this.floor === null,
    };
    const text = JSON.stringify(rest);
    const isIn = (messages: readonly ChatMessage[]) => {
      const ids = new Set(messages.map((message) => message.id));
      return (message: ChatMessage) => ids.has(message.id);
    };
    const [isKnown, isKept] = [isIn(before), isIn(this.messages)];
    const added = this.messages.filter((message) => !isKnown(message));
    const removed = before.filter((message) => !isKept(message)).map((message) => message.id);
    if (!isAgain && added.length === 0 && removed.length === 0 && this.shown?.rest === text) return null;
    this.shown = { messages: this.messages, rest: text };
    return { added, removed, ...rest };
  }

  private learn(message: ChatMessage): boolean {
    const isKept = this.floor === null || compare(message, this.floor) >= 0;
    const isKnown = this.messages.some((known) => known.id === message.id);
    if (!isKept || isKnown || this.deletions.includes(message.id)) return false;
    const messages = [...this.messages, message].sort(compare);
    if (messages.length > chatWindow) {
      messages.shift();
      this.floor = messages[0] ?? null;
    }
    this.messages = messages;
    return true;
  }

  /** One's own message may be told before the answer to it, or instead. */
  private recognise(message: ChatMessage): void {
    if (message.user_id !== this.user) return;
    const mayBeSaid = ({ error }: Outgoing) => error === null || isLost(error);
    const same = this.pending.find((one) => one.told === null && mayBeSaid(one) && one.body === message.body);
    if (same === undefined) return;
    if (same.error === null) same.told = message;
    else this.pending = this.pending.filter((one) => one !== same);
  }
}
