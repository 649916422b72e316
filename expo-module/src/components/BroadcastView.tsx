import type { ReactNode } from 'react';
import { StyleSheet, Text, View } from 'react-native';

import { useAppearance } from './appearance';

/** Props of {@link BroadcastView}. */
export interface BroadcastViewProps {
  title: string;
  /** The stage: one picture or several. */
  video: ReactNode;
  isLive: boolean;
  /** How many watch; shown while it is live. */
  viewerCount?: number;
  /** What the viewer should know, in the app's words: connecting, reconnecting, why it is over. */
  notice?: string;
  /** Over the picture, at the bottom: the chat, the controls. */
  children?: ReactNode;
}

/** A broadcast: the picture, what it is, who watches, and over it whatever the app wants. */
export function BroadcastView({ title, video, isLive, viewerCount, notice, children }: BroadcastViewProps) {
  const { theme, texts } = useAppearance();
  const { colors, spacing } = theme;
  const label = { borderRadius: theme.radius, paddingHorizontal: spacing, paddingVertical: spacing / 2 };
  return (
    <View style={[styles.broadcast, { backgroundColor: colors.background }]}>
      <View style={StyleSheet.absoluteFill}>{video}</View>
      <View style={[styles.top, { gap: spacing, padding: spacing }]}>
        <Text
          accessibilityRole="header"
          style={[styles.title, label, { color: colors.text, backgroundColor: colors.background }]}
        >
          {title}
        </Text>
        {isLive ? (
          <Text style={[styles.title, label, { color: colors.onNegative, backgroundColor: colors.negative }]}>
            {texts.live}
          </Text>
        ) : null}
        {isLive && viewerCount !== undefined ? (
          <Text style={[label, { color: colors.text, backgroundColor: colors.background }]}>
            {texts.viewers(viewerCount)}
          </Text>
        ) : null}
      </View>
      {notice === undefined ? null : (
        <Text
          accessibilityLiveRegion="polite"
          accessibilityRole="alert"
          style={[styles.notice, label, { color: colors.text, backgroundColor: colors.background }]}
        >
          {notice}
        </Text>
      )}
      <View style={styles.bottom}>{children}</View>
    </View>
  );
}

const styles = StyleSheet.create({
  broadcast: { flex: 1, justifyContent: 'space-between', overflow: 'hidden' },
  top: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center' },
  title: { fontWeight: '700', overflow: 'hidden' },
  notice: { alignSelf: 'center', overflow: 'hidden' },
  bottom: { flexShrink: 1, justifyContent: 'flex-end' },
});
