import type { AudioRoutes, CallReadinessItem, CallRequirement, DeviceHost } from '../host';

/** A device that is as a script says. */
export class FakeDevice implements DeviceHost {
  /** What was to be mended, in order. */
  readonly fixes: CallRequirement[] = [];
  #items: readonly CallReadinessItem[] = [
    { requirement: 'notifications', status: 'ok' },
    { requirement: 'microphone', status: 'ok' },
  ];
  #routes: AudioRoutes = {
    route: { id: 'earpiece', kind: 'earpiece', name: 'Phone' },
    routes: [
      { id: 'earpiece', kind: 'earpiece', name: 'Phone' },
      { id: 'speaker', kind: 'speaker', name: 'Speaker' },
    ],
  };
  readonly #listeners = new Set<() => void>();

  /** From now on, calls need that of the device. */
  needs(items: readonly CallReadinessItem[]): void {
    this.#items = items;
    this.#changed();
  }

  /** From now on, sound may come out there. */
  hasRoutes(routes: AudioRoutes): void {
    this.#routes = routes;
    this.#changed();
  }

  readiness(): Promise<readonly CallReadinessItem[]> {
    return Promise.resolve(this.#items);
  }

  /** The user does as asked. */
  fix(requirement: CallRequirement): Promise<void> {
    this.fixes.push(requirement);
    this.needs(this.#items.map((item) => (item.requirement === requirement ? { requirement, status: 'ok' } : item)));
    return Promise.resolve();
  }

  audioRoutes(): AudioRoutes {
    return this.#routes;
  }

  selectAudioRoute(id: string): void {
    const route = this.#routes.routes.find((route) => route.id === id);
    if (route) this.hasRoutes({ ...this.#routes, route });
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
