import { useCallback, useMemo } from 'react';

import { chatActions, type ChatActions } from '../client/chat';
import { followedOr } from '../client/followed';
import { thrown } from '../client/toggle';
import { derived, type Readable, type ReadablesOf } from '../store/fact';
import { noChat, type SessionRoom } from '../store/session';
import type { ChatView } from '../types';
import { useClient, useSessionRoom } from './context';
import { useReadables, viewOf, type Read } from './useReadable';

/**
 * The chat of the session.
 *
 * @example
 * ```tsx
 * const { messages, send, canSend } = useChat();
 * ```
 */
export function useChat(): ChatView {
  const client = useClient('useChat');
  const room = useSessionRoom('useChat');
  const source = useMemo(() => ({ facts: chatFacts(room), actions: chatActions(client, room) }), [client, room]);
  return useReadables(useCallback((read: Read) => viewOf(read, source.facts, source.actions), [source]));
}

function chatFacts(room: Readable<SessionRoom | null>): ReadablesOf<Omit<ChatView, keyof ChatActions>> {
  const chat = followedOr(room, noChat, (room) => room?.chat);
  const pending = derived([chat], (chat) => chat.pending);
  return {
    messages: derived([chat], (chat) => chat.messages),
    pending: derived([pending], (pending) => pending.map((one) => ({ ...one, error: thrown(one.error) }))),
    isSending: derived([pending], (pending) => pending.some((one) => one.error === null)),
    isFromTheBeginning: derived([chat], (chat) => chat.isFromTheBeginning),
    canSend: followedOr(room, false, (room) => room?.canChat),
  };
}
