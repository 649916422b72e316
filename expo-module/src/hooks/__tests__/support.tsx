import { act, renderHook } from '@testing-library/react-native';
import type { ReactNode } from 'react';

import { LiveError } from '../../errors';
import type { FakeLive } from '../../testing';
import { LiveProvider } from '../context';

/** Draws a hook inside the provider of a fake that is ready. */
export async function drawn<T>(fake: FakeLive, hook: () => T) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <LiveProvider client={fake.client}>{children}</LiveProvider>
  );
  const rendered = renderHook(hook, { wrapper });
  await act(() => fake.ready());
  return rendered;
}

/** The error that something is refused with. */
export async function refusal(promise: Promise<unknown>): Promise<LiveError> {
  const error = await promise.then(
    () => new Error('nothing was refused'),
    (error: unknown) => error,
  );
  if (error instanceof LiveError) return error;
  throw error;
}

/** Lets what is due in the next turn happen. */
export const nextTurn = () => act(() => new Promise<void>((resolve) => setTimeout(resolve, 0)));
