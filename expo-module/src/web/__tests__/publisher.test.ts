import type { Grants } from '../../generated/bridge';
import { liveError } from '../errors';
import { Publisher, type Gate } from '../publisher';

const everything: Grants = { audio: true, video: true };
const voice: Grants = { audio: true, video: false };

function changes(publisher: Publisher, gate: Gate, grants = everything): string[] {
  const told: string[] = [];
  publisher.settle(
    gate,
    grants,
    (source) => told.push(`+${source}`),
    (source) => told.push(`-${source}`),
  );
  return told;
}

describe('a wish', () => {
  it('waits for the air, and is carried out once', () => {
    const publisher = new Publisher();
    publisher.want('microphone', true);
    expect(changes(publisher, 'shut')).toEqual([]);
    expect(publisher.view.microphone).toMatchObject({ enabled: false, pending: true });
    expect(changes(publisher, 'open')).toEqual(['+microphone']);
    expect(changes(publisher, 'open')).toEqual([]);
    publisher.published('microphone');
    expect(publisher.view.microphone).toEqual({ enabled: true, pending: false, last_error: null });
  });

  it('that the server takes away is carried out at once, and comes back only when it is wished again', () => {
    const publisher = new Publisher();
    publisher.want('camera', true);
    changes(publisher, 'open');
    publisher.published('camera');
    publisher.limit(voice);
    expect(changes(publisher, 'open', voice)).toEqual(['-camera']);
    expect(changes(publisher, 'open', everything)).toEqual([]);
    publisher.want('camera', true);
    expect(changes(publisher, 'open', everything)).toEqual(['+camera']);
  });

  it('that was refused says why until the next one', () => {
    const publisher = new Publisher();
    publisher.want('microphone', true);
    changes(publisher, 'open');
    const error = liveError('forbidden', 'denied');
    publisher.published('microphone', error);
    expect(publisher.view.microphone).toEqual({ enabled: false, pending: false, last_error: error });
    publisher.want('microphone', true);
    expect(publisher.view.microphone).toEqual({ enabled: false, pending: true, last_error: null });
  });

  it('survives the connection: what was sent is sent again', () => {
    const publisher = new Publisher();
    publisher.want('microphone', true);
    changes(publisher, 'open');
    publisher.published('microphone');
    publisher.loseConnection();
    expect(changes(publisher, 'keep')).toEqual([]);
    expect(changes(publisher, 'open')).toEqual(['+microphone']);
  });
});

describe('a camera', () => {
  it('that is off is not turned, and says so', () => {
    const publisher = new Publisher();
    expect(publisher.flip()).toBe(false);
    expect(publisher.view.flip.last_error).toMatchObject({ code: 'conflict' });
  });

  it('that is on is turned once at a time, and looks where the device says', () => {
    const publisher = new Publisher();
    publisher.want('camera', true);
    changes(publisher, 'open');
    publisher.published('camera');
    expect(publisher.flip()).toBe(true);
    expect(publisher.flip()).toBe(false);
    publisher.flipped({ facing: 'environment' });
    expect(publisher.view.flip).toEqual({ facing: 'environment', pending: false, last_error: null });
  });

  it('whose track was lost says so', () => {
    const publisher = new Publisher();
    publisher.want('camera', true);
    changes(publisher, 'open');
    publisher.published('camera');
    publisher.unpublished('camera');
    expect(publisher.view.camera).toMatchObject({ enabled: false, last_error: { code: 'media_unavailable' } });
    expect(publisher.sending).toEqual({ audio: false, video: false });
  });
});
