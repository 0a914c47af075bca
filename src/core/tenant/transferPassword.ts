import { randomBytes } from 'node:crypto';

/** A password that private keys are sealed under on their way to a tenant, and never again. */
export const transferPassword = (): string => `Aa1-${randomBytes(24).toString('base64url')}`;
