import type {
  Call,
  ChatMessage,
  Gift,
  LiveSession,
  MessageId,
  Reactions,
  Recording,
  SessionId,
  StageRequest,
} from '../generated/bridge';

/** A message of a topic, by the event that our triggers name it. It may come late, twice, out of order or not at all. */
export type News =
  | { event: 'session_changed'; session: LiveSession }
  | { event: 'stage_changed'; request: StageRequest }
  | { event: 'call_changed'; call: Call }
  | { event: 'message_created'; message: ChatMessage }
  | { event: 'message_deleted'; message: { id: MessageId; session_id: SessionId } }
  | { event: 'reactions'; reactions: Reactions }
  | { event: 'gift_sent'; gift: Gift }
  | { event: 'recording_changed'; recording: Recording };

/** What a topic tells whoever listens. */
export interface Listener {
  news(news: News): void;
  /** Messages may have been missed: after each (re)subscription. */
  missed(): void;
}

/** The part of a `RealtimeChannel` of supabase-js that is used. */
export interface RealtimeChannelLike {
  on(
    type: 'broadcast',
    filter: { event: string },
    callback: (message: { event: string; payload?: unknown }) => void,
  ): RealtimeChannelLike;
  subscribe(callback: (status: string, error?: Error) => void): unknown;
}

/** The part of a supabase-js client that is used to listen; its session's token opens the private topics. */
export interface RealtimeSource {
  channel(topic: string, options: { config: { private: boolean } }): RealtimeChannelLike;
  removeChannel(channel: never): Promise<unknown>;
}

interface Topic {
  listeners: Set<Listener>;
  isOpen: boolean;
  channel: RealtimeChannelLike | null;
}

/** Private Broadcast topics, each opened once however many listen. supabase-js opens them again after an outage. */
export class Realtime {
  private readonly topics = new Map<string, Topic>();
  private readonly closing = new Map<string, Promise<unknown>>();

  constructor(private readonly source: RealtimeSource) {}

  /** Listens until the returned function is called. */
  listen(name: string, listener: Listener): () => void {
    const topic = this.topics.get(name) ?? this.open(name);
    topic.listeners.add(listener);
    if (topic.isOpen) queueMicrotask(() => topic.listeners.has(listener) && listener.missed());
    return () => {
      topic.listeners.delete(listener);
      if (topic.listeners.size === 0 && this.topics.get(name) === topic) this.close(name, topic);
    };
  }

  private open(name: string): Topic {
    const topic: Topic = { listeners: new Set(), isOpen: false, channel: null };
    this.topics.set(name, topic);
    void this.subscribe(name, topic);
    return topic;
  }

  private async subscribe(name: string, topic: Topic): Promise<void> {
    // A channel that is being left can't be joined.
    await this.closing.get(name);
    if (topic.listeners.size === 0 || this.topics.get(name) !== topic) return;
    const channel = this.source.channel(name, { config: { private: true } });
    topic.channel = channel;
    channel.on('broadcast', { event: '*' }, ({ event, payload }) => {
      if (typeof payload !== 'object' || payload === null) return;
      for (const listener of topic.listeners) listener.news({ ...payload, event } as News);
    });
    channel.subscribe((status) => {
      if (status !== 'SUBSCRIBED') return;
      topic.isOpen = true;
      for (const listener of topic.listeners) listener.missed();
    });
  }

  private close(name: string, topic: Topic): void {
    this.topics.delete(name);
    if (!topic.channel) return;
    const left = this.source.removeChannel(topic.channel as never).catch(() => {});
    this.closing.set(name, left);
    void left.then(() => this.closing.get(name) === left && this.closing.delete(name));
  }
}
