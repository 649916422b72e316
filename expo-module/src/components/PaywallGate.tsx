import { StyleSheet, Text, View } from 'react-native';

import { useAppearance } from './appearance';
import { Button } from './Button';

/** Props of {@link PaywallGate}: a broadcast that is sold by the ticket, or one for subscribers. */
export type PaywallGateProps = { title: string } & (
  | {
      access: 'purchase';
      priceCoins: number;
      /** The viewer's coins, where the app knows them: too few, and the way to the store is shown instead. */
      balanceCoins?: number;
      isPending?: boolean;
      /** The viewer agrees to exactly this price. */
      onBuy: (priceCoins: number) => void;
      onGetCoins: () => void;
    }
  | { access: 'subscribe'; onSubscribe: () => void }
);

/** The door before a broadcast that isn't free. It says the price; what is charged is decided on the server. */
export function PaywallGate(props: PaywallGateProps) {
  const { theme, texts } = useAppearance();
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
      {props.access === 'subscribe' ? (
        <>
          <Text style={words}>{texts.forSubscribers}</Text>
          <Button label={texts.subscribe} kind="accent" onPress={props.onSubscribe} />
        </>
      ) : (
        <>
          {props.balanceCoins === undefined ? null : <Text style={words}>{texts.balanceIs(props.balanceCoins)}</Text>}
          {props.balanceCoins !== undefined && props.balanceCoins < props.priceCoins ? (
            <>
              <Text style={words}>{texts.coins(props.priceCoins)}</Text>
              <Text accessibilityLiveRegion="polite" style={[words, { color: theme.colors.negative }]}>
                {texts.notEnoughCoins}
              </Text>
              <Button label={texts.getCoins} kind="accent" onPress={props.onGetCoins} />
            </>
          ) : (
            <Button
              label={texts.buyFor(props.priceCoins)}
              kind="accent"
              isPending={props.isPending ?? false}
              onPress={() => props.onBuy(props.priceCoins)}
            />
          )}
        </>
      )}
    </View>
  );
}

const styles = StyleSheet.create({
  gate: { alignItems: 'center', justifyContent: 'center', width: '100%' },
  title: { fontSize: 24, fontWeight: '700', textAlign: 'center' },
});
