import { Button, ChatOverlay, useChat, useGifts, type ChatLine } from '@ipelya/live';
import { useMemo } from 'react';
import { StyleSheet, View } from 'react-native';

import { useNames } from './people';
import { Problem, useAction } from './ui';

const gifts = [5, 25, 100];

/** What is said and given in a session, and a field to say something. */
export function Chat({ canGive }: { canGive: boolean }) {
  const { messages, canSend, send, react } = useChat();
  const { gifts: given, give } = useGifts();
  const nameOf = useNames([...messages.map(({ user_id }) => user_id), ...given.map(({ sender_id }) => sender_id)]);
  const { isPending, problem, run } = useAction();
  const lines = useMemo(() => {
    const said = messages.map(({ id, user_id, body, created_at }) => ({
      id,
      at: created_at,
      author: nameOf(user_id),
      text: body,
    }));
    const gave = given.map(({ id, sender_id, coins, message, created_at }) => ({
      id,
      at: created_at,
      author: nameOf(sender_id),
      text: message ?? 'sent a gift',
      coins,
    }));
    return [...said, ...gave].sort((one, other) => Date.parse(one.at) - Date.parse(other.at)) satisfies ChatLine[];
  }, [messages, given, nameOf]);
  return (
    <>
      <ChatOverlay lines={lines} onSend={canSend ? (text) => send(text) : undefined} />
      <Problem>{problem}</Problem>
      {canGive ? (
        <View role="toolbar" aria-label="Gifts" style={styles.gifts}>
          {gifts.map((coins) => (
            <Button
              key={coins}
              label={`+${coins}`}
              accessibilityLabel={`Give ${coins} coins`}
              isDisabled={isPending}
              onPress={() => run(() => give(coins))}
            />
          ))}
          <Button label="♥" accessibilityLabel="Send a heart" onPress={() => run(() => react('heart'))} />
        </View>
      ) : null}
    </>
  );
}

const styles = StyleSheet.create({
  gifts: { flexDirection: 'row', flexWrap: 'wrap', gap: 8, paddingHorizontal: 8, paddingBottom: 8 },
});
