import type { ReactNode } from 'react';
import { StyleSheet, Text, View } from 'react-native';

import { useAppearance } from './appearance';
import { Button } from './Button';
import { ToggleButton, type ShownToggle } from './controls';

/** Props of {@link InCallView}. */
export interface InCallViewProps {
  /** Who is at the other end. */
  name: string;
  /** Since both talk; none while it rings or connects. */
  durationMs?: number;
  /** What is going on instead, in the app's words: ringing, on hold, reconnecting. */
  status?: string;
  /** The other one's picture, with the own one over it. */
  video?: ReactNode;
  microphone: ShownToggle;
  camera?: ShownToggle | undefined;
  speaker?: ShownToggle | undefined;
  onHangUp: () => void;
}

/** A call: who, how long, and the controls. The clock is the caller's: this draws what it is given. */
export function InCallView(props: InCallViewProps) {
  const { name, durationMs, status, video, microphone, camera, speaker, onHangUp } = props;
  const { theme, texts } = useAppearance();
  const { colors, spacing } = theme;
  return (
    <View style={[styles.call, { backgroundColor: colors.background }]}>
      {video === undefined ? null : <View style={StyleSheet.absoluteFill}>{video}</View>}
      <View
        style={[
          styles.who,
          { backgroundColor: colors.background, borderRadius: theme.radius, margin: spacing * 2, padding: spacing * 2 },
        ]}
      >
        <Text accessibilityRole="header" style={[styles.name, { color: colors.text }]}>
          {name}
        </Text>
        {durationMs === undefined ? null : <Duration milliseconds={durationMs} />}
        {status === undefined ? null : (
          <Text accessibilityLiveRegion="polite" style={[styles.status, { color: colors.subdued }]}>
            {status}
          </Text>
        )}
      </View>
      <View accessibilityRole="toolbar" style={[styles.controls, { gap: spacing, padding: spacing * 2 }]}>
        <ToggleButton name={texts.microphone} control={microphone} />
        {camera && <ToggleButton name={texts.camera} control={camera} />}
        {speaker && <ToggleButton name={texts.speaker} control={speaker} />}
        <Button label={texts.hangUp} kind="negative" onPress={onHangUp} />
      </View>
    </View>
  );
}

function Duration({ milliseconds }: { milliseconds: number }) {
  const { theme, texts } = useAppearance();
  const all = Math.max(0, Math.floor(milliseconds / 1000));
  const [minutes, seconds] = [Math.floor(all / 60), all % 60];
  return (
    <Text
      accessibilityLabel={texts.callDuration(minutes, seconds)}
      style={[styles.status, { color: theme.colors.subdued }]}
    >
      {`${minutes}:${String(seconds).padStart(2, '0')}`}
    </Text>
  );
}

const styles = StyleSheet.create({
  call: { flex: 1, justifyContent: 'space-between' },
  who: { alignSelf: 'center' },
  name: { fontSize: 28, fontWeight: '700', textAlign: 'center' },
  status: { fontSize: 16, textAlign: 'center', fontVariant: ['tabular-nums'] },
  controls: { flexDirection: 'row', flexWrap: 'wrap', justifyContent: 'center' },
});
