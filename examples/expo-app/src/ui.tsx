import { Button, LiveError, useAppearance, type LiveSession } from '@ipelya/live';
import { useState, type ReactNode } from 'react';
import { Pressable, ScrollView, StyleSheet, Text, TextInput, View, type TextInputProps } from 'react-native';
import { SafeAreaView } from 'react-native-safe-area-context';

/** A screen with a heading: as wide as it reads well. */
export function Screen({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  const { theme } = useAppearance();
  return (
    <SafeAreaView edges={['top', 'left', 'right']} style={[styles.fill, { backgroundColor: theme.colors.background }]}>
      <ScrollView contentContainerStyle={[styles.page, { padding: theme.spacing * 2, gap: theme.spacing * 2 }]}>
        <View style={[styles.row, { gap: theme.spacing }]}>
          <Text role="heading" aria-level={1} style={[styles.title, { color: theme.colors.text }]}>
            {title}
          </Text>
          {action}
        </View>
        {children}
      </ScrollView>
    </SafeAreaView>
  );
}

/** A surface that holds what belongs together. */
export function Card({ children, title }: { children: ReactNode; title?: string }) {
  const { theme } = useAppearance();
  return (
    <View
      style={{
        backgroundColor: theme.colors.surface,
        borderRadius: theme.radius,
        padding: theme.spacing * 2,
        gap: theme.spacing * 1.5,
      }}
    >
      {title === undefined ? null : (
        <Text role="heading" aria-level={2} style={[styles.subtitle, { color: theme.colors.text }]}>
          {title}
        </Text>
      )}
      {children}
    </View>
  );
}

/** Words; `isQuiet` for what matters less. */
export function Words({
  children,
  isQuiet = false,
  isBold = false,
}: {
  children: ReactNode;
  isQuiet?: boolean;
  isBold?: boolean;
}) {
  const { colors } = useAppearance().theme;
  return (
    <Text style={[styles.words, { color: isQuiet ? colors.subdued : colors.text }, isBold && styles.bold]}>
      {children}
    </Text>
  );
}

/** A field with its name above it. */
export function Field({ label, ...input }: TextInputProps & { label: string }) {
  const { theme } = useAppearance();
  return (
    <View style={{ gap: theme.spacing / 2 }}>
      <Words isBold>{label}</Words>
      <TextInput
        accessibilityLabel={label}
        autoCapitalize="none"
        placeholderTextColor={theme.colors.subdued}
        {...input}
        style={[
          styles.field,
          {
            backgroundColor: theme.colors.background,
            borderColor: theme.colors.border,
            borderRadius: theme.radius,
            color: theme.colors.text,
            minHeight: theme.touchTarget,
            paddingHorizontal: theme.spacing * 2,
          },
        ]}
      />
    </View>
  );
}

/** One of a few. */
export function Choice<Value extends string>(props: {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
}) {
  const { theme } = useAppearance();
  const { colors } = theme;
  return (
    <View style={{ gap: theme.spacing / 2 }}>
      <Words isBold>{props.label}</Words>
      <View role="radiogroup" aria-label={props.label} style={[styles.options, { gap: theme.spacing }]}>
        {props.options.map(({ value, label }) => {
          const isChosen = value === props.value;
          return (
            <Pressable
              key={value}
              role="radio"
              aria-checked={isChosen}
              aria-label={label}
              onPress={() => props.onChange(value)}
              style={[
                styles.option,
                {
                  minHeight: theme.touchTarget,
                  borderRadius: theme.radius,
                  borderColor: isChosen ? colors.accent : colors.border,
                  backgroundColor: isChosen ? colors.accent : colors.background,
                  paddingHorizontal: theme.spacing * 2,
                },
              ]}
            >
              <Text style={[styles.words, styles.bold, { color: isChosen ? colors.onAccent : colors.text }]}>
                {label}
              </Text>
            </Pressable>
          );
        })}
      </View>
    </View>
  );
}

/** A small word on a color: what kind of thing this is. */
export function Tag({ children, tone = 'plain' }: { children: ReactNode; tone?: 'plain' | 'live' | 'accent' }) {
  const { theme } = useAppearance();
  const { colors } = theme;
  const [background, foreground] = {
    plain: [colors.background, colors.text],
    live: [colors.negative, colors.onNegative],
    accent: [colors.accent, colors.onAccent],
  }[tone];
  return (
    <Text
      style={[
        styles.tag,
        {
          backgroundColor: background,
          color: foreground,
          borderRadius: theme.radius,
          paddingHorizontal: theme.spacing,
        },
      ]}
    >
      {children}
    </Text>
  );
}

/** Runs what a button asks for, and keeps what came of it: pending, or why not. */
export function useAction(): {
  isPending: boolean;
  problem: string | null;
  run: (work: () => Promise<unknown>) => void;
} {
  const [isPending, setIsPending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const run = (work: () => Promise<unknown>) => {
    setIsPending(true);
    setProblem(null);
    work()
      .catch((error: unknown) => setProblem(inWords(error)))
      .finally(() => setIsPending(false));
  };
  return { isPending, problem, run };
}

/** What a user is told of an error. */
export function inWords(error: unknown): string {
  if (!LiveError.is(error)) return error instanceof Error ? error.message : String(error);
  return `${error.code.replaceAll('_', ' ')}: ${error.message}`;
}

/** Why something didn't work, said aloud, too. */
export function Problem({ children }: { children: string | null }) {
  const { colors } = useAppearance().theme;
  if (children === null) return null;
  return (
    <Text role="alert" accessibilityLiveRegion="polite" style={[styles.words, { color: colors.negative }]}>
      {children}
    </Text>
  );
}

/** A button that runs something and says why it didn't work. */
export function ActionButton(props: {
  label: string;
  kind?: 'plain' | 'accent' | 'positive' | 'negative';
  work: () => Promise<unknown>;
}) {
  const { isPending, problem, run } = useAction();
  return (
    <View style={styles.action}>
      <Button label={props.label} kind={props.kind ?? 'plain'} isPending={isPending} onPress={() => run(props.work)} />
      <Problem>{problem}</Problem>
    </View>
  );
}

/** What a session costs to enter, in a word. */
export function entryOf({ access, price_coins }: Pick<LiveSession, 'access' | 'price_coins'>): string | null {
  if (access === 'pay_per_view') return `${price_coins} coins`;
  return access === 'subscribers_only' ? 'Subscribers' : null;
}

const styles = StyleSheet.create({
  fill: { flex: 1 },
  page: { width: '100%', maxWidth: 720, alignSelf: 'center' },
  row: { flexDirection: 'row', alignItems: 'center', flexWrap: 'wrap' },
  title: { fontSize: 32, fontWeight: '800', flexGrow: 1 },
  subtitle: { fontSize: 18, fontWeight: '700' },
  words: { fontSize: 16 },
  bold: { fontWeight: '600' },
  field: { borderWidth: 1, fontSize: 16 },
  options: { flexDirection: 'row', flexWrap: 'wrap' },
  option: { borderWidth: 1, justifyContent: 'center' },
  tag: { fontSize: 13, fontWeight: '700', overflow: 'hidden', paddingVertical: 3 },
  action: { gap: 4 },
});
