import { LiveError } from '../errors';
import type { SessionRef } from '../generated/bridge';
import type { Readable } from '../store/fact';
import type { SessionRoom } from '../store/session';
import type { ChatView } from '../types';
import type { LiveClient } from './client';
import { expectReply, type Command, type Reply } from './commands';

/** How many older messages are asked for at a time. */
const PAGE = 50;

/** Asks for something in the session that is meant. */
export async function askIn(
  client: LiveClient,
  room: Readable<SessionRoom | null>,
  command: (session: SessionRef) => Command,
  signal?: AbortSignal,
): Promise<Reply> {
  const current = room.get();
  if (current && !current.isClosed.get()) return client.request(command(current.session_ref), signal);
  throw new LiveError('conflict', 'This session is not open here.', { fix: 'Call `join()` first.' });
}

/** What a chat view does. */
export type ChatActions = Pick<ChatView, 'send' | 'dismiss' | 'delete' | 'history' | 'react'>;

/** What may be asked of a chat. */
export function chatActions(client: LiveClient, room: Readable<SessionRoom | null>): ChatActions {
  const ask = (command: (session: SessionRef) => Command, signal?: AbortSignal) => askIn(client, room, command, signal);
  return {
    send: async (body, { signal } = {}) => {
      expectReply(await ask((session) => ({ command: 'send_message', session, body }), signal), 'message');
    },
    dismiss: (pending) => {
      const session = room.get()?.session_ref;
      if (session !== undefined) client.connection.get()?.post({ command: 'dismiss_message', session, pending });
    },
    delete: async (message_id, { signal } = {}) => {
      await ask((session) => ({ command: 'delete_message', session, message_id }), signal);
    },
    history: async ({ before, limit = PAGE, signal } = {}) => {
      const from = { before: before ?? null, limit };
      return expectReply(await ask((session) => ({ command: 'history', session, ...from }), signal), 'messages')
        .messages;
    },
    react: async (kind) => {
      await ask((session) => ({ command: 'send_reaction', session, kind }));
    },
  };
}
