/** The parts of the bridge's messages, taken from the generated types. */
import type { Envelope, Request } from '../generated/bridge';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** What is new, before it has its place in the stream. */
export type Update = Without<Envelope, 'seq' | 'at' | 'flushed'>;

/** What came of a request. */
export type Outcome = Without<Extract<Update, { update: 'reply' }>, 'update' | 'id'>;

/** How a session changed. */
export type SessionChange = Without<Extract<Update, { update: 'session' }>, 'update' | 'session'>;

/** How a call changed. */
export type CallChange = Without<Extract<Update, { update: 'call' }>, 'update' | 'call'>;

/** What to do, without the number that the reply carries. */
export type Command = Without<Request, 'id'>;

/** One command by its name. */
export type CommandOf<Name extends Command['command']> = Extract<Command, { command: Name }>;

/** What was done, where there is nothing more to say. */
export const done: Outcome = { outcome: 'done' };
