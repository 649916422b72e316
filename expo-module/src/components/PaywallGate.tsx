import { StyleSheet, Text, View, type StyleProp, type TextStyle } from 'react-native';

import type { SessionLock } from '../generated/bridge';
import { useAppearance } from './appearance';
import { Button } from './Button';

/** Props of {@link PaywallGate}. */
export interface PaywallGateProps {
  title: string;
  /** What `useLiveSession` says is in the way. */
  lock: SessionLock;
  /** The viewer's coins (`useBalance`), where they are known: too few, and the way to the store is shown instead. */
  balanceCoins?: number | null;
  /** Entering is under way. */
  isPending?: boolean;
  /** The viewer agrees to exactly this price. */
  onBuy: (priceCoins: number) => void;
  onGetCoins: () => void;
  onSubscribe: () => void;
  /** The viewer tries again whether there is a place. */
  onRetry: () => void;
}

/** The door before a broadcast that isn't free. It says the price; what is charged is decided on the server. */
export function PaywallGate(props: PaywallGateProps) {
  const { theme } = useAppearance();
  const words = { color: theme.colors.subdued, textAlign: 'center' } as const;
  return (
    <View
      style={[
        styles.gate,
        { backgroundColor: theme.colors.background, gap: theme.spacing * 2, padding: theme.spacing * 3 },
      ]}
    >
      <Text accessibilityRole="header" style={[styles.title, { color: theme.colors.text }]}>
        {props.title}
      </Text>
      <Door {...props} words={words} />
    </View>
  );
}

function Door(props: PaywallGateProps & { words: StyleProp<TextStyle> }) {
  const { lock, words, balanceCoins = null, isPending = false } = props;
  const { theme, texts } = useAppearance();
  switch (lock.lock) {
    case 'subscribe':
      return (
        <>
          <Text style={words}>{texts.forSubscribers}</Text>
          <Button label={texts.subscribe} kind="accent" onPress={props.onSubscribe} />
        </>
      );
    case 'full':
      return (
        <>
          <Text style={words}>{texts.isFull}</Text>
          <Button label={texts.tryAgain} kind="accent" isPending={isPending} onPress={props.onRetry} />
        </>
      );
    case 'banned':
      return <Text style={words}>{texts.isBanned}</Text>;
    case 'purchase': {
      const balance = balanceCoins === null ? null : <Text style={words}>{texts.balanceIs(balanceCoins)}</Text>;
      if (balanceCoins === null || balanceCoins >= lock.price_coins) {
        const buy = () => props.onBuy(lock.price_coins);
        return (
          <>
            {balance}
            <Button label={texts.buyFor(lock.price_coins)} kind="accent" isPending={isPending} onPress={buy} />
          </>
        );
      }
      return (
        <>
          {balance}
          <Text style={words}>{texts.coins(lock.price_coins)}</Text>
          <Text accessibilityLiveRegion="polite" style={[words, { color: theme.colors.negative }]}>
            {texts.notEnoughCoins}
          </Text>
          <Button label={texts.getCoins} kind="accent" onPress={props.onGetCoins} />
        </>
      );
    }
  }
}

const styles = StyleSheet.create({
  gate: { alignItems: 'center', justifyContent: 'center', width: '100%' },
  title: { fontSize: 24, fontWeight: '700', textAlign: 'center' },
});
