import type { AudioRoute, AudioRoutes } from './host';
import type { LiveError } from './errors';
import type {
  Access,
  BanScope,
  Call,
  CallCapabilities,
  CallDirection,
  CallEndReason,
  CallState,
  ChatMessage,
  Envelope,
  Facing,
  LiveSession,
  MemberState,
  MessageKey,
  Recording,
  ReactionKind,
  Role,
  SessionCapabilities,
  SessionId,
  SessionState,
  SessionType,
  StageCapabilities,
  StageRequest,
  Stage,
  UserId,
  Viewing,
} from './generated/bridge';

/** Gives a request up: what it had begun is undone, and its promise rejects with the signal's reason. */
export interface Abortable {
  signal?: AbortSignal | undefined;
}

/** A request that charges or makes something. The same key never does it twice; one is made, and kept for a retry, where it is left out. */
export interface Repeatable extends Abortable {
  idempotencyKey?: string | undefined;
}

/** A device that its user switches on and off. */
export interface Toggle {
  /** The server has taken the track, and the others can have it. */
  enabled: boolean;
  /** The last wish isn't carried out: it is on its way, or waits for a grant, the air or the connection. */
  pending: boolean;
  /** Why the last wish was refused; `null` after the next one. */
  error: LiveError | null;
  /** Wishes it on or off. What comes of it is in the fields above. */
  set(on: boolean): void;
  /** Wishes the opposite of the last wish: one that waits is taken back. */
  toggle(): void;
}

/** A camera: it can be turned, too. */
export interface CameraToggle extends Toggle {
  /** Which way it looks. */
  facing: Facing;
  /** Turns it; while it is off, nothing happens. */
  flip(): void;
}

/** Somebody in a room. */
export interface RoomParticipant extends Omit<MemberState, 'user'> {
  id: UserId;
  /** This user, on this device. */
  isLocal: boolean;
  /** Publishes no microphone, or a muted one. */
  isMuted: boolean;
  /** Publishes a camera that isn't muted. */
  hasCamera: boolean;
}

/** What may be done in a session: by oneself, and about the stage. */
export type Capability = keyof SessionCapabilities | keyof StageCapabilities;

/** A session, without what changes with every viewer: that is `viewerCount`. */
export type SessionInfo = Omit<LiveSession, 'viewer_count'>;

/** A change of a session, as the core told it; `flushed` ones came to be before JavaScript was there. */
export type SessionEvent = Extract<Envelope, { update: 'session' }>;

/** A change of a call. */
export type CallEvent = Extract<Envelope, { update: 'call' }>;

/** What a new session is. */
export interface NewSession extends Repeatable {
  type: Extract<SessionType, 'video_live' | 'audio_room'>;
  /** 1 to 120 characters. */
  title: string;
  /** Default: `public`. */
  access?: Access;
  /** Coins; for `pay_per_view` alone. */
  priceCoins?: number;
}

/** How to enter a session. */
export interface JoinOptions extends Repeatable {
  /** The price that the user agreed to, in coins; another one is refused with `price_changed`. */
  acceptPrice?: number | undefined;
}

/** This user's raised hand. */
export interface Hand {
  raised: boolean;
  /** An answer of the server is on its way. */
  pending: boolean;
  /** @throws {@link LiveError} `conflict` while it can't be raised, `rate_limited`. */
  raise(): Promise<void>;
  lower(): Promise<void>;
}

/** The invitation onto the stage that waits for this user's answer. */
export interface StageInvite {
  role: Role;
  /** By the server's clock. */
  expiresAt: string;
  accept(): Promise<void>;
  decline(): Promise<void>;
}

/** Why somebody is muted, kicked or banned; told to that person and kept. */
export interface ModerationOptions extends Abortable {
  reason?: string;
}

/** Who leads a session does this; what may be done now is in `can`. Every promise rejects with a {@link LiveError}. */
export interface SessionHost {
  goLive(options?: Abortable): Promise<void>;
  /** For everybody. */
  end(options?: Abortable): Promise<void>;
  /** Invites onto the stage, or lets in who raised a hand (`setRole` does so without asking). */
  invite(user: UserId, role?: Role, options?: Abortable): Promise<void>;
  /** Onto the stage with `co_host` or `speaker`; back into the audience with any other role. */
  setRole(user: UserId, role: Role, options?: Abortable): Promise<void>;
  dismissHand(user: UserId, options?: Abortable): Promise<void>;
  mute(user: UserId, options?: ModerationOptions): Promise<void>;
  unmute(user: UserId, options?: Abortable): Promise<void>;
  kick(user: UserId, options?: ModerationOptions): Promise<void>;
  /** From this session, or with `scope: 'creator'` from all of its creator's. */
  ban(user: UserId, options?: ModerationOptions & { scope?: BanScope; expiresInSeconds?: number }): Promise<void>;
  unban(user: UserId, options?: Abortable & { scope?: BanScope }): Promise<void>;
  startRecording(options?: Abortable): Promise<Recording>;
  stopRecording(options?: Abortable): Promise<Recording>;
}

/** What `useLiveSession` returns. A component redraws only when something changes that it has read. */
export interface LiveSessionView {
  /** Where it stands; each state is described in docs/ui-states.md. */
  readonly state: SessionState['state'];
  /** What is in the way, while `locked`. */
  readonly lock: Extract<SessionState, { state: 'locked' }>['lock'] | null;
  /** Why it is over, once it is `ended`. */
  readonly endReason: Extract<SessionState, { state: 'ended' }>['reason'] | null;
  /** What went wrong last: why it `failed`, or why it couldn't be entered. */
  readonly error: LiveError | null;
  /** Tries so far, while `reconnecting`. */
  readonly attempt: number;
  /** `null` until the server has said it. */
  readonly session: SessionInfo | null;
  readonly role: Role | null;
  can(capability: Capability): boolean;
  readonly microphone: Toggle;
  readonly camera: CameraToggle;
  readonly screenShare: Toggle;
  /** Who is on the stage, this user among them. */
  readonly stage: readonly RoomParticipant[];
  readonly viewerCount: number;
  /** Coins that entering charged. */
  readonly chargedCoins: number;
  readonly hand: Hand;
  readonly invite: StageInvite | null;
  /** Where this user stands beside the stage. */
  readonly stageState: Stage['state'];
  /** Raised hands and open invitations of others, the eldest first; for those who lead the stage. */
  readonly stageRequests: readonly StageRequest[];
  /** Whether pictures are received, and why not. */
  readonly viewing: Viewing['mode'];
  /** Sound alone, or pictures too. */
  setAudioOnly(on: boolean): void;
  /** @throws {@link LiveError} what the server says; see the README's table of codes. */
  join(options?: JoinOptions): Promise<void>;
  /** Accepted in every state; a host who leaves ends the session. */
  leave(): Promise<void>;
  /** Back into the audience. */
  stepDown(): Promise<void>;
  /** `null` for who leads nothing here. */
  readonly host: SessionHost | null;
}

/** A call, as a screen shows it. */
export interface CallInfo {
  /** `null` until the server knows of it. */
  id: Call['id'] | null;
  state: CallState['state'];
  direction: CallDirection;
  /** Who is at the other end; `null` until it is known. */
  peerId: UserId | null;
  isVideo: boolean;
  /** Why it is over, once it is `ended`. */
  endReason: CallEndReason | null;
  /** Tries so far, while `reconnecting`. */
  attempt: number;
  /** What went wrong last. */
  error: LiveError | null;
  can: CallCapabilities;
  /** An open wish for a video call: this user's own, or the other one's to be answered. */
  videoRequest: { isOwn: boolean; expiresAt: string } | null;
}

/** Where the call's sound comes out. */
export interface CallAudio extends AudioRoutes {
  select(route: AudioRoute['id'] | AudioRoute): void;
  /** Between loudspeaker and whatever else there is; `enabled` while the loudspeaker plays. */
  speaker: Toggle;
}

/** What `useCall` returns. A component redraws only when something changes that it has read. */
export interface CallView {
  /** The call of this user: dialled or answered; one that is over stays until {@link CallView.dismiss} or the next one. */
  readonly call: CallInfo | null;
  /** The call that rings here. */
  readonly incoming: CallInfo | null;
  /** @throws {@link LiveError} `busy`, `blocked`, `not_found`, `rate_limited`. Resolves once it rings there. */
  start(user: UserId, options?: Abortable & { video?: boolean }): Promise<void>;
  /** Takes the one that rings; resolves once both can talk. */
  accept(): Promise<void>;
  decline(): void;
  /** Cancels or hangs up. */
  hangUp(): void;
  /** Forgets a call that is over. */
  dismiss(): void;
  readonly microphone: Toggle;
  readonly camera: CameraToggle;
  readonly screenShare: Toggle;
  readonly audio: CallAudio;
  readonly isHeld: boolean;
  hold(on: boolean): void;
  /** Whole seconds since both talk, in milliseconds; 0 before. Who reads it is redrawn every second. */
  readonly durationMs: number;
  /** Asks for a video call, answers the other one's wish, or goes back to voices. */
  readonly video: {
    request(options?: Abortable): Promise<void>;
    accept(): Promise<void>;
    decline(): Promise<void>;
    toAudio(): Promise<void>;
  };
}

/** A message of this user that isn't known to be said. */
export interface PendingMessage {
  id: number;
  body: string;
  /** Why it wasn't said; `null` while it is on its way. */
  error: LiveError | null;
}

/** What `useChat` returns. */
export interface ChatView {
  /** The eldest first. */
  readonly messages: readonly ChatMessage[];
  /** This user's own that are on their way or were refused. */
  readonly pending: readonly PendingMessage[];
  /** Whether any of them is on its way. */
  readonly isSending: boolean;
  /** Whether nothing older was said than `messages` holds. */
  readonly isFromTheBeginning: boolean;
  /** Whether this user may write now. */
  readonly canSend: boolean;
  /** @throws {@link LiveError} `rate_limited` with `details.limit` `slow_mode`, `forbidden` for who is muted. */
  send(body: string, options?: Abortable): Promise<void>;
  /** Forgets one that was refused. */
  dismiss(pending: PendingMessage['id']): void;
  delete(message: ChatMessage['id'], options?: Abortable): Promise<void>;
  /** Older ones than `before`, the newest first; they aren't kept in `messages`. */
  history(options?: Abortable & { before?: MessageKey; limit?: number }): Promise<readonly ChatMessage[]>;
  react(kind: ReactionKind): Promise<void>;
}

export type { SessionId };
