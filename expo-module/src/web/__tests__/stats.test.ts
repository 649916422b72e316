import { report } from '../stats';

const of = ['track', 'user', 'camera', 'received'] as const;

it('rates are what came since the sample before', () => {
  const sample = (bytesReceived: number, packetsReceived: number, packetsLost: number) => [
    {
      type: 'inbound-rtp',
      timestamp: 0,
      kind: 'video',
      bytesReceived,
      packetsReceived,
      packetsLost,
      jitter: 0.0042,
      frameWidth: 640,
      frameHeight: 360,
      framesPerSecond: 20,
    },
  ];
  const first = report(sample(1_000, 10, 0), ...of, undefined, 1_000);
  expect(first).toMatchObject({
    rates: null,
    bytes: 1_000,
    jitter_ms: 4,
    width: 640,
    frames_per_second: 20,
    layers: [],
  });
  expect(report(sample(13_500, 85, 25), ...of, first, 1_000).rates).toEqual({ kbps: 100, loss: 0.25 });
});

it('what a simulcast sends is told by layer, the smallest first', () => {
  const layer = (rid: string, frameWidth: number) => ({
    type: 'outbound-rtp',
    timestamp: 0,
    kind: 'video',
    rid,
    frameWidth,
    frameHeight: frameWidth / 2,
    bytesSent: 10,
    packetsSent: 1,
    framesPerSecond: 20,
  });
  const sent = report(
    [layer('f', 1280), layer('q', 320), layer('h', 640)],
    'track',
    'user',
    'camera',
    'sent',
    undefined,
    500,
  );
  expect(sent.layers.map(({ rid }) => rid)).toEqual(['q', 'h', 'f']);
  expect(sent).toMatchObject({ bytes: 30, width: 1280, direction: 'sent' });
});
