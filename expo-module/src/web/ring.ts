import { limits } from '../generated/rules';

/** How long a ring that seems to be over here still waits for the server's word, in milliseconds: clocks differ. */
const SLACK = 3_000;

/** How long a call rings on this device. When its time seems to be over, the server is asked; none rings longer than a ring may take. */
export class Ring {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private until = 0;

  constructor(
    /** Asks the server whether it rings still. */
    private readonly ask: () => Promise<boolean>,
    private readonly onOver: () => void,
  ) {}

  /** Begins. `expiresAt` is the server's word of an incoming call; a clock that says that it is over already is wrong. */
  start(expiresAt?: string): void {
    const left = expiresAt === undefined ? limits.ring : Date.parse(expiresAt) - Date.now();
    this.until = Date.now() + limits.ring;
    this.wait(left > 0 ? Math.min(left, limits.ring) : limits.ring);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private wait(ms: number): void {
    clearTimeout(this.timer);
    const timer = setTimeout(() => void this.runOut(timer), ms);
    this.timer = timer;
  }

  private async runOut(timer: typeof this.timer): Promise<void> {
    let slack: typeof this.timer;
    const silence = new Promise<boolean>((resolve) => {
      slack = setTimeout(() => resolve(false), SLACK);
    });
    const ringsOn = await Promise.race([this.ask(), silence]);
    clearTimeout(slack);
    if (this.timer !== timer) return;
    const left = this.until - Date.now();
    if (ringsOn && left > 0) this.wait(left);
    else this.onOver();
  }
}
