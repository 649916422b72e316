import { StyleSheet, View } from 'react-native';

import { useAppearance } from '../components/appearance';
import { Button } from '../components/Button';
import { InCallView } from '../components/InCallView';
import { IncomingCallSheet } from '../components/IncomingCallSheet';
import { VideoView } from '../components/VideoView';
import type { LiveError } from '../errors';
import type { UserId } from '../generated/bridge';
import { LiveRoom } from '../hooks/context';
import { useParticipants } from '../hooks/people';
import { useCall } from '../hooks/useCall';
import { useScreenTexts, type ScreenTexts } from './texts';
import { usePending } from './usePending';

/** What the call's screens are drawn with; each can be another with the same props. */
export const callParts = { InCallView, IncomingCallSheet };

/** Props of {@link CallScreen}. */
export interface CallScreenProps {
  /** What somebody is called; names belong to the app. */
  nameOf: (user: UserId) => string;
  /** Parts that the app draws itself. */
  parts?: Partial<typeof callParts>;
  /** Texts of the screen that the app words differently; those of its parts: `<LiveAppearance texts>`. */
  texts?: Partial<ScreenTexts>;
  /** Something that the user asked for was refused. */
  onError?: (error: LiveError) => void;
}

const nothing = () => undefined;

/**
 * The call that rings here, or the one that goes on; nothing while there is neither. Put it once over the whole app: a call goes
 * on whatever screen is below.
 */
export function CallScreen({ nameOf, parts, texts: own, onError = nothing }: CallScreenProps) {
  const { InCallView, IncomingCallSheet } = { ...callParts, ...parts };
  const { texts: general } = useAppearance();
  const texts = useScreenTexts(own);
  const phone = useCall();
  const [isAnswering, run] = usePending(onError);
  const { call, incoming } = phone;
  const name = (user: UserId | null) => (user === null ? '' : nameOf(user));
  const sheet = incoming && (
    <IncomingCallSheet
      callerName={name(incoming.peerId)}
      isVideo={incoming.isVideo}
      isAnswering={isAnswering}
      onAccept={() => run(phone.accept)}
      onDecline={phone.decline}
    />
  );
  if (!call) return sheet;
  const isOver = call.state === 'ended';
  const status =
    call.state === 'ended'
      ? texts.callEnded[call.endReason ?? 'other']
      : call.state === 'active'
        ? undefined
        : texts.callState[call.state];
  const hasTalked = phone.durationMs > 0 || call.state === 'active';
  return (
    <LiveRoom call>
      <InCallView
        name={name(call.peerId)}
        {...(hasTalked ? { durationMs: phone.durationMs } : {})}
        {...(status === undefined ? {} : { status })}
        video={call.isVideo && !isOver ? <Pictures /> : undefined}
        microphone={phone.microphone}
        camera={call.can.camera ? phone.camera : undefined}
        speaker={phone.audio.routes.some(({ kind }) => kind === 'speaker') ? phone.audio.speaker : undefined}
        onHangUp={isOver ? phone.dismiss : phone.hangUp}
      />
      {call.can.answer_video ? (
        <View style={styles.wish}>
          <Button
            label={general.incomingVideoCall}
            kind="positive"
            isPending={isAnswering}
            onPress={() => run(phone.video.accept)}
          />
          <Button label={general.decline} isDisabled={isAnswering} onPress={() => run(phone.video.decline)} />
        </View>
      ) : null}
      {sheet}
    </LiveRoom>
  );
}

/** The other one's picture, and the own one in a corner over it. */
function Pictures() {
  const people = useParticipants();
  return (
    <View style={StyleSheet.absoluteFill}>
      {people.map((person) => (
        <VideoView
          key={person.id}
          participant={person}
          zOrder={person.isLocal ? 1 : 0}
          style={person.isLocal ? styles.own : StyleSheet.absoluteFill}
        />
      ))}
    </View>
  );
}

const styles = StyleSheet.create({
  own: { position: 'absolute', right: 16, top: 96, width: 96, height: 144, borderRadius: 16, zIndex: 1 },
  wish: { flexDirection: 'row', flexWrap: 'wrap', gap: 8, justifyContent: 'center', padding: 16 },
});
