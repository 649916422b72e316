import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { act, renderHook, waitFor } from '@testing-library/react-native';
import type { ReactNode } from 'react';

import { LiveClient } from '../../client/client';
import type { Envelope } from '../../generated/bridge';
import { LiveProvider } from '../../hooks';
import type { BridgeHost, HostFactory } from '../../host';
import { program, type Stack } from './stack';

/** How long anything may take to happen. */
const PATIENCE_MS = 20_000;

/** The real core, in a process of its own. */
export const processHost: HostFactory = (project): BridgeHost => {
  const child = spawn(program('IPELYA_BRIDGE_HOST'), { stdio: ['pipe', 'pipe', 'inherit'] });
  const write = (line: object) => void child.stdin.write(`${JSON.stringify(line)}\n`);
  write(project);
  return {
    send: write,
    subscribe(listener) {
      const lines = createInterface({ input: child.stdout });
      lines.on('line', (line) => act(() => listener(JSON.parse(line) as Envelope)));
      return () => lines.close();
    },
    close: () => void child.stdin.end(),
  };
};

class NoSocket {}

/** Node's own, by `jest.real.environment.js`. */
declare const nodeFetch: typeof fetch;

/** Somebody with the app in their hand, signed in by the official Supabase client. */
export class Person {
  private constructor(
    readonly id: string,
    readonly client: LiveClient,
    readonly supabase: SupabaseClient,
  ) {}

  static async signIn(stack: Stack, name: string): Promise<Person> {
    const { supabase_url, anon_key } = stack.info;
    const supabase = createClient(supabase_url, anon_key, {
      auth: { persistSession: false, autoRefreshToken: false },
      // The core has a Realtime connection of its own, so this one is never opened.
      realtime: { transport: NoSocket as never },
      global: { fetch: nodeFetch },
    });
    const { email, password, id } = stack.user(name);
    const { error } = await supabase.auth.signInWithPassword({ email, password });
    if (error) throw error;
    const client = new LiveClient({ supabase, host: processHost }, processHost);
    await client.connected();
    return new Person(id, client, supabase);
  }

  /** Draws a hook, and waits for what it is to show. */
  draws<T>(hook: () => T) {
    const wrapper = ({ children }: { children: ReactNode }) => (
      <LiveProvider client={this.client}>{children}</LiveProvider>
    );
    const { result, unmount } = renderHook(hook, { wrapper });
    return {
      get now(): T {
        return result.current;
      },
      shows: (check: (value: T) => void) => waitFor(() => check(result.current), { timeout: PATIENCE_MS }),
      unmount,
    };
  }
}

/** Runs what changes the screen. */
export async function does<T>(action: () => Promise<T> | T): Promise<T> {
  let result: T | undefined;
  await act(async () => {
    result = await action();
  });
  return result as T;
}
