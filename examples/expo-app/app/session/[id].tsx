import { LiveRoom, PaywallGate, useAppearance, useBalance, useLiveSession, type LiveSessionView } from '@ipelya/live';
import { router, useLocalSearchParams } from 'expo-router';
import { StyleSheet, View } from 'react-native';
import { SafeAreaView } from 'react-native-safe-area-context';

import { AudioRoom } from '../../src/AudioRoom';
import { Broadcast } from '../../src/Broadcast';
import { ActionButton, Problem, Words, inWords, useAction } from '../../src/ui';

const reasons: Record<NonNullable<LiveSessionView['endReason']>, string> = {
  left: 'You left.',
  host_ended: 'The host ended it.',
  host_away: 'The host was away for too long.',
  never_started: 'It never started.',
  time_limit: 'It took as long as a session may take.',
  room_failed: 'Its room was lost.',
  removed: 'You were removed.',
  joined_elsewhere: 'You joined on another device.',
  other: 'It is over.',
};

export default function SessionScreen() {
  const { id } = useLocalSearchParams<{ id: string }>();
  const live = useLiveSession(id, { autoJoin: true });
  const { theme } = useAppearance();
  return (
    <SafeAreaView style={[styles.fill, { backgroundColor: theme.colors.background }]}>
      <LiveRoom session={id}>
        <Session live={live} id={id} />
      </LiveRoom>
    </SafeAreaView>
  );
}

function Session({ live, id }: { live: LiveSessionView; id: string }) {
  switch (live.state) {
    case 'idle':
    case 'authorizing':
      return <Message title="One moment" />;
    case 'locked':
      return <Locked live={live} />;
    case 'connecting':
    case 'backstage':
    case 'live':
    case 'reconnecting':
      return live.session?.session_type === 'audio_room' ? (
        <AudioRoom live={live} />
      ) : (
        <Broadcast live={live} id={id} />
      );
    case 'ended':
      return <Message title={reasons[live.endReason ?? 'other']} isOver />;
    case 'failed':
      return <Message title="This didn't work" detail={live.error && inWords(live.error)} isOver />;
  }
}

function Locked({ live }: { live: LiveSessionView }) {
  const balance = useBalance();
  const { isPending, problem, run } = useAction();
  const { lock } = live;
  if (lock === null) return null;
  return (
    <View style={styles.middle}>
      <PaywallGate
        title={lock.lock === 'purchase' ? 'This broadcast has a price' : 'Not for everybody'}
        lock={lock}
        balanceCoins={balance}
        isPending={isPending}
        onBuy={(acceptPrice) => run(() => live.join({ acceptPrice }))}
        onGetCoins={() => router.push('/settings')}
        onSubscribe={() => run(() => live.join())}
        onRetry={() => run(() => live.join())}
      />
      <Problem>{problem}</Problem>
      <Leave />
    </View>
  );
}

function Message({
  title,
  detail = null,
  isOver = false,
}: {
  title: string;
  detail?: string | null;
  isOver?: boolean;
}) {
  return (
    <View style={styles.middle}>
      <Words isBold>{title}</Words>
      {detail === null ? null : <Words isQuiet>{detail}</Words>}
      {isOver ? <Leave /> : null}
    </View>
  );
}

function Leave() {
  return <ActionButton label="Back" work={async () => router.dismissTo('/')} />;
}

const styles = StyleSheet.create({
  fill: { flex: 1 },
  middle: { flex: 1, alignItems: 'center', justifyContent: 'center', gap: 16, padding: 24 },
});
