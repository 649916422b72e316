import { useAppearance, type LiveSession } from '@ipelya/live';
import { router, useFocusEffect } from 'expo-router';
import { useCallback, useState } from 'react';
import { Pressable, StyleSheet, Text, View } from 'react-native';

import { useNames } from '../../src/people';
import { supabase } from '../../src/supabase';
import { Screen, Tag, Words, entryOf } from '../../src/ui';

/** How often the list is asked for anew while it is on the screen, in milliseconds. */
const REFRESH = 4_000;

type Listed = Pick<
  LiveSession,
  'id' | 'title' | 'host_id' | 'session_type' | 'access' | 'price_coins' | 'viewer_count'
>;

export default function Discover() {
  const [sessions, setSessions] = useState<Listed[] | null>(null);
  useFocusEffect(
    useCallback(() => {
      const refresh = async () => {
        const { data } = await supabase
          .from('live_sessions')
          .select('id,title,host_id,session_type,access,price_coins,viewer_count')
          .eq('status', 'live')
          .order('started_at', { ascending: false })
          .limit(50);
        if (data) setSessions(data);
      };
      void refresh();
      const timer = setInterval(() => void refresh(), REFRESH);
      return () => clearInterval(timer);
    }, []),
  );
  const nameOf = useNames(sessions?.map(({ host_id }) => host_id) ?? []);
  return (
    <Screen title="Discover">
      {sessions?.length === 0 ? <Words isQuiet>Nobody is live. Be the first: go live.</Words> : null}
      <View role="list" style={styles.list}>
        {sessions?.map((session) => (
          <Listing key={session.id} session={session} host={nameOf(session.host_id)} />
        ))}
      </View>
    </Screen>
  );
}

function Listing({ session, host }: { session: Listed; host: string }) {
  const { theme } = useAppearance();
  const isRoom = session.session_type === 'audio_room';
  const entry = entryOf(session);
  return (
    <View role="listitem" style={styles.item}>
      <Pressable
        role="link"
        aria-label={`${session.title}, by ${host}`}
        onPress={() => router.push(`/session/${session.id}`)}
        style={[
          styles.listing,
          {
            backgroundColor: theme.colors.surface,
            borderRadius: theme.radius,
            padding: theme.spacing * 2,
            gap: theme.spacing,
          },
        ]}
      >
        <View
          aria-hidden
          style={[styles.cover, { backgroundColor: theme.colors.accent, borderRadius: theme.radius / 2 }]}
        >
          <Text style={[styles.initial, { color: theme.colors.onAccent }]}>{host.slice(0, 1)}</Text>
        </View>
        <View style={[styles.tags, { gap: theme.spacing }]}>
          <Tag tone="live">{isRoom ? 'AUDIO ROOM' : 'LIVE'}</Tag>
          {entry === null ? null : <Tag tone="accent">{entry}</Tag>}
        </View>
        <Words isBold>{session.title}</Words>
        <Words isQuiet>{`${host} · ${session.viewer_count} ${isRoom ? 'listening' : 'watching'}`}</Words>
      </Pressable>
    </View>
  );
}

const styles = StyleSheet.create({
  list: { flexDirection: 'row', flexWrap: 'wrap', gap: 12 },
  item: { flexGrow: 1, flexBasis: 300, maxWidth: '100%' },
  cover: { height: 120, alignItems: 'center', justifyContent: 'center' },
  initial: { fontSize: 56, fontWeight: '800' },
  listing: { minHeight: 48 },
  tags: { flexDirection: 'row', flexWrap: 'wrap' },
});
