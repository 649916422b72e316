import type { Call, CallCapabilities, CallState, Grants, UserId } from '../generated/bridge';
import { callCapabilities } from '../generated/rules';

/** What `user` may do in a call now; the server has the last word. `isAsking`: a change of its type isn't answered yet. */
export function capabilitiesOf(
  state: CallState,
  call: Call | null,
  maySend: Grants,
  isAsking: boolean,
  user: UserId,
): CallCapabilities {
  const can = callCapabilities[state.state === 'ringing' ? (`ringing_${state.direction}` as const) : state.state];
  const asks = !isAsking && (state.state === 'active' || state.state === 'held');
  const isVideo = call?.call_type === 'video_call';
  const wish = call?.video_request ?? null;
  return {
    ...can,
    microphone: can.microphone && maySend.audio,
    camera: can.camera && maySend.video,
    screen_share: can.screen_share && maySend.video,
    request_video: asks && !isVideo && wish === null,
    answer_video: asks && wish !== null && wish.user_id !== user,
    cancel_video_request: asks && wish !== null && wish.user_id === user,
    to_audio: asks && isVideo,
  };
}

const statusOrder = { ringing: 0, active: 1, ended: 2 };

/** Whether what is told of a call goes beyond what is known of it: messages overtake each other, and a call only ever goes on. */
export function isNews(told: Call, known: Call): boolean {
  if (known.id !== told.id || known.status === 'ended') return false;
  if (told.status !== known.status) return statusOrder[told.status] > statusOrder[known.status];
  return told.version >= known.version;
}
