import type { CallRef, SessionId, SessionRef } from '../generated/bridge';
import type { CallEvent, SessionEvent } from '../types';
import { CallRoom, type Dialled } from './call';
import { Events } from './events';
import { Fact } from './fact';
import { SessionRoom } from './session';

/** The sessions and calls of one user, as the core told them. */
export class LiveStore {
  readonly #sessions = new Map<SessionRef, SessionRoom>();
  readonly #calls = new Map<CallRef, CallRoom>();
  /** The session of each id that was told of last. */
  readonly #byId = new Map<SessionId, Fact<SessionRoom | null>>();
  /** The call of this user that was dialled or answered last; kept when it is over, until another one takes its place. */
  readonly call = new Fact<CallRoom | null>(null);
  /** The same, while it isn't over. */
  readonly talking = new Fact<CallRoom | null>(null);
  /** What happens in all calls. */
  readonly callEvents = new Events<CallEvent>();
  /** The call that rings here; the eldest where there are several. */
  readonly incoming = new Fact<CallRoom | null>(null);
  /** The session that was opened last, of those that aren't over. */
  readonly newest = new Fact<SessionRoom | null>(null);
  #dialling: Dialled | null = null;

  /** Takes an update about a session or a call. */
  apply(update: SessionEvent | CallEvent): void {
    switch (update.update) {
      case 'session':
        return this.#applySession(update);
      case 'call':
        return this.#applyCall(update);
    }
  }

  /** The session of that number, also before anything was told of it. */
  session(ref: SessionRef): SessionRoom {
    let room = this.#sessions.get(ref);
    if (!room) {
      room = new SessionRoom(ref);
      this.#sessions.set(ref, room);
    }
    return room;
  }

  /** The session of that id; `null` while none is open. */
  sessionOf(id: SessionId): Fact<SessionRoom | null> {
    let room = this.#byId.get(id);
    if (!room) {
      room = new Fact<SessionRoom | null>(null);
      this.#byId.set(id, room);
    }
    return room;
  }

  /** The next call that is dialled goes there; the core learns who is at the other end from the server alone. */
  dialling(dialled: Dialled | null): void {
    this.#dialling = dialled;
  }

  /** The call of that number, if it is known. */
  knownCall(ref: CallRef): CallRoom | undefined {
    return this.#calls.get(ref);
  }

  /** Forgets a call that is over. */
  dismissCall(): void {
    if (this.call.get()?.isOver) this.call.set(null);
  }

  /** Everything is told again. Answers what is to be asked for: whoever isn't told of again is gone. */
  expectAgain(): readonly (SessionRoom | CallRoom)[] {
    const rooms = [...this.#sessions.values(), ...this.#calls.values()].filter((room) => !room.isClosed.get());
    for (const room of rooms) room.expectAgain();
    return rooms;
  }

  /** The core knows nothing of it any more. */
  drop(room: SessionRoom | CallRoom): void {
    room.lose();
    this.#release(room);
  }

  #applySession(event: SessionEvent): void {
    const room = this.session(event.session);
    room.apply(event);
    if (event.change === 'session') this.#adopt(room, event.value.id);
    if (!room.isOver) this.newest.set(this.#isOlder(room) ? this.newest.get() : room);
    else this.#release(room);
    if (event.change === 'closed') this.#sessions.delete(event.session);
  }

  /** Whether there is a newer session that goes on. */
  #isOlder(room: SessionRoom): boolean {
    const newest = this.newest.get();
    return newest !== null && !newest.isOver && newest.session_ref > room.session_ref;
  }

  /** A session that JavaScript didn't open itself, or has just created, is found by its id. */
  #adopt(room: SessionRoom, id: SessionId): void {
    const current = this.sessionOf(id);
    const known = current.get();
    if (known === null || known.session_ref < room.session_ref) current.set(room);
  }

  #applyCall(event: CallEvent): void {
    let room = this.#calls.get(event.call);
    if (!room) {
      room = new CallRoom(event.call);
      this.#calls.set(event.call, room);
    }
    room.apply(event);
    if (event.change === 'state') this.#place(room);
    if (event.change === 'closed') {
      this.#calls.delete(event.call);
      this.#release(room);
    }
    this.callEvents.emit(event);
  }

  /** Whether it rings here, or is this user's. */
  #place(room: CallRoom): void {
    const { state } = room.state.get();
    if (state === 'dialing' && this.#dialling && room.dialled.get() === null) {
      room.dialled.set(this.#dialling);
      this.#dialling = null;
    }
    if (room.ringsHere) {
      const incoming = this.incoming.get();
      if (incoming === null || incoming.isOver || !incoming.ringsHere) this.incoming.set(room);
      return;
    }
    const wasIncoming = this.incoming.get() === room;
    if (wasIncoming) this.#nextIncoming();
    // One that rang here and is over was never this user's.
    if (room.isOver && this.call.get() !== room) return;
    if (state !== 'idle') this.call.set(room);
    this.#talk();
  }

  #talk(): void {
    const call = this.call.get();
    this.talking.set(call && !call.isOver ? call : null);
  }

  #nextIncoming(): void {
    const ringing = [...this.#calls.values()].filter((room) => room.ringsHere);
    this.incoming.set(ringing[0] ?? null);
  }

  #release(room: SessionRoom | CallRoom): void {
    if (this.incoming.get() === room) this.#nextIncoming();
    this.#talk();
    if (this.newest.get() !== room) return;
    const open = [...this.#sessions.values()].filter((session) => !session.isOver);
    this.newest.set(open.at(-1) ?? null);
  }
}
