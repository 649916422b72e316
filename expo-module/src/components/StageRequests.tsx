import { StyleSheet, Text, View } from 'react-native';

import type { StageRequest, UserId } from '../generated/bridge';
import { useAppearance } from './appearance';
import { Button } from './Button';

/** Props of {@link StageRequests}. */
export interface StageRequestsProps {
  /** What `useLiveSession` says of `stageRequests`; invitations among them aren't shown. */
  requests: readonly Pick<StageRequest, 'user_id' | 'kind'>[];
  /** What somebody is called. */
  nameOf: (user: UserId) => string;
  /** Those whose answer is under way. */
  pending?: readonly UserId[];
  onAccept: (user: UserId) => void;
  onDecline: (user: UserId) => void;
}

/** The raised hands, for the host. */
export function StageRequests({ requests, nameOf, pending = [], onAccept, onDecline }: StageRequestsProps) {
  const hands = requests.filter(({ kind }) => kind === 'request').map(({ user_id }) => user_id);
  const { theme, texts } = useAppearance();
  const { colors, spacing } = theme;
  return (
    <View style={{ gap: spacing, padding: spacing * 2, backgroundColor: colors.background }}>
      <Text accessibilityRole="header" accessibilityLiveRegion="polite" style={[styles.title, { color: colors.text }]}>
        {hands.length === 0 ? texts.nobodyRaisedAHand : texts.raisedHands(hands.length)}
      </Text>
      {hands.map((user) => (
        <View key={user} style={[styles.request, { gap: spacing }]}>
          <Text style={[styles.name, { color: colors.text }]}>{nameOf(user)}</Text>
          <Button
            label={texts.decline}
            accessibilityLabel={texts.turnDown(nameOf(user))}
            isDisabled={pending.includes(user)}
            onPress={() => onDecline(user)}
          />
          <Button
            label={texts.accept}
            accessibilityLabel={texts.letOnStage(nameOf(user))}
            kind="accent"
            isPending={pending.includes(user)}
            onPress={() => onAccept(user)}
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
