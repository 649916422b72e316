import { limits } from '../../generated/rules';
import { Ring } from '../ring';

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

describe('a ring', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function ringing(ringsStill: () => Promise<boolean>) {
    const over = jest.fn();
    return { ring: new Ring(ringsStill, over), over };
  }

  it('is over when its time is and the server agrees', async () => {
    const { ring, over } = ringing(async () => false);
    ring.start(inSeconds(10));
    await jest.advanceTimersByTimeAsync(9_900);
    expect(over).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(200);
    expect(over).toHaveBeenCalledTimes(1);
  });

  it('goes on while the server says so, and no longer than a ring may take', async () => {
    const { ring, over } = ringing(async () => true);
    ring.start(inSeconds(10));
    await jest.advanceTimersByTimeAsync(limits.ring - 100);
    expect(over).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(200);
    expect(over).toHaveBeenCalledTimes(1);
  });

  it('that a wrong clock calls over still rings', async () => {
    const { ring, over } = ringing(async () => false);
    ring.start(inSeconds(-3_600));
    await jest.advanceTimersByTimeAsync(limits.ring - 100);
    expect(over).not.toHaveBeenCalled();
  });

  it('is over when the server says nothing', async () => {
    const { ring, over } = ringing(() => new Promise(() => {}));
    ring.start(inSeconds(10));
    await jest.advanceTimersByTimeAsync(14_000);
    expect(over).toHaveBeenCalledTimes(1);
  });

  it('that was answered meanwhile is left alone', async () => {
    const { ring, over } = ringing(async () => false);
    ring.start(inSeconds(10));
    ring.stop();
    await jest.advanceTimersByTimeAsync(limits.ring * 2);
    expect(over).not.toHaveBeenCalled();
  });
});
