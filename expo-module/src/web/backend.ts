import type {
  Call,
  CallId,
  CallType,
  ChatMessage,
  DoNotDisturb,
  LiveSession,
  MessageId,
  MessageKey,
  Participant,
  ReactionKind,
  Recording,
  Role,
  SessionId,
  StageCommand,
  StageRequest,
  UserId,
} from '../generated/bridge';
import type { Http } from './http';
import type { CommandOf } from './types';

/** Where a room is, and the key to it. A secret. */
export interface LiveKitAccess {
  url: string;
  token: string;
}

/** A fresh token, and what its holder is. */
export interface RoomAccess {
  role: Role;
  livekit: LiveKitAccess;
}

/** Let into a session. */
export interface SessionAdmission extends RoomAccess {
  session: LiveSession;
  /** What this very request charged; none on a rejoin. */
  charged_coins?: number;
}

/** A call, and where its room is once it is accepted. */
export interface CallAdmission {
  call: Call;
  livekit?: LiveKitAccess;
}

/** What is done on the stage, in the server's words. */
export type StageAction = 'request' | 'cancel_request' | 'invite' | 'accept' | 'decline' | 'promote' | 'demote';

/** How somebody stands on the stage after an action. */
export interface StageOutcome {
  participant: Participant;
  request?: StageRequest | null;
}

/** What is done about a call's type. */
export type CallTypeChange = 'request_video' | 'accept_video' | 'decline_video' | 'to_audio';

/** The server's word for what the user wishes. */
export const stageActions: Record<StageCommand, StageAction> = {
  raise: 'request',
  lower: 'cancel_request',
  accept: 'accept',
  decline: 'decline',
};

const SESSION =
  'id,room_name,session_type,title,host_id,acting_host_id,access,price_coins,status,viewer_count,started_at,ended_at,end_reason';
const STAGE_REQUEST = 'id,session_id,user_id,kind,role,status,created_by,created_at,expires_at';
const CALL =
  'id,status,call_type,caller_id,callee_id,ring_expires_at,answered_device_id,video_request,version,end_reason';
const MESSAGE = 'id,session_id,user_id,body,created_at';
const RECORDING = 'id,session_id,status,created_at,ended_at,duration_ms,size_bytes,expires_at';

const representation = { Prefer: 'return=representation' };

/** The product's backend: a method for each question, each one try. Refusals are thrown as `Refused`. */
export class Backend {
  constructor(private readonly http: Http) {}

  createSession({ session: _, command: __, idempotency_key, price_coins, ...session }: CommandOf<'create_session'>) {
    const given = price_coins == null ? session : { ...session, price_coins };
    return this.http.call<SessionAdmission>('create-session', given, idempotency_key ?? newKey());
  }

  joinSession(session_id: SessionId, accept_price: number | null | undefined, key: string) {
    const request = accept_price == null ? { session_id } : { session_id, accept_price };
    return this.http.call<SessionAdmission>('join-session', request, key);
  }

  async startSession(session_id: SessionId) {
    return (await this.http.call<{ session: LiveSession }>('start-session', { session_id })).session;
  }

  async endSession(session_id: SessionId) {
    return (await this.http.call<{ session: LiveSession }>('end-session', { session_id })).session;
  }

  async leaveSession(session_id: SessionId) {
    await this.http.call('leave-session', { session_id });
  }

  sessionToken(session_id: SessionId) {
    return this.http.call<RoomAccess>('get-livekit-token', { session_id });
  }

  async session(id: SessionId): Promise<LiveSession | undefined> {
    return (await this.http.rows<LiveSession>('live_sessions', { select: SESSION, id: `eq.${id}` }))[0];
  }

  manageStage(session_id: SessionId, action: StageAction, key: string, of: { user_id?: UserId; role?: Role } = {}) {
    return this.http.call<StageOutcome>('manage-stage', { session_id, action, ...of }, key);
  }

  openStageRequests(session: SessionId) {
    const open = { session_id: `eq.${session}`, status: 'eq.pending', order: 'created_at.asc' };
    return this.http.rows<StageRequest>('stage_requests', { select: STAGE_REQUEST, ...open });
  }

  async lastStageRequest(session: SessionId, user: UserId): Promise<StageRequest | undefined> {
    const own = { session_id: `eq.${session}`, user_id: `eq.${user}`, order: 'created_at.desc', limit: '1' };
    return (await this.http.rows<StageRequest>('stage_requests', { select: STAGE_REQUEST, ...own }))[0];
  }

  messages(session: SessionId, before: MessageKey | null | undefined, limit: number) {
    const page = { session_id: `eq.${session}`, order: 'created_at.desc,id.desc', limit: String(limit) };
    const older = before && {
      or: `(created_at.lt."${before.created_at}",and(created_at.eq."${before.created_at}",id.lt.${before.id}))`,
    };
    return this.http.rows<ChatMessage>('live_messages', { select: MESSAGE, ...page, ...older });
  }

  async sendMessage(session_id: SessionId, body: string): Promise<ChatMessage | undefined> {
    const row = { method: 'POST', body: { session_id, body }, headers: representation } as const;
    return (await this.http.rows<ChatMessage>('live_messages', { select: MESSAGE }, row))[0];
  }

  /** Whether there was one that this user may delete. */
  async deleteMessage(id: MessageId): Promise<boolean> {
    const gone = { method: 'DELETE', headers: representation } as const;
    return (await this.http.rows('live_messages', { id: `eq.${id}`, select: 'id' }, gone)).length > 0;
  }

  sendReactions(session_id: SessionId, kind: ReactionKind, count: number) {
    return this.http.insert('live_reactions', { session_id, kind, count });
  }

  async sendGift(session_id: SessionId, coins: number, message: string | null | undefined, key: string) {
    const gift = { session_id, coins, ...(message == null ? {} : { message }) };
    return (await this.http.call<{ balance: number }>('send-gift', gift, key)).balance;
  }

  async slowMode(session: SessionId): Promise<number> {
    const query = { select: 'slow_mode_seconds', session_id: `eq.${session}` };
    const [set] = await this.http.rows<{ slow_mode_seconds: number }>('session_chat_settings', query);
    return set?.slow_mode_seconds ?? 0;
  }

  async setSlowMode(session_id: SessionId, slow_mode_seconds: number) {
    await this.upsert('session_chat_settings', { session_id, slow_mode_seconds }, 'slow_mode_seconds');
  }

  async moderate(
    request: {
      session_id: SessionId;
      user_id: UserId;
      action: 'mute' | 'unmute' | 'kick' | 'ban' | 'unban';
      scope?: string;
      expires_in_seconds?: number | null;
      reason?: string | null;
    },
    key: string,
  ) {
    const given = Object.fromEntries(Object.entries(request).filter(([, value]) => value != null));
    return (await this.http.call<{ participant: Participant }>('moderate', given, key)).participant;
  }

  async record(session_id: SessionId, action: 'start' | 'stop', key: string) {
    const answer = await this.http.call<{ recording: Recording }>('record-session', { session_id, action }, key);
    return answer.recording;
  }

  async lastRecording(session: SessionId): Promise<Recording | undefined> {
    const last = { session_id: `eq.${session}`, order: 'created_at.desc', limit: '1' };
    return (await this.http.rows<Recording>('recordings', { select: RECORDING, ...last }))[0];
  }

  initiateCall(callee_id: UserId, call_type: CallType, key: string) {
    return this.http.call<CallAdmission>('initiate-call', { callee_id, call_type }, key);
  }

  answerCall(call_id: CallId, accept: boolean, device_id: string | undefined) {
    const device = device_id === undefined ? {} : { device_id };
    return this.http.call<CallAdmission>('answer-call', { call_id, accept, ...device });
  }

  async endCall(call_id: CallId) {
    return (await this.http.call<{ call: Call }>('end-call', { call_id })).call;
  }

  async changeCall(call_id: CallId, action: CallTypeChange, key: string) {
    return (await this.http.call<{ call: Call }>('change-call', { call_id, action }, key)).call;
  }

  callToken(call_id: CallId) {
    return this.http.call<RoomAccess>('get-livekit-token', { call_id });
  }

  async call(id: CallId): Promise<Call | undefined> {
    return (await this.http.rows<Call>('calls', { select: CALL, id: `eq.${id}` }))[0];
  }

  /** Row-level security shows one's own calls alone, and the server allows one live call for a person. */
  async liveCall(): Promise<Call | undefined> {
    const live = { status: 'in.(ringing,active)', order: 'ring_expires_at.desc', limit: '1' };
    return (await this.http.rows<Call>('calls', { select: CALL, ...live }))[0];
  }

  async balance(): Promise<number> {
    const [wallet] = await this.http.rows<{ balance: number }>('coin_wallets', { select: 'balance' });
    return wallet?.balance ?? 0;
  }

  block(blocked_id: UserId) {
    return this.http.insert('user_blocks', { blocked_id });
  }

  async unblock(user: UserId) {
    const gone = { method: 'DELETE', headers: representation } as const;
    await this.http.rows('user_blocks', { blocked_id: `eq.${user}`, select: 'blocked_id' }, gone);
  }

  async blocked(): Promise<UserId[]> {
    const query = { select: 'blocked_id', order: 'created_at.desc' };
    return (await this.http.rows<{ blocked_id: UserId }>('user_blocks', query)).map((block) => block.blocked_id);
  }

  report({ command: _, ...report }: CommandOf<'report'>) {
    return this.http.insert('reports', report);
  }

  async changeDevice(device: Record<string, unknown>) {
    await this.http.call('register-device', device, newKey());
  }

  async doNotDisturb(): Promise<DoNotDisturb> {
    const query = { select: 'do_not_disturb_until' };
    const [set] = await this.http.rows<{ do_not_disturb_until: string }>('call_settings', query);
    const time = set?.do_not_disturb_until;
    if (time === undefined) return { state: 'off' };
    if (time === 'infinity') return { state: 'on' };
    return Date.parse(time) > Date.now() ? { state: 'until', time } : { state: 'off' };
  }

  async setDoNotDisturb(user: UserId, wish: DoNotDisturb) {
    if (wish.state === 'off') {
      const gone = { method: 'DELETE', headers: representation } as const;
      await this.http.rows('call_settings', { user_id: `eq.${user}`, select: 'do_not_disturb_until' }, gone);
      return;
    }
    const until = wish.state === 'on' ? 'infinity' : wish.time;
    await this.upsert('call_settings', { do_not_disturb_until: until }, 'do_not_disturb_until');
  }

  private upsert(table: string, row: unknown, select: string) {
    const headers = { Prefer: 'return=representation,resolution=merge-duplicates' };
    return this.http.rows(table, { select }, { method: 'POST', body: row, headers });
  }
}

/** Names one tap, so that it takes effect once however often it is sent. */
export function newKey(): string {
  return crypto.randomUUID();
}
