import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What the first line of `devstack/examples/commanded.rs` says, as far as it is needed. */
interface StackInfo {
  supabase_url: string;
  anon_key: string;
  users: { name: string; id: string; email: string; password: string }[];
}

/** The whole backend, and a LiveKit server that can be killed. */
export class Stack {
  private constructor(
    readonly info: StackInfo,
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
  ) {}

  static async start(): Promise<Stack> {
    const child = spawn(program('IPELYA_COMMANDED_STACK'), { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) throw new Error('the stack ended before it served');
    return new Stack(JSON.parse(first.value) as StackInfo, child, lines);
  }

  user(name: string) {
    const user = this.info.users.find((user) => user.name === name);
    if (!user) throw new Error(`the stack has no user ${name}`);
    return user;
  }

  kill(component: 'livekit'): Promise<void> {
    return this.command(`kill ${component}`);
  }

  start(component: 'livekit'): Promise<void> {
    return this.command(`start ${component}`);
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.stdin?.end();
    await exited;
  }

  private async command(line: string): Promise<void> {
    this.child.stdin?.write(`${line}\n`);
    const answer = await this.lines.next();
    if (answer.value !== 'done') throw new Error(`the stack didn't ${line}`);
  }
}

/** The path of a program that `cargo xtask test` has built. */
export function program(variable: string): string {
  const path = process.env[variable];
  if (!path)
    throw new Error(`${variable} isn't set: run \`cargo xtask test\`, or see the README under "Working on it".`);
  return path;
}
