import { StyleSheet, Text, View } from 'react-native';

import { useAppearance } from './appearance';
import { Button } from './Button';

/** Somebody who raised a hand. */
export interface StageRequest {
  userId: string;
  name: string;
  /** An answer to this one is under way. */
  isPending?: boolean;
}

/** Props of {@link StageRequests}. */
export interface StageRequestsProps {
  /** In the order in which hands were raised. */
  requests: readonly StageRequest[];
  onAccept: (userId: string) => void;
  onDecline: (userId: string) => void;
}

/** The raised hands, for the host. */
export function StageRequests({ requests, onAccept, onDecline }: StageRequestsProps) {
  const { theme, texts } = useAppearance();
  const { colors, spacing } = theme;
  return (
    <View style={{ gap: spacing, padding: spacing * 2, backgroundColor: colors.background }}>
      <Text accessibilityRole="header" accessibilityLiveRegion="polite" style={[styles.title, { color: colors.text }]}>
        {requests.length === 0 ? texts.nobodyRaisedAHand : texts.raisedHands(requests.length)}
      </Text>
      {requests.map(({ userId, name, isPending = false }) => (
        <View key={userId} style={[styles.request, { gap: spacing }]}>
          <Text style={[styles.name, { color: colors.text }]}>{name}</Text>
          <Button
            label={texts.decline}
            accessibilityLabel={texts.turnDown(name)}
            isDisabled={isPending}
            onPress={() => onDecline(userId)}
          />
          <Button
            label={texts.accept}
            accessibilityLabel={texts.letOnStage(name)}
            kind="accent"
            isPending={isPending}
            onPress={() => onAccept(userId)}
          />
        </View>
      ))}
    </View>
  );
}

const styles = StyleSheet.create({
  title: { fontSize: 18, fontWeight: '700' },
  request: { flexDirection: 'row', alignItems: 'center', flexWrap: 'wrap' },
  name: { flex: 1, minWidth: 96, fontSize: 16 },
});
