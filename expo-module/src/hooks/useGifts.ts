import { useEffect, useMemo } from 'react';

import { askIn } from '../client/chat';
import { expectReply } from '../client/commands';
import { followed, followedOr } from '../client/followed';
import { IntentKeys } from '../client/keys';
import type { Gift } from '../generated/bridge';
import type { Repeatable } from '../types';
import { useClient, useSessionRoom } from './context';
import { useReadable } from './useReadable';

/** What {@link useGifts} returns. */
export interface GiftsView {
  /** The newest gifts of the session, the eldest first. */
  gifts: readonly Gift[];
  /** Whether this user may give now. */
  canGive: boolean;
  /**
   * Gives coins to the host, and resolves with what is left of them.
   *
   * @throws {@link LiveError} `insufficient_coins`, `rate_limited`, `forbidden`.
   */
  give(coins: number, options?: Repeatable & { message?: string }): Promise<number>;
}

const none: readonly Gift[] = [];

/** Gifts of the session: those that were given, and giving one. A try that failed half-way is never charged twice. */
export function useGifts(): GiftsView {
  const client = useClient('useGifts');
  const room = useSessionRoom('useGifts');
  const facts = useMemo(
    () => ({
      gifts: followedOr(room, none, (room) => room?.gifts),
      canGive: followedOr(room, false, (room) => room?.canGive),
    }),
    [room],
  );
  const give = useMemo(() => {
    const keys = new IntentKeys();
    return (coins: number, options: Repeatable & { message?: string } = {}) => {
      const { message, signal, idempotencyKey } = options;
      const of = room.get()?.session_ref;
      return keys.run(JSON.stringify([of, coins, message]), idempotencyKey, async (key) => {
        const gift = { coins, message: message ?? null, idempotency_key: key };
        const reply = await askIn(client, room, (session) => ({ command: 'send_gift', session, ...gift }), signal);
        return expectReply(reply, 'balance').coins;
      });
    };
  }, [client, room]);
  return { gifts: useReadable(facts.gifts), canGive: useReadable(facts.canGive), give };
}

/**
 * Coins in this user's wallet: asked for once, and kept right by what is bought and given here. `null` until it is known.
 */
export function useBalance(): number | null {
  const client = useClient('useBalance');
  const balance = useMemo(() => followed(client.connection, (connection) => connection?.balance), [client]);
  const connection = useReadable(client.connection);
  useEffect(() => {
    if (connection?.balance.get() === null) connection.post({ command: 'balance' });
  }, [connection]);
  return useReadable(balance);
}
