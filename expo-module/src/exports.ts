/** What is the same wherever this package runs. */
export type { ClientStatus, LiveClient, LiveClientOptions, UserReport } from './client/client';
export type { SupabaseLike, SupabaseSession } from './client/supabase';
export * from './components';
export { LiveError, type LiveErrorOptions } from './errors';
export type {
  Access,
  BanScope,
  BridgeConfig,
  CallCapabilities,
  CallDirection,
  CallEndReason,
  CallId,
  CallState,
  CallType,
  ChatMessage,
  ConnectionQuality,
  DoNotDisturb,
  EndReason,
  Envelope,
  ErrorCode,
  ErrorDetails,
  Facing,
  Gift,
  GiftId,
  LiveSession,
  MemberTrack,
  MessageId,
  MessageKey,
  ReactionKind,
  Reactions,
  Recording,
  RecordingStatus,
  ReportCategory,
  Request,
  Role,
  RoomRef,
  SessionCapabilities,
  SessionId,
  SessionLock,
  SessionState,
  SessionStatus,
  SessionType,
  StageCapabilities,
  TrackKind,
  TrackSource,
  UserId,
  ViewingMode,
} from './generated/bridge';
export * from './hooks';
export type * from './host';
export type * from './types';
