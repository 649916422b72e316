import { createContext, useContext, useEffect, useMemo, type ReactNode } from 'react';

import { LiveClient, type AnyRoom } from '../client/client';
import { misuse } from '../errors';
import type { SessionId } from '../generated/bridge';
import type { Events } from '../store/events';
import { derived, type Readable } from '../store/fact';
import type { SessionRoom } from '../store/session';
import { useLatest } from './useReadable';

const Client = createContext<LiveClient | null>(null);
const Scope = createContext<Readable<AnyRoom> | null>(null);

/** Props of {@link LiveProvider}. */
export interface LiveProviderProps {
  /** What `createLiveClient` returned, once, outside of components. */
  client: LiveClient;
  children?: ReactNode;
}

/** Gives the hooks inside it their client. What goes on outlives it: an unmounted provider hangs nothing up. */
export function LiveProvider({ client, children }: LiveProviderProps) {
  if (!(client instanceof LiveClient)) {
    throw misuse(
      'client',
      `<LiveProvider> needs a live client, and got ${client === null ? 'null' : typeof client}.`,
      'Make one outside of components: `const client = createLiveClient({ supabase })`.',
    );
  }
  return <Client.Provider value={client}>{children}</Client.Provider>;
}

/** Props of {@link LiveRoom}. */
export type LiveRoomProps = { children?: ReactNode } & ({ session: SessionId } | { call: true });

/**
 * Says which room the hooks inside it are about: `useParticipants`, `useIsSpeaking`, `useChat` and the like. Without it they are
 * about the call of this user, or else the session that was opened last.
 */
export function LiveRoom(props: LiveRoomProps) {
  const client = useClient('<LiveRoom>');
  const session = 'session' in props ? props.session : null;
  const room: Readable<AnyRoom> = session === null ? client.calls.room : client.session(session).room;
  return <Scope.Provider value={room}>{props.children}</Scope.Provider>;
}

/** The client of the provider around. `hook` is who asks, for the message. */
export function useClient(hook: string): LiveClient {
  const client = useContext(Client);
  if (client) return client;
  throw misuse(
    'client',
    `${hook} was used outside of <LiveProvider>.`,
    'Put `<LiveProvider client={client}>` around the app, with `client = createLiveClient({ supabase })`.',
  );
}

/** The room that is meant here. */
export function useRoom(hook: string): Readable<AnyRoom> {
  const client = useClient(hook);
  return useContext(Scope) ?? client.currentRoom;
}

/** The session that is meant here. */
export function useSessionRoom(hook: string): Readable<SessionRoom | null> {
  const room = useRoom(hook);
  return useMemo(() => derived([room], (room) => (room && 'session_ref' in room ? room : null)), [room]);
}

/** Calls `listener` with each event of whatever that is now; another listener takes over without missing any. */
export function useEvents<E extends { flushed: boolean }>(
  source: Readable<{ readonly events: Events<E> } | null>,
  listener: ((event: E) => void) | undefined,
): void {
  const latest = useLatest(listener);
  const isWanted = listener !== undefined;
  useEffect(() => {
    if (!isWanted) return undefined;
    let endListening: (() => void) | undefined;
    let heard: Events<E> | undefined;
    const follow = () => {
      const events = source.get()?.events;
      if (events === heard) return;
      endListening?.();
      heard = events;
      endListening = events?.listen((event) => latest.current?.(event));
    };
    const endFollowing = source.subscribe(follow);
    follow();
    return () => {
      endFollowing();
      endListening?.();
    };
  }, [source, isWanted, latest]);
}
