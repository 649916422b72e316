import { AudioRoomGrid, HostControls, useAppearance, useIsSpeaking, type LiveSessionView } from '@ipelya/live';
import { useCallback, useEffect, useState } from 'react';
import { ScrollView, StyleSheet, View } from 'react-native';

import { useMe } from './account';
import { Chat } from './Chat';
import { Participation } from './Participation';
import { useNames } from './people';
import { Tag, Words } from './ui';

/** An audio room: who is on the stage and speaks, the chat, and what this user may do. */
export function AudioRoom({ live }: { live: LiveSessionView }) {
  const me = useMe();
  const { theme } = useAppearance();
  const { host, session, stage, state } = live;
  const nameOf = useNames(stage.map(({ id }) => id));
  const [speaking, setSpeaking] = useState<ReadonlySet<string>>(new Set());
  const heard = useCallback((id: string, isSpeaking: boolean) => {
    setSpeaking((before) => {
      const now = new Set(before);
      if (isSpeaking) now.add(id);
      else now.delete(id);
      return now;
    });
  }, []);
  const mayTalk = live.can('microphone');
  return (
    <View style={styles.room}>
      <View style={[styles.top, { padding: theme.spacing * 2, gap: theme.spacing }]}>
        <Tag tone={state === 'live' ? 'live' : 'plain'}>{state === 'live' ? 'AUDIO ROOM' : state.toUpperCase()}</Tag>
        <Words isBold>{session?.title ?? ''}</Words>
        <Words isQuiet>{`${live.viewerCount} listening`}</Words>
      </View>
      <ScrollView style={styles.stage}>
        {stage.map(({ id }) => (
          <Voice key={id} id={id} onChange={heard} />
        ))}
        <AudioRoomGrid
          people={stage.map(({ id, isMuted }) => ({
            id,
            name: id === me ? `${nameOf(id)} (you)` : nameOf(id),
            isSpeaking: speaking.has(id),
            isMuted: id === me ? !live.microphone.enabled : isMuted,
          }))}
        />
      </ScrollView>
      <Chat canGive={live.can('give')} />
      {host || mayTalk ? (
        <HostControls
          microphone={mayTalk ? live.microphone : undefined}
          onGoLive={host && state === 'backstage' ? () => void host.goLive() : undefined}
          onEnd={host && live.can('end') ? () => void host.end() : undefined}
        />
      ) : null}
      <Participation live={live} />
    </View>
  );
}

/** Follows one voice. */
function Voice({ id, onChange }: { id: string; onChange: (id: string, isSpeaking: boolean) => void }) {
  const isSpeaking = useIsSpeaking(id);
  useEffect(() => {
    onChange(id, isSpeaking);
    return () => onChange(id, false);
  }, [id, isSpeaking, onChange]);
  return null;
}

const styles = StyleSheet.create({
  room: { flex: 1, width: '100%', maxWidth: 900, alignSelf: 'center' },
  top: { flexDirection: 'row', alignItems: 'center', flexWrap: 'wrap' },
  stage: { flex: 1 },
});
