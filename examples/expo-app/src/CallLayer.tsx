import {
  IncomingCallSheet,
  InCallView,
  LiveRoom,
  useAppearance,
  useCall,
  VideoView,
  type CallInfo,
} from '@ipelya/live';
import { StyleSheet, View } from 'react-native';
import { useSafeAreaInsets } from 'react-native-safe-area-context';

import { useMe } from './account';
import { useNames } from './people';
import { ActionButton, Words, useAction } from './ui';

/** Calls lie over every screen: the one that rings, and the one that is on. */
export function CallLayer() {
  const { call, incoming } = useCall();
  return (
    <>
      {call ? <OngoingCall call={call} /> : null}
      {incoming ? <Ringing incoming={incoming} /> : null}
    </>
  );
}

function Ringing({ incoming }: { incoming: CallInfo }) {
  const { accept, decline } = useCall();
  const { isPending, run } = useAction();
  const { theme } = useAppearance();
  const insets = useSafeAreaInsets();
  const caller = incoming.peerId ?? '';
  const nameOf = useNames([caller]);
  return (
    <View style={[styles.over, styles.sheet, { padding: theme.spacing * 2, paddingBottom: insets.bottom + 16 }]}>
      <View style={[styles.shadow, { borderRadius: theme.radius, borderColor: theme.colors.border }]}>
        <IncomingCallSheet
          callerName={nameOf(caller)}
          isVideo={incoming.isVideo}
          isAnswering={isPending}
          onAccept={() => run(accept)}
          onDecline={decline}
        />
      </View>
    </View>
  );
}

const words: Partial<Record<CallInfo['state'], string>> = {
  dialing: 'Calling…',
  ringing: 'Ringing…',
  connecting: 'Connecting…',
  held: 'On hold',
  reconnecting: 'Reconnecting…',
};

const reasons: Record<NonNullable<CallInfo['endReason']>, string> = {
  hung_up: 'The call is over',
  declined: 'Declined',
  busy: 'The line is busy',
  unanswered: 'No answer',
  cancelled: 'Cancelled',
  answered_elsewhere: 'Answered on another device',
  glare_merged: 'You called each other',
  time_limit: 'It took as long as a call may take',
  failed: "The call didn't work",
  other: 'The call is over',
};

function OngoingCall({ call }: { call: CallInfo }) {
  const { microphone, camera, durationMs, hangUp, dismiss, audio, video } = useCall();
  const { theme } = useAppearance();
  const me = useMe();
  const peer = call.peerId ?? '';
  const nameOf = useNames([peer]);
  if (call.state === 'ended') {
    return (
      <View style={[styles.over, styles.ended, { backgroundColor: theme.colors.background }]}>
        <Words isBold>{nameOf(peer)}</Words>
        <Words isQuiet>{reasons[call.endReason ?? 'other']}</Words>
        <ActionButton label="Close" work={async () => dismiss()} />
      </View>
    );
  }
  const status = words[call.state];
  const asked = call.videoRequest && !call.videoRequest.isOwn;
  return (
    <View style={styles.over}>
      <LiveRoom call>
        <InCallView
          name={nameOf(peer)}
          {...(status === undefined ? { durationMs } : { status })}
          {...(call.isVideo ? { video: <Pictures me={me} peer={peer} /> } : {})}
          microphone={microphone}
          camera={call.isVideo ? camera : undefined}
          speaker={audio.routes.length > 1 ? audio.speaker : undefined}
          onHangUp={hangUp}
        />
      </LiveRoom>
      <View style={[styles.video, { backgroundColor: theme.colors.background, padding: theme.spacing }]}>
        {asked ? (
          <>
            <Words>{`${nameOf(peer)} asks for video.`}</Words>
            <ActionButton label="Decline video" work={() => video.decline()} />
            <ActionButton label="Accept video" kind="accent" work={() => video.accept()} />
          </>
        ) : null}
        {call.can.request_video ? <ActionButton label="Ask for video" work={() => video.request()} /> : null}
        {call.can.to_audio ? <ActionButton label="Voices only" work={() => video.toAudio()} /> : null}
      </View>
    </View>
  );
}

function Pictures({ me, peer }: { me: string; peer: string }) {
  return (
    <View style={styles.fill}>
      <VideoView participant={peer} style={styles.fill} />
      <View style={styles.own}>
        <VideoView participant={me} zOrder={1} style={styles.fill} />
      </View>
    </View>
  );
}

const styles = StyleSheet.create({
  fill: { flex: 1 },
  over: { position: 'absolute', top: 0, bottom: 0, left: 0, right: 0, zIndex: 10 },
  sheet: { justifyContent: 'flex-end', backgroundColor: 'rgba(0, 0, 0, 0.4)' },
  shadow: { alignSelf: 'center', width: '100%', maxWidth: 480, borderWidth: 1 },
  ended: { alignItems: 'center', justifyContent: 'center', gap: 16 },
  own: { position: 'absolute', right: 16, top: 16, width: 112, height: 160, borderRadius: 16, overflow: 'hidden' },
  video: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', justifyContent: 'center', gap: 8 },
});
