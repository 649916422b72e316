import { LiveError } from '../errors';
import type { Envelope, Request } from '../generated/bridge';

/** `Omit` that keeps a union a union. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Everything that the core may be asked for. */
export type Command = Without<Request, 'id'>;

/** What came of a request. */
export type Reply = Extract<Envelope, { update: 'reply' }>;

/** What came of it, of one kind. */
export type ReplyOf<K extends Reply['outcome']> = Extract<Reply, { outcome: K }>;

/** The reply, which is of that kind, or the host and this package are of different versions. */
export function expectReply<K extends Reply['outcome']>(reply: Reply, outcome: K): ReplyOf<K> {
  if (reply.outcome === outcome) return reply as ReplyOf<K>;
  throw new LiveError('internal', `The core answered "${reply.outcome}" where "${outcome}" was expected.`, {
    retryable: false,
    fix: 'Rebuild the app: its native part and this package are of different versions.',
  });
}
