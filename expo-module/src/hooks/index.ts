export { LiveProvider, LiveRoom, type LiveProviderProps, type LiveRoomProps } from './context';
export {
  useConnectionQuality,
  useIsSpeaking,
  useParticipant,
  useParticipants,
  type ParticipantsOptions,
} from './people';
export { useCall, type CallOptions } from './useCall';
export { useCallReadiness, type CallReadinessView } from './useCallReadiness';
export { useChat } from './useChat';
export { useBalance, useGifts, type GiftsView } from './useGifts';
export { useLiveClient, useLiveStatus } from './useLive';
export { useLiveSession, type LiveSessionOptions } from './useLiveSession';
export {
  useModeration,
  useRecording,
  useViewerCount,
  type ModerationView,
  type RecordingView,
} from './useSessionFacts';
