import { StyleSheet, Text, View } from 'react-native';

import { useAppearance } from './appearance';
import { Button } from './Button';

/** Props of {@link IncomingCallSheet}. */
export interface IncomingCallSheetProps {
  callerName: string;
  /** Whether the caller asks for a video call. */
  isVideo: boolean;
  /** An answer is under way: neither button is pressed a second time. */
  isAnswering?: boolean;
  onAccept: () => void;
  onDecline: () => void;
}

/** Somebody calls while the app is open: who, and the two answers. A screen reader says it at once. */
export function IncomingCallSheet(props: IncomingCallSheetProps) {
  const { callerName, isVideo, isAnswering = false, onAccept, onDecline } = props;
  const { theme, texts } = useAppearance();
  const kind = isVideo ? texts.incomingVideoCall : texts.incomingAudioCall;
  return (
    <View
      accessibilityViewIsModal
      style={[
        styles.sheet,
        { backgroundColor: theme.colors.background, borderRadius: theme.radius, padding: theme.spacing * 3 },
      ]}
    >
      <View
        accessible
        accessibilityLiveRegion="assertive"
        accessibilityRole="alert"
        accessibilityLabel={`${kind}: ${callerName}`}
      >
        <Text style={[styles.name, { color: theme.colors.text }]}>{callerName}</Text>
        <Text style={[styles.kind, { color: theme.colors.subdued }]}>{kind}</Text>
      </View>
      <View style={[styles.answers, { gap: theme.spacing * 2, marginTop: theme.spacing * 3 }]}>
        <View style={styles.answer}>
          <Button label={texts.decline} kind="negative" isDisabled={isAnswering} onPress={onDecline} />
        </View>
        <View style={styles.answer}>
          <Button label={texts.accept} kind="positive" isPending={isAnswering} onPress={onAccept} />
        </View>
      </View>
    </View>
  );
}

const styles = StyleSheet.create({
  sheet: { width: '100%', maxWidth: 480, alignSelf: 'center' },
  name: { fontSize: 28, fontWeight: '700', textAlign: 'center' },
  kind: { fontSize: 16, textAlign: 'center', marginTop: 4 },
  answers: { flexDirection: 'row' },
  answer: { flex: 1 },
});
