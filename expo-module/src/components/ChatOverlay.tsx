import { useState } from 'react';
import { FlatList, StyleSheet, Text, TextInput, View } from 'react-native';

import { useAppearance } from './appearance';
import { Button } from './Button';

/** A line of the chat. */
export interface ChatLine {
  id: string;
  author: string;
  text: string;
  /** What a gift was worth; none for words alone. */
  coins?: number;
}

/** Props of {@link ChatOverlay}. */
export interface ChatOverlayProps {
  /** The oldest first. */
  lines: readonly ChatLine[];
  /** Sends a message; when it is refused, the promise rejects and what was written stays to be sent again. */
  onSend?: ((text: string) => Promise<void>) | undefined;
}

/** The chat over a picture: the newest at the bottom, and where this user may write, a field. */
export function ChatOverlay({ lines, onSend }: ChatOverlayProps) {
  const { theme, texts } = useAppearance();
  const { colors, spacing } = theme;
  const [draft, setDraft] = useState('');
  const [isSending, setIsSending] = useState(false);
  const text = draft.trim();

  async function send(deliver: (text: string) => Promise<void>) {
    setIsSending(true);
    try {
      await deliver(text);
      setDraft('');
    } catch {
      // What was written stays in the field; whoever gave `onSend` knows why it was refused.
    } finally {
      setIsSending(false);
    }
  }

  return (
    <View style={[styles.overlay, { gap: spacing, padding: spacing }]}>
      <FlatList
        role="log"
        accessibilityLabel={texts.chat}
        data={[...lines].reverse()}
        inverted
        keyExtractor={(line) => line.id}
        renderItem={({ item }) => (
          <View
            accessible
            style={[
              styles.line,
              { backgroundColor: colors.surface, borderRadius: theme.radius, padding: spacing, marginTop: spacing / 2 },
            ]}
          >
            <Text style={{ color: colors.text }}>
              <Text style={styles.author}>{item.author} </Text>
              {item.text}
            </Text>
            {item.coins === undefined ? null : (
              <Text style={[styles.author, { color: colors.accent }]}>{texts.coins(item.coins)}</Text>
            )}
          </View>
        )}
      />
      {onSend === undefined ? null : (
        <View style={[styles.writing, { gap: spacing }]}>
          <TextInput
            accessibilityLabel={texts.writeAMessage}
            placeholder={texts.writeAMessage}
            placeholderTextColor={colors.subdued}
            value={draft}
            editable={!isSending}
            onChangeText={setDraft}
            onSubmitEditing={() => {
              if (text !== '' && !isSending) void send(onSend);
            }}
            style={[
              styles.field,
              {
                backgroundColor: colors.surface,
                borderColor: colors.border,
                borderRadius: theme.radius,
                color: colors.text,
                minHeight: theme.touchTarget,
                paddingHorizontal: spacing * 2,
              },
            ]}
          />
          <Button
            label={texts.send}
            kind="accent"
            isPending={isSending}
            isDisabled={text === ''}
            onPress={() => void send(onSend)}
          />
        </View>
      )}
    </View>
  );
}

const styles = StyleSheet.create({
  overlay: { flexShrink: 1, width: '100%', maxWidth: 480 },
  line: { alignSelf: 'flex-start', maxWidth: '100%' },
  author: { fontWeight: '700' },
  writing: { flexDirection: 'row' },
  field: { flex: 1, borderWidth: 1, fontSize: 16 },
});
