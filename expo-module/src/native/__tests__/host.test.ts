import type { Envelope, Request } from '../../generated/bridge';
import { nativeHost } from '../host';

type Listener = (event: never) => void;

/** A native module as Expo gives it to JavaScript. */
class FakeModule {
  readonly calls: unknown[] = [];
  readonly listeners = new Map<string, Set<Listener>>();

  addListener(event: string, listener: Listener) {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all.add(listener));
    return { remove: () => void all.delete(listener) };
  }

  emit(event: string, payload?: unknown) {
    for (const listener of this.listeners.get(event) ?? []) listener(payload as never);
  }

  connect = async (...options: unknown[]) => void this.calls.push(['connect', ...options]);
  send = (request: string) => void this.calls.push(['send', JSON.parse(request)]);
  disconnect = () => void this.calls.push(['disconnect']);
  readiness = async () => [{ requirement: 'microphone', status: 'ok' }];
  fix = async (requirement: string) => void this.calls.push(['fix', requirement]);
  audioRoutes = () => ({ route: null, routes: [] });
  selectAudioRoute = (id: string) => void this.calls.push(['selectAudioRoute', id]);
}

const project = { supabase_url: 'https://x.supabase.co', anon_key: 'public' };
const modules = (globalThis as unknown as { expo: { modules: Record<string, unknown> } }).expo.modules;
let native: FakeModule;

beforeEach(() => {
  native = new FakeModule();
  modules.IpelyaLive = native;
});
afterEach(() => {
  delete modules.IpelyaLive;
});

test('it connects as the user, and carries requests as JSON', async () => {
  const host = await nativeHost(project, 'ayse');
  const request: Request = { id: 7, command: 'attach' };
  host.send(request);
  expect(native.calls).toEqual([
    ['connect', project, 'ayse'],
    ['send', request],
  ]);
});

test('updates come one by one and in order, until nobody listens', async () => {
  const host = await nativeHost(project, 'ayse');
  const heard: number[] = [];
  const end = host.subscribe((update: Envelope) => heard.push(update.seq));
  native.emit('onUpdates', { updates: ['{"seq":1,"update":"resync"}', '{"seq":2,"update":"resync"}'] });
  end();
  native.emit('onUpdates', { updates: ['{"seq":3,"update":"resync"}'] });
  expect(heard).toEqual([1, 2]);
});

test('closing it leaves no listener and no bridge behind', async () => {
  const host = await nativeHost(project, 'ayse');
  host.subscribe(() => undefined);
  host.device?.subscribe(() => undefined);
  host.close();
  expect([...native.listeners.values()].map((all) => all.size)).toEqual([0, 0]);
  expect(native.calls.at(-1)).toEqual(['disconnect']);
});

test('the device is asked, mended and told where the sound goes', async () => {
  const { device } = await nativeHost(project, 'ayse');
  const changed = jest.fn();
  device?.subscribe(changed);
  native.emit('onDeviceChange');
  expect(changed).toHaveBeenCalledTimes(1);
  expect(await device?.readiness()).toEqual([{ requirement: 'microphone', status: 'ok' }]);
  await device?.fix('microphone');
  device?.selectAudioRoute('speaker');
  expect(native.calls.slice(1)).toEqual([
    ['fix', 'microphone'],
    ['selectAudioRoute', 'speaker'],
  ]);
});
