import { useEffect, useSyncExternalStore } from 'react';

import { supabase } from './supabase';

/** Somebody who has an account. */
export interface Profile {
  id: string;
  display_name: string | null;
  is_creator: boolean;
}

const known = new Map<string, Profile>();
const asked = new Set<string>();
const listeners = new Set<() => void>();

function learn(profiles: readonly Profile[]) {
  for (const profile of profiles) known.set(profile.id, profile);
  for (const listener of listeners) listener();
}

/** What everybody in `ids` is called; asked for once each. */
export function useNames(ids: readonly string[]): (id: string) => string {
  const version = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => known.size,
    () => known.size,
  );
  const key = ids.join();
  useEffect(() => {
    const missing = key.split(',').filter((id) => id !== '' && !asked.has(id));
    if (missing.length === 0) return;
    for (const id of missing) asked.add(id);
    void supabase
      .from('profiles')
      .select('id,display_name,is_creator')
      .in('id', missing)
      .then(({ data }) => learn(data ?? []));
  }, [key, version]);
  return (id) => known.get(id)?.display_name ?? '…';
}

/** Everybody but oneself, by name. */
export async function everybody(me: string): Promise<Profile[]> {
  const { data } = await supabase
    .from('profiles')
    .select('id,display_name,is_creator')
    .neq('id', me)
    .order('display_name');
  learn(data ?? []);
  return data ?? [];
}
