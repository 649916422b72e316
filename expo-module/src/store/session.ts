import type {
  ChatChange,
  ChatMessage,
  Gift,
  Grants,
  LiveSession,
  PendingState,
  Recording,
  Role,
  SessionCapabilities,
  SessionRef,
  SessionState,
  Stage,
  StageRequest,
} from '../generated/bridge';
import type { SessionEvent } from '../types';
import { derived, Fact } from './fact';
import { Room } from './room';
import { inOrder } from './time';

/** The newest messages of a session, and those of this user that aren't said yet. */
export interface Chat {
  /** The eldest first. */
  messages: readonly ChatMessage[];
  pending: readonly PendingState[];
  isFromTheBeginning: boolean;
}

/** A chat that nothing was said in. */
export const noChat: Chat = { messages: [], pending: [], isFromTheBeginning: false };

/** As many gifts as a screen shows at a time, and some. */
const KEPT_GIFTS = 50;

const nothing: SessionCapabilities = {
  enter: false,
  leave: false,
  go_live: false,
  end: false,
  microphone: false,
  camera: false,
  screen_share: false,
  chat: false,
  give: false,
  moderate: false,
  record: false,
};

const audience: Stage = {
  state: 'audience',
  pending: null,
  can: { raise_hand: false, lower_hand: false, answer_invitation: false, step_down: false, lead: false },
  last_error: null,
  request: null,
};

/** What is known of a session that the core has opened. */
export class SessionRoom extends Room<SessionEvent> {
  readonly state = new Fact<SessionState>({ state: 'idle' });
  readonly session = new Fact<LiveSession | null>(null);
  readonly viewerCount = new Fact(0);
  readonly role = new Fact<Role | null>(null);
  readonly grants = new Fact<Grants>({ audio: false, video: false });
  readonly can = new Fact<SessionCapabilities>(nothing);
  readonly chargedCoins = new Fact(0);
  readonly stage = new Fact<Stage>(audience);
  readonly stageRequests = new Fact<readonly StageRequest[]>([]);
  readonly recording = new Fact<Recording | null>(null);
  readonly chat = new Fact<Chat>(noChat);
  /** The newest gifts, the eldest first. */
  readonly gifts = new Fact<readonly Gift[]>([]);
  /** Whether this user may write. */
  readonly canChat = derived([this.can], (can) => can.chat);
  readonly canGive = derived([this.can], (can) => can.give);
  readonly canRecord = derived([this.can], (can) => can.record);
  readonly canModerate = derived([this.can], (can) => can.moderate);

  #isChatToldAgain = false;

  constructor(readonly session_ref: SessionRef) {
    super({ session: session_ref });
  }

  get isOver(): boolean {
    switch (this.state.get().state) {
      case 'ended':
      case 'failed':
        return true;
      case 'idle':
      case 'authorizing':
      case 'locked':
      case 'connecting':
      case 'backstage':
      case 'live':
      case 'reconnecting':
        return this.isClosed.get();
    }
  }

  lose(): void {
    if (!this.isOver) this.state.set({ state: 'ended', reason: 'other' });
    this.can.set(nothing);
    this.isClosed.set(true);
  }

  protected applyChange(event: SessionEvent): void {
    switch (event.change) {
      case 'state':
        return this.state.set(event.value);
      case 'session':
        this.session.set(event.value);
        return this.viewerCount.set(event.value.viewer_count);
      case 'viewer_count':
        return this.viewerCount.set(event.value);
      case 'role':
        return this.role.set(event.value);
      case 'grants':
        return this.grants.set(event.value);
      case 'can':
        return this.can.set(event.value);
      case 'charged_coins':
        return this.chargedCoins.set(event.value);
      case 'stage':
        return this.stage.set(event.value);
      case 'stage_requests':
        return this.stageRequests.set(event.value);
      case 'recording':
        return this.recording.set(event.value);
      case 'chat':
        return this.#applyChat(event.value);
      case 'room':
        return this.facts.apply(event.value);
      case 'closed':
        return this.isClosed.set(true);
      case 'gift':
        return this.gifts.set(withGift(this.gifts.get(), event.value));
      // Taps are events; nothing stands for them.
      case 'reactions':
        return undefined;
    }
  }

  protected override startOver(): void {
    super.startOver();
    this.#isChatToldAgain = true;
  }

  #applyChat(change: ChatChange): void {
    const before = this.#isChatToldAgain ? noChat : this.chat.get();
    this.#isChatToldAgain = false;
    this.chat.set(withChange(before, change));
  }
}

function withGift(gifts: readonly Gift[], gift: Gift): readonly Gift[] {
  return [...gifts.filter(({ id }) => id !== gift.id), gift].sort(inOrder).slice(-KEPT_GIFTS);
}

function withChange(chat: Chat, change: ChatChange): Chat {
  const gone = new Set(change.removed);
  const messages = new Map(chat.messages.filter(({ id }) => !gone.has(id)).map((message) => [message.id, message]));
  for (const message of change.added) messages.set(message.id, message);
  return {
    messages: [...messages.values()].sort(inOrder),
    pending: change.pending,
    isFromTheBeginning: change.from_the_beginning,
  };
}
