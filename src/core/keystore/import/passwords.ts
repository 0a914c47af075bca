import { FlowKeystoreError } from '../../errors';
import type { AskPassword, PasswordQuestion } from './items';

/** The passwords of one import: what opened one thing is tried on the next before anybody is asked again. */
export class ImportPasswords {
  private readonly known = new Set<string>();

  constructor(private readonly ask: AskPassword) {}

  /**
   * Uses the first password that fits.
   * @param first to be tried before others: undefined stands for none at all
   * @throws FlowKeystoreError anything but a wrong password; what the one who is asked throws
   */
  async fitting<T>(
    question: Omit<PasswordQuestion, 'wrong'>,
    first: readonly (string | undefined)[],
    use: (password: string | undefined) => Promise<T>,
  ): Promise<{ readonly value: T; readonly password: string | undefined }> {
    for (const password of new Set([...first, ...this.known])) {
      try {
        const value = await use(password);
        if (password !== undefined) this.known.add(password);
        return { value, password };
      } catch (error) {
        if (!isWrong(error)) throw error;
      }
    }
    for (let wrong = 0; ; wrong++) {
      const password = await this.ask({ ...question, wrong });
      try {
        const value = await use(password);
        this.known.add(password);
        return { value, password };
      } catch (error) {
        if (!isWrong(error)) throw error;
      }
    }
  }
}

function isWrong(error: unknown): boolean {
  return error instanceof FlowKeystoreError && (error.code === 'wrong-password' || error.code === 'password-required');
}
