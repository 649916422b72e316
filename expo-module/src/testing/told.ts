import type { ChatChange, ChatMessage, MemberState, PendingState, RoomChange, UserId } from '../generated/bridge';
import { isSame } from '../store/same';

/** Remembers what was told, and tells what is new: as the core does, a fact alone, whole, and only when it changed. */
export class Told<C extends { change: string; value?: unknown }> {
  readonly #facts = new Map<string, unknown>();
  #members = new Map<UserId, MemberState>();
  #speaking = new Set<UserId>();
  #chat: { messages: readonly ChatMessage[]; pending: readonly PendingState[] } | null = null;

  constructor(private readonly say: (change: C) => void) {}

  /** Everything is to be told again. */
  forget(): void {
    this.#facts.clear();
    this.#members.clear();
    this.#speaking.clear();
    this.#chat = null;
  }

  facts(changes: readonly C[]): void {
    for (const change of changes) {
      const name = isRoom(change.value) ? `room ${change.value.room}` : change.change;
      if (this.#facts.has(name) && isSame(this.#facts.get(name), change.value)) continue;
      this.#facts.set(name, change.value);
      this.say(change);
    }
  }

  people(members: readonly MemberState[], speaking: ReadonlySet<UserId>, room: (change: RoomChange) => C): void {
    const now = new Map(members.map((member) => [member.user, member]));
    const left = [...this.#members.keys()].filter((user) => !now.has(user));
    const changed = members.filter((member) => !isSame(this.#members.get(member.user), member));
    this.#members = now;
    if (left.length > 0 || changed.length > 0)
      this.say(room({ room: 'members', value: { changed: [...changed], left } }));
    for (const { user } of members) {
      const isSpeaking = speaking.has(user);
      if (this.#speaking.has(user) === isSpeaking) continue;
      if (isSpeaking) this.#speaking.add(user);
      else this.#speaking.delete(user);
      this.say(room({ room: 'speaking', value: { user, speaking: isSpeaking } }));
    }
  }

  chat(messages: readonly ChatMessage[], pending: readonly PendingState[], change: (value: ChatChange) => C): void {
    const before = this.#chat;
    const known = new Set(before?.messages.map(({ id }) => id));
    const now = new Set(messages.map(({ id }) => id));
    const added = messages.filter(({ id }) => !known.has(id));
    const removed = [...known].filter((id) => !now.has(id));
    if (before && added.length === 0 && removed.length === 0 && isSame(before.pending, pending)) return;
    this.#chat = { messages: [...messages], pending: [...pending] };
    this.say(change({ added, removed, pending: [...pending], from_the_beginning: true }));
  }
}

function isRoom(value: unknown): value is RoomChange {
  return typeof value === 'object' && value !== null && 'room' in value;
}
