import { Pressable, StyleSheet, Text } from 'react-native';

import { useAppearance } from './appearance';

/** Props of {@link Button}. */
export interface ButtonProps {
  /** What the button says. */
  label: string;
  /** What a screen reader says, where the label alone doesn't tell. */
  accessibilityLabel?: string;
  kind?: 'plain' | 'accent' | 'positive' | 'negative';
  /** Of a button that switches: whether it is on. */
  isOn?: boolean;
  /** It waits for an answer: shown and said. A switch can be changed back meanwhile, anything else isn't pressed again. */
  isPending?: boolean;
  isDisabled?: boolean;
  onPress: () => void;
}

/** A button in the components' style: large enough to hit, and its state is said as well as shown. */
export function Button(props: ButtonProps) {
  const { label, accessibilityLabel = label, kind = 'plain', isOn, isPending = false, isDisabled = false } = props;
  const { theme } = useAppearance();
  const { colors } = theme;
  const [background, foreground] = {
    plain: [colors.surface, colors.text],
    accent: [colors.accent, colors.onAccent],
    positive: [colors.positive, colors.onPositive],
    negative: [colors.negative, colors.onNegative],
  }[kind];
  const isInactive = isDisabled || (isPending && isOn === undefined);
  return (
    <Pressable
      accessibilityRole={isOn === undefined ? 'button' : 'switch'}
      accessibilityLabel={accessibilityLabel}
      aria-disabled={isInactive}
      aria-busy={isPending}
      {...(isOn === undefined ? {} : { 'aria-checked': isOn })}
      disabled={isInactive}
      onPress={props.onPress}
      style={({ pressed }) => [
        styles.button,
        {
          backgroundColor: background,
          borderColor: kind === 'plain' ? colors.border : background,
          borderRadius: theme.radius,
          minHeight: theme.touchTarget,
          minWidth: theme.touchTarget,
          paddingHorizontal: theme.spacing * 2,
          paddingVertical: theme.spacing,
          opacity: isInactive || isPending ? 0.6 : pressed ? 0.8 : 1,
        },
      ]}
    >
      <Text style={[styles.label, { color: foreground }]}>{label}</Text>
    </Pressable>
  );
}

const styles = StyleSheet.create({
  button: { alignItems: 'center', justifyContent: 'center', borderWidth: 1 },
  label: { fontSize: 16, fontWeight: '600', textAlign: 'center' },
});
