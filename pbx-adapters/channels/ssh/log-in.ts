import type { AnyAuthMethod } from 'ssh2';
import type { SshAccess } from './settings.ts';

/** What is known of the log-in: the verdict may also be that the peer hangs up. */
type LoginState = 'not-asked' | 'password-sent' | 'no-method' | 'accepted';

/** The log-in (RFC 4252): asks which methods there are, then sends the password once, by the one method that fits. */
export class Door {
  state: LoginState = 'not-asked';
  readonly opened: Promise<void>;
  readonly #open: () => void;
  readonly #access: SshAccess;

  constructor(access: SshAccess) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.opened = promise;
    this.#open = resolve;
    this.#access = access;
  }

  accepted(): void {
    this.state = 'accepted';
    this.#open();
  }

  /** What to try next; false ends it. ssh2 takes this answer although its types know only the other way. */
  readonly next = (left: readonly string[] | null): AnyAuthMethod | false => {
    const { user: username, password } = this.#access;
    // Nothing is known yet: asking with no credentials makes the peer tell its methods (RFC 4252 section 5.2).
    if (left === null) return { type: 'none', username };
    if (this.state !== 'not-asked') return false;
    if (left.includes('password')) {
      this.state = 'password-sent';
      return { type: 'password', username, password };
    }
    if (!left.includes('keyboard-interactive')) {
      this.state = 'no-method';
      return false;
    }
    this.state = 'password-sent';
    return {
      type: 'keyboard-interactive',
      username,
      // One hidden question is the password; anything else is not for us to answer.
      prompt: (_name, _text, _language, questions, finish) =>
        finish(questions.length === 1 && questions[0]?.echo === false ? [password] : []),
    };
  };
}
