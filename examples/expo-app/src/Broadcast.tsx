import {
  BroadcastView,
  HostControls,
  useAppearance,
  VideoView,
  type LiveSessionView,
  type RoomParticipant,
} from '@ipelya/live';
import { StyleSheet, View, useWindowDimensions } from 'react-native';

import { Chat } from './Chat';
import { useNames } from './people';
import { Participation } from './Participation';
import { Words } from './ui';

/** From this width on, the chat stands beside the picture. */
const WIDE = 900;

/** A broadcast: the stage, the chat over it or beside it, and what this user may do. */
export function Broadcast({ live, id }: { live: LiveSessionView; id: string }) {
  const { width } = useWindowDimensions();
  const isWide = width >= WIDE;
  const { session, host, state } = live;
  const around = (
    <>
      <Chat canGive={live.can('give')} />
      <Controls live={live} id={id} />
      <Participation live={live} />
    </>
  );
  return (
    <View style={[styles.fill, isWide && styles.beside]}>
      <View style={styles.fill}>
        <BroadcastView
          title={session?.title ?? ''}
          isLive={state === 'live'}
          viewerCount={live.viewerCount}
          video={<Stage people={live.stage} />}
          {...noticeOf(live)}
        >
          {isWide ? null : around}
        </BroadcastView>
      </View>
      {isWide ? <Side isHost={host !== null}>{around}</Side> : null}
    </View>
  );
}

function noticeOf({ state, attempt, host }: LiveSessionView): { notice?: string } {
  if (state === 'connecting') return { notice: 'Connecting…' };
  if (state === 'reconnecting') return { notice: attempt > 1 ? `Reconnecting (${attempt})…` : 'Reconnecting…' };
  if (state === 'backstage') return { notice: host ? 'Backstage: nobody sees you yet.' : 'It begins soon.' };
  return {};
}

function Side({ children, isHost }: { children: React.ReactNode; isHost: boolean }) {
  const { theme } = useAppearance();
  return (
    <View
      role="complementary"
      aria-label={isHost ? 'Chat and controls' : 'Chat'}
      style={[styles.side, { borderLeftColor: theme.colors.border, padding: theme.spacing }]}
    >
      {children}
    </View>
  );
}

function Stage({ people }: { people: readonly RoomParticipant[] }) {
  const nameOf = useNames(people.map(({ id }) => id));
  const { colors } = useAppearance().theme;
  const seen = people.filter(({ hasCamera }) => hasCamera);
  if (seen.length === 0) {
    return (
      <View style={[styles.fill, styles.empty, { backgroundColor: colors.surface }]}>
        <Words isQuiet>{people.length === 0 ? 'Nobody is on the stage.' : 'The camera is off.'}</Words>
      </View>
    );
  }
  return (
    <View style={[styles.fill, styles.stage]}>
      {seen.map(({ id }) => (
        <View key={id} style={styles.tile} role="img" aria-label={nameOf(id)}>
          <VideoView participant={id} style={styles.fill} />
        </View>
      ))}
    </View>
  );
}

function Controls({ live, id }: { live: LiveSessionView; id: string }) {
  const { host, state } = live;
  const mayTalk = live.can('microphone');
  const maySee = live.can('camera');
  if (!host && !mayTalk && !maySee) return null;
  return (
    <HostControls
      key={id}
      microphone={mayTalk ? live.microphone : undefined}
      camera={maySee ? live.camera : undefined}
      onFlipCamera={maySee ? live.camera.flip : undefined}
      onGoLive={host && state === 'backstage' ? () => void host.goLive() : undefined}
      onEnd={host && live.can('end') ? () => void host.end() : undefined}
    />
  );
}

const styles = StyleSheet.create({
  fill: { flex: 1 },
  beside: { flexDirection: 'row' },
  side: { width: 380, borderLeftWidth: 1, justifyContent: 'flex-end' },
  stage: { flexDirection: 'row', flexWrap: 'wrap', alignContent: 'stretch' },
  tile: { flexGrow: 1, flexBasis: '45%' },
  empty: { alignItems: 'center', justifyContent: 'center' },
});
