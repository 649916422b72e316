import type { Call, CallState, CallType } from '../../generated/bridge';
import { capabilitiesOf, isNews } from '../callrules';

const me = 'me';
const call = (more: Partial<Call> = {}): Call => ({
  id: 'call',
  status: 'active',
  call_type: 'audio_call',
  caller_id: me,
  callee_id: 'other',
  ring_expires_at: '2026-01-01T00:00:45Z',
  answered_device_id: null,
  video_request: null,
  version: 3,
  end_reason: null,
  ...more,
});
const active: CallState = { state: 'active' };
const may = (type: CallType) => ({ audio: true, video: type === 'video_call' });

describe('news of a call', () => {
  it('counts where the call went on, or as much is known at least', () => {
    expect(isNews(call({ status: 'ended', version: 1 }), call())).toBe(true);
    expect(isNews(call({ version: 4 }), call())).toBe(true);
    expect(isNews(call(), call())).toBe(true);
  });

  it('is old where the call was further, or over, or it is another call', () => {
    expect(isNews(call({ status: 'ringing', version: 9 }), call())).toBe(false);
    expect(isNews(call({ version: 2 }), call())).toBe(false);
    expect(isNews(call(), call({ status: 'ended' }))).toBe(false);
    expect(isNews(call({ id: 'other' }), call())).toBe(false);
  });
});

describe('in a call', () => {
  it('of voices, a picture is asked for, and only the other one answers', () => {
    const can = (more: Partial<Call>, isAsking = false) =>
      capabilitiesOf(active, call(more), may('audio_call'), isAsking, me);
    expect(can({})).toMatchObject({ camera: false, request_video: true, answer_video: false, to_audio: false });
    const wish = (user_id: string) => ({ video_request: { user_id, expires_at: '' } });
    expect(can(wish('other'))).toMatchObject({ request_video: false, answer_video: true, cancel_video_request: false });
    expect(can(wish(me))).toMatchObject({ request_video: false, answer_video: false, cancel_video_request: true });
    expect(can({}, true)).toMatchObject({ request_video: false });
  });

  it('with pictures, both may go back to voices', () => {
    const can = capabilitiesOf(active, call({ call_type: 'video_call' }), may('video_call'), false, me);
    expect(can).toMatchObject({ camera: true, to_audio: true, request_video: false });
  });

  it('that rings here, it can be taken or not, and there it can be cancelled', () => {
    const ringing = (direction: 'in' | 'out') =>
      capabilitiesOf({ state: 'ringing', direction }, call({ status: 'ringing' }), may('audio_call'), false, me);
    expect(ringing('in')).toMatchObject({ accept: true, decline: true, hang_up: false });
    expect(ringing('out')).toMatchObject({ accept: false, decline: false, hang_up: true });
  });
});
