/** What was told last of each fact, so that a fact is told only when it changed. */
export class Facts<Change> {
  private told = new Map<string, string>();

  constructor(private readonly say: (change: Change, again: boolean) => void) {}

  private isAgain = false;

  /** Tells the fact called `name`, unless it was told the same way before. */
  tell(name: string, change: Change): void {
    if (this.note(name, change)) this.say(change, this.isAgain);
  }

  /** Takes a fact for told; `true` when it is news. */
  note(name: string, value: unknown): boolean {
    const text = JSON.stringify(value);
    if (this.told.get(name) === text) return false;
    this.told.set(name, text);
    return true;
  }

  /** Nothing counts as told while `tellAll` runs. */
  again(tellAll: () => void): void {
    this.told = new Map();
    this.isAgain = true;
    try {
      tellAll();
    } finally {
      this.isAgain = false;
    }
  }
}
