import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { useAppearance } from '../components/appearance';
import { AudioRoomGrid } from '../components/AudioRoomGrid';
import { BroadcastView } from '../components/BroadcastView';
import { Button } from '../components/Button';
import { ChatOverlay } from '../components/ChatOverlay';
import { HostControls } from '../components/HostControls';
import { PaywallGate } from '../components/PaywallGate';
import { StageRequests } from '../components/StageRequests';
import { VideoView } from '../components/VideoView';
import { LiveError } from '../errors';
import type { SessionId, UserId } from '../generated/bridge';
import { LiveRoom } from '../hooks/context';
import { useIsSpeaking } from '../hooks/people';
import { useChat } from '../hooks/useChat';
import { useBalance, useGifts } from '../hooks/useGifts';
import { useLiveSession } from '../hooks/useLiveSession';
import type { LiveSessionView, RoomParticipant } from '../types';
import { useScreenTexts, type ScreenTexts } from './texts';
import { usePending } from './usePending';

/** What a screen is drawn with; each can be another with the same props. */
export const broadcastParts = { BroadcastView, AudioRoomGrid, ChatOverlay, HostControls, PaywallGate, StageRequests };

/** Props of {@link BroadcastScreen}. */
export interface BroadcastScreenProps {
  id: SessionId;
  /** What somebody is called; names belong to the app. */
  nameOf: (user: UserId) => string;
  /** What the session is called before it is known, as the app's list has it. */
  title?: string;
  /** Parts that the app draws itself. */
  parts?: Partial<typeof broadcastParts>;
  /** Texts of the screen that the app words differently; those of its parts: `<LiveAppearance texts>`. */
  texts?: Partial<ScreenTexts>;
  /** The user goes: also after it is over. */
  onClose: () => void;
  /** The user wants coins, or a subscription; default: nothing, and the app had better say something. */
  onGetCoins?: () => void;
  onSubscribe?: () => void;
  /** Something that the user asked for was refused. */
  onError?: (error: LiveError) => void;
}

/** A broadcast or an audio room, whole: the door, the stage, the chat, and for who leads it the controls. */
export function BroadcastScreen(props: BroadcastScreenProps) {
  return (
    <LiveRoom session={props.id}>
      <Screen {...props} />
    </LiveRoom>
  );
}

const nothing = () => undefined;

function Screen({
  id,
  nameOf,
  title = '',
  parts,
  texts: own,
  onClose,
  onError = nothing,
  ...props
}: BroadcastScreenProps) {
  const { BroadcastView, ChatOverlay, HostControls, PaywallGate, StageRequests } = { ...broadcastParts, ...parts };
  const { texts: general, theme } = useAppearance();
  const texts = useScreenTexts(own);
  const live = useLiveSession(id, { autoJoin: true });
  const balanceCoins = useBalance();
  const [pending, run] = usePending(onError);
  const [deciding, setDeciding] = useState<readonly UserId[]>([]);
  const name = live.session?.title ?? title;

  if (live.lock) {
    return (
      <PaywallGate
        title={name}
        lock={live.lock}
        balanceCoins={balanceCoins}
        isPending={pending}
        onBuy={(acceptPrice) => run(() => live.join({ acceptPrice }))}
        onRetry={() => run(() => live.join())}
        onGetCoins={props.onGetCoins ?? nothing}
        onSubscribe={props.onSubscribe ?? nothing}
      />
    );
  }
  const { host, invite, hand } = live;
  const decide = (user: UserId, action: () => Promise<void> | undefined) => {
    setDeciding((before) => [...before, user]);
    run(async () => {
      await action();
    }).finally(() => setDeciding((before) => before.filter((one) => one !== user)));
  };
  const notice = noticeOf(live, texts);
  return (
    <BroadcastView
      title={name}
      isLive={live.state === 'live'}
      viewerCount={live.viewerCount}
      video={
        <Stage
          people={live.stage}
          nameOf={nameOf}
          Grid={parts?.AudioRoomGrid ?? AudioRoomGrid}
          isVideo={live.session?.session_type !== 'audio_room'}
        />
      }
      {...(notice === undefined ? {} : { notice })}
    >
      <Chat nameOf={nameOf} Overlay={ChatOverlay} />
      {host && live.stageRequests.some(({ kind }) => kind === 'request') ? (
        <StageRequests
          requests={live.stageRequests}
          nameOf={nameOf}
          pending={deciding}
          onAccept={(user) => decide(user, () => host.setRole(user, 'speaker'))}
          onDecline={(user) => decide(user, () => host.dismissHand(user))}
        />
      ) : null}
      {invite ? (
        <View style={[styles.row, { gap: theme.spacing, padding: theme.spacing }]}>
          <Button
            label={texts.invitedAs(invite.role)}
            kind="positive"
            isPending={pending}
            onPress={() => run(invite.accept)}
          />
          <Button label={general.decline} isDisabled={pending} onPress={() => run(invite.decline)} />
        </View>
      ) : null}
      <HostControls
        microphone={live.can('microphone') ? live.microphone : undefined}
        camera={live.can('camera') ? live.camera : undefined}
        onFlipCamera={live.can('camera') ? live.camera.flip : undefined}
        onGoLive={host && live.can('go_live') ? () => run(host.goLive) : undefined}
        onEnd={host && live.can('end') ? () => run(host.end) : undefined}
        isPending={pending}
      />
      <View style={[styles.row, { gap: theme.spacing, padding: theme.spacing }]}>
        {live.can('raise_hand') ? (
          <Button label={texts.raiseHand} isPending={hand.pending} onPress={() => run(hand.raise)} />
        ) : null}
        {live.can('lower_hand') ? (
          <Button label={texts.lowerHand} isPending={hand.pending} onPress={() => run(hand.lower)} />
        ) : null}
        {live.state === 'failed' && live.error?.retryable ? (
          <Button label={general.tryAgain} isPending={pending} onPress={() => run(() => live.join())} />
        ) : null}
        <Button
          label={texts.close}
          onPress={() => {
            // A host who leaves would end it for everybody; that has a button of its own.
            if (!host) live.leave().catch(nothing);
            onClose();
          }}
        />
      </View>
    </BroadcastView>
  );
}

function noticeOf({ state, endReason }: LiveSessionView, texts: ScreenTexts): string | undefined {
  switch (state) {
    case 'live':
    case 'locked':
      return undefined;
    case 'ended':
      return texts.sessionEnded[endReason ?? 'other'];
    case 'idle':
    case 'authorizing':
    case 'connecting':
    case 'backstage':
    case 'reconnecting':
    case 'failed':
      return texts.sessionState[state];
  }
}

interface StageProps {
  people: readonly RoomParticipant[];
  nameOf: (user: UserId) => string;
  Grid: typeof AudioRoomGrid;
  isVideo: boolean;
}

function Stage({ people, nameOf, Grid, isVideo }: StageProps) {
  if (!isVideo) return <SpeakingGrid people={people} nameOf={nameOf} Grid={Grid} />;
  return (
    <View style={styles.stage}>
      {people.map((person) => (
        <VideoView key={person.id} participant={person} style={styles.tile} />
      ))}
    </View>
  );
}

/** Asks of each person alone whether they speak, so that a grid of twenty isn't asked for one. */
function SpeakingGrid({ people, nameOf, Grid }: Omit<StageProps, 'isVideo'>) {
  return (
    <View style={styles.people}>
      {people.map((person) => (
        <SpeakingPerson key={person.id} person={person} name={nameOf(person.id)} Grid={Grid} />
      ))}
    </View>
  );
}

function SpeakingPerson({ person, name, Grid }: { person: RoomParticipant; name: string; Grid: typeof AudioRoomGrid }) {
  const isSpeaking = useIsSpeaking(person.id);
  return <Grid people={[{ id: person.id, name, isSpeaking, isMuted: person.isMuted }]} />;
}

/** What is said and given, in the order of time. */
function Chat({ nameOf, Overlay }: { nameOf: (user: UserId) => string; Overlay: typeof ChatOverlay }) {
  const { messages, canSend, send } = useChat();
  const { gifts } = useGifts();
  const lines = [
    ...messages.map(({ id, user_id, body, created_at }) => ({
      id,
      author: nameOf(user_id),
      text: body,
      at: created_at,
    })),
    ...gifts.map(({ id, sender_id, message, coins, created_at }) => ({
      id,
      author: nameOf(sender_id),
      text: message ?? '',
      coins,
      at: created_at,
    })),
  ].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return <Overlay lines={lines} onSend={canSend ? send : undefined} />;
}

const styles = StyleSheet.create({
  stage: { flex: 1, flexDirection: 'row', flexWrap: 'wrap', alignContent: 'stretch' },
  tile: { flexGrow: 1, flexBasis: '34%', minHeight: '34%' },
  people: { flexDirection: 'row', flexWrap: 'wrap', justifyContent: 'center', paddingTop: 64 },
  row: { flexDirection: 'row', flexWrap: 'wrap', justifyContent: 'center' },
});
