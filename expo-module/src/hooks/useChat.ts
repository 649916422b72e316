import { useCallback, useMemo } from 'react';

import { chatActions } from '../client/chat';
import { followedOr } from '../client/followed';
import { thrown } from '../client/toggle';
import { derived, type Readable } from '../store/fact';
import { noChat, type SessionRoom } from '../store/session';
import type { ChatView } from '../types';
import { useClient, useSessionRoom } from './context';
import { useReadables, type Read } from './useReadable';

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
  return useReadables(useCallback((read: Read) => new View(source, read), [source]));
}

function chatFacts(room: Readable<SessionRoom | null>) {
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

interface Source {
  facts: ReturnType<typeof chatFacts>;
  actions: ReturnType<typeof chatActions>;
}

class View implements ChatView {
  readonly send;
  readonly dismiss;
  readonly delete;
  readonly history;
  readonly react;

  constructor(
    private readonly source: Source,
    private readonly read: Read,
  ) {
    const { actions } = source;
    this.send = actions.send;
    this.dismiss = actions.dismiss;
    this.delete = actions.delete;
    this.history = actions.history;
    this.react = actions.react;
  }

  get messages() {
    return this.read(this.source.facts.messages);
  }

  get pending() {
    return this.read(this.source.facts.pending);
  }

  get isSending() {
    return this.read(this.source.facts.isSending);
  }

  get isFromTheBeginning() {
    return this.read(this.source.facts.isFromTheBeginning);
  }

  get canSend() {
    return this.read(this.source.facts.canSend);
  }
}
